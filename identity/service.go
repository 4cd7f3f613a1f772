package identity

import (
	"context"
	"log/slog"
	"runtime"
	"time"

	"zhunsheng/gov"
	"zhunsheng/sqldb"
)

// Config is what a Service stands on. DB, Directory, Key, Clock, Rand and Security must be
// given; zero values of the rest mean the defaults below.
type Config struct {
	DB        *sqldb.DB
	Directory Directory
	Key       RowKey
	Clock     gov.Clock
	Rand      func([]byte) // fills with secure random bytes; called from many goroutines
	// Security is the security log (安全日志). Sign-ins and their failures go there and
	// never to the ledger: a mistyped password is no evidence against a clerk.
	Security *slog.Logger
	Hash     HashParams
	Lockout  Lockout
	Idle     time.Duration // a session ends after so long without a request
	Longest  time.Duration // a session ends so long after signing in, whatever happens
}

// Lockout says when repeated failures stop a login for a while. The wait doubles with each
// further failure up to Longest, so that nobody is shut out for good by somebody else.
type Lockout struct {
	After   int64 // the failure from which on a login waits
	First   time.Duration
	Longest time.Duration
}

// The defaults.
var (
	DefaultLockout = Lockout{After: 5, First: time.Minute, Longest: 30 * time.Minute}
	DefaultIdle    = 30 * time.Minute
	DefaultLongest = 12 * time.Hour
)

func (l Lockout) wait(failures int64) time.Duration {
	d := l.First
	for n := l.After; n < failures && d < l.Longest; n++ {
		d *= 2
	}
	return min(d, l.Longest)
}

// Service keeps accounts and sessions. It is safe for concurrent use.
type Service struct {
	Config
	hashing chan struct{} // bounds how many hashes run at once: each takes Hash.MemoryKiB
}

// New makes a Service.
func New(c Config) *Service {
	if c.Hash == (HashParams{}) {
		c.Hash = DefaultHash
	}
	if c.Lockout == (Lockout{}) {
		c.Lockout = DefaultLockout
	}
	if c.Idle == 0 {
		c.Idle = DefaultIdle
	}
	if c.Longest == 0 {
		c.Longest = DefaultLongest
	}
	c.Security = c.Security.With("log", "security")
	return &Service{Config: c, hashing: make(chan struct{}, max(1, runtime.NumCPU()))}
}

// hashTurn waits for a turn to hash. The returned function gives it back.
func (s *Service) hashTurn(ctx context.Context) (func(), error) {
	select {
	case s.hashing <- struct{}{}:
		return func() { <-s.hashing }, nil
	case <-ctx.Done():
		return nil, gov.Errorf(gov.TooMany, "现在登录的人太多，请稍后再试")
	}
}

func (s *Service) hash(ctx context.Context, password string) (string, error) {
	done, err := s.hashTurn(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	salt := make([]byte, saltSize)
	s.Rand(salt)
	return hashPassword(s.Hash, salt, password), nil
}

func (s *Service) verify(ctx context.Context, phc, password string) (bool, HashParams, error) {
	done, err := s.hashTurn(ctx)
	if err != nil {
		return false, HashParams{}, err
	}
	defer done()
	ok, used := verifyPassword(phc, password)
	return ok, used, nil
}
