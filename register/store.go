package register

import (
	"fmt"
	"sync"

	"zhunsheng/gov"
	"zhunsheng/sqldb"
)

// Config is what a Store stands on.
type Config struct {
	DB    *sqldb.DB
	Clock gov.Clock
	IDs   *gov.IDs
	Rand  func([]byte) // fills with secure random bytes, for salts; called from many goroutines
	// Declared are the registers beside the built-in ones, such as those of areas.
	Declared []*Declaration
	// Changed, when set, is told of each durable change that this process made. It must not
	// block and may not write.
	Changed func(register string)
}

// Store is the service of registers over one database. It is safe for concurrent use.
type Store struct {
	Config
	declared map[string]*Declaration
	order    []*Declaration

	mu          sync.Mutex
	directories []*Directory // the newest few generations seen, newest last
}

// New makes a Store. Two declarations of one register are an error.
func New(c Config) (*Store, error) {
	own, err := Builtin()
	if err != nil {
		return nil, err
	}
	s := &Store{Config: c, declared: map[string]*Declaration{}, order: append(own, c.Declared...)}
	for _, d := range s.order {
		if s.declared[d.Register] != nil {
			return nil, fmt.Errorf("register: %q is declared twice", d.Register)
		}
		s.declared[d.Register] = d
	}
	for _, d := range s.order {
		for _, f := range d.Fields {
			if f.Type == Ref && s.declared[f.Register] == nil {
				return nil, fmt.Errorf("register: %s.%s refers to %q, which is not declared", d.Register, f.Name, f.Register)
			}
		}
	}
	return s, nil
}

// Declarations lists the registers, built-in ones first.
func (s *Store) Declarations() []*Declaration { return s.order }

// Declaration finds a register by name.
func (s *Store) Declaration(register string) (*Declaration, error) {
	if d := s.declared[register]; d != nil {
		return d, nil
	}
	return nil, gov.Errorf(gov.NotFound, "没有名为“%s”的台账", register)
}
