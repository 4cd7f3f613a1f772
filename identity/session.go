package identity

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"

	"zhunsheng/gov"
	"zhunsheng/sqldb"
)

// SignedIn is what a request carries once its cookie was checked.
type SignedIn struct {
	*Principal
	Seats   []Seat      // the person's own posts and agencies today, for switching (F129)
	Expires gov.Instant // idle or absolute end, whichever comes first
}

// errSignIn is the one answer to every failed sign-in: whether the login exists, is locked
// or had a wrong password is told to the security log only.
func errSignIn() error {
	return gov.Errorf(gov.Unauthenticated, "登录名或密码不正确。连续多次输错后会暂停登录一段时间，请核对后稍候再试")
}

func errSession() error {
	return gov.Errorf(gov.Unauthenticated, "您还没有登录，或者登录已经过期，请重新登录")
}

// SignIn checks a password and opens a session in the person's first seat. token is the
// cookie's value; it is stored nowhere. from tells the security log where the request came
// from.
func (s *Service) SignIn(ctx context.Context, login, password, from string) (token string, in SignedIn, err error) {
	login = cleanLogin(login)
	if login == "" {
		return "", SignedIn{}, gov.FieldError("login", "请输入登录名")
	}
	row, known, err := s.accountOrDecoy(ctx, login)
	if err != nil {
		return "", SignedIn{}, err
	}
	shown := "(unknown)" // people type passwords into the wrong box: never log an unknown login
	if known {
		shown = login
	}
	proved, err := s.prove(ctx, row, password)
	if err != nil {
		return "", SignedIn{}, err
	}
	again := ""
	if proved.ok && proved.used != s.Hash {
		if again, err = s.hash(ctx, password); err != nil {
			return "", SignedIn{}, err
		}
	}
	var why string
	token, hash := s.newToken()
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		var now accountRow
		if now, why, err = s.settle(tx, row, proved); err != nil || why != "" {
			return err
		}
		if again != "" {
			now.password = again
		}
		if err := storeAccount(tx, s.Key, now); err != nil {
			return err
		}
		in, err = s.openSession(tx, now.person, hash)
		return err
	})
	if err != nil {
		s.Security.Warn("sign-in failed", "login", shown, "from", from, "why", err.Error())
		return "", SignedIn{}, err
	}
	if why != "" {
		s.Security.Warn("sign-in failed", "login", shown, "from", from, "why", why)
		return "", SignedIn{}, errSignIn()
	}
	s.Security.Info("signed in", "login", login, "person", string(in.Actor.Person), "from", from)
	return token, in, nil
}

// accountOrDecoy gives the decoy row for an unknown login, making it when it is missing.
func (s *Service) accountOrDecoy(ctx context.Context, login string) (row accountRow, known bool, err error) {
	decoy := false
	err = s.DB.Read(ctx, func(tx *sqldb.Tx) error {
		if row, known, err = findAccount(tx, login); err != nil || known {
			return err
		}
		row, decoy, err = findAccount(tx, "")
		return err
	})
	if err != nil || known || decoy {
		return row, known, err
	}
	secret := make([]byte, 32)
	s.Rand(secret)
	phc, err := s.hash(ctx, string(secret))
	if err != nil {
		return row, false, err
	}
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := addAccount(tx, s.Key, accountRow{password: phc}); err != nil {
			return err
		}
		row, _, err = findAccount(tx, "")
		return err
	})
	return row, false, err
}

func (s *Service) openSession(tx *sqldb.Tx, person gov.PersonID, hash []byte) (SignedIn, error) {
	now := s.Clock.Now()
	roster, err := s.Directory.Roster(tx)
	if err != nil {
		return SignedIn{}, err
	}
	seats := roster.Seats(person, now.Day())
	if len(seats) == 0 {
		return SignedIn{}, gov.Errorf(gov.Forbidden, "您目前没有有效的岗位授权，请联系安全保密管理员")
	}
	if _, err := tx.Exec(deleteEndedSessions, now); err != nil {
		return SignedIn{}, err
	}
	return s.seat(tx, roster, sessionRow{token: hash, person: person, created: now}, seats[0])
}

// seat writes a session row for one seat.
func (s *Service) seat(tx *sqldb.Tx, roster *Roster, r sessionRow, at Seat) (SignedIn, error) {
	now := s.Clock.Now()
	r.post, r.unit, r.expires = at.column(), at.Unit, s.end(r.created, now)
	p, err := roster.Principal(at.actor(r.person), now.Day())
	if err != nil {
		return SignedIn{}, err
	}
	if err := addSession(tx, s.Key, r); err != nil {
		return SignedIn{}, err
	}
	return SignedIn{p, roster.Seats(r.person, now.Day()), r.expires}, nil
}

func (s *Service) end(created, now gov.Instant) gov.Instant {
	return min(created.Add(s.Longest), now.Add(s.Idle))
}

// Authenticate finds who sends a cookie. Every other case than a living session in a seat
// that holds today is Unauthenticated.
func (s *Service) Authenticate(ctx context.Context, token string) (SignedIn, error) {
	hash := tokenHash(token)
	if hash == nil {
		return SignedIn{}, errSession()
	}
	now := s.Clock.Now()
	var row sessionRow
	var in SignedIn
	err := s.DB.Read(ctx, func(tx *sqldb.Tx) error {
		var roster *Roster
		var err error
		if row, roster, err = s.living(tx, hash, now); err != nil {
			return err
		}
		p, err := roster.Principal(row.seat().actor(row.person), now.Day())
		if gov.KindOf(err) == gov.Forbidden {
			return &gov.Error{Kind: gov.Unauthenticated, Text: "您当前岗位的授权已到期或已收回，请重新登录", Err: err}
		}
		in = SignedIn{p, roster.Seats(row.person, now.Day()), row.expires}
		return err
	})
	if err != nil {
		return SignedIn{}, err
	}
	// One write per tenth of the idle time, not one per request.
	if end := s.end(row.created, now); end.Add(-s.Idle/10) >= row.expires {
		in.Expires, row.expires = end, end
		err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
			_, err := tx.Exec(slideSession, hash, end, s.Key.session(row))
			return err
		})
	}
	return in, err
}

// living finds a session that has not ended and is as this program wrote it.
func (s *Service) living(tx *sqldb.Tx, hash []byte, now gov.Instant) (sessionRow, *Roster, error) {
	row, known, err := findSession(tx, hash)
	if err != nil {
		return row, nil, err
	}
	if !known || now >= row.expires || now >= row.created.Add(s.Longest) {
		return row, nil, errSession()
	}
	if !s.Key.sessionHolds(row) {
		return row, nil, s.tampered("session", base64.RawURLEncoding.EncodeToString(hash))
	}
	roster, err := s.Directory.Roster(tx)
	return row, roster, err
}

// Switch moves a session to another of the person's own seats (切换岗位, F129) under a new
// token; the old one is dead. The absolute end stands.
func (s *Service) Switch(ctx context.Context, token string, to Seat) (string, SignedIn, error) {
	hash := tokenHash(token)
	if hash == nil {
		return "", SignedIn{}, errSession()
	}
	next, nextHash := s.newToken()
	var in SignedIn
	err := s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		now := s.Clock.Now()
		row, roster, err := s.living(tx, hash, now)
		if err != nil {
			return err
		}
		if !slices.Contains(roster.Seats(row.person, now.Day()), to) {
			return gov.Errorf(gov.Forbidden, "您目前没有这个岗位的有效授权，不能切换")
		}
		if _, err := tx.Exec(deleteSession, hash); err != nil {
			return err
		}
		row.token = nextHash
		in, err = s.seat(tx, roster, row, to)
		return err
	})
	if err != nil {
		return "", SignedIn{}, err
	}
	s.Security.Info("switched post", "person", string(in.Actor.Person), "post", string(to.Post), "unit", string(to.Unit))
	return next, in, nil
}

// SignOut ends a session. An unknown token is signed out already.
func (s *Service) SignOut(ctx context.Context, token string) error {
	hash := tokenHash(token)
	if hash == nil {
		return nil
	}
	return s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(deleteSession, hash)
		return err
	})
}

func (s *Service) newToken() (token string, hash []byte) {
	var b [32]byte
	s.Rand(b[:])
	sum := sha256.Sum256(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:]), sum[:]
}

// tokenHash is nil for what cannot be a token.
func tokenHash(token string) []byte {
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(b) != 32 {
		return nil
	}
	sum := sha256.Sum256(b)
	return sum[:]
}

func (t Seat) actor(person gov.PersonID) gov.Actor {
	return gov.Actor{Person: person, Post: t.Post, Unit: t.Unit, OnBehalf: t.OnBehalf}
}

func (t Seat) column() string {
	if t.OnBehalf == "" {
		return string(t.Post)
	}
	return string(t.Post) + "/" + string(t.OnBehalf)
}

func (r sessionRow) seat() Seat {
	post, behalf, _ := strings.Cut(r.post, "/")
	return Seat{Post: gov.Post(post), Unit: r.unit, OnBehalf: gov.PersonID(behalf)}
}
