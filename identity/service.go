package identity

import (
	"context"

	"zhunsheng/gov"
	"zhunsheng/sqldb"
)

// Service signs people in and out. Its API stands; see session.go and account.go.
type Service struct{}

// SignedIn is what a request carries once its cookie was checked.
type SignedIn struct {
	*Principal
	Seats   []Seat      // the person's own posts and agencies today, for switching (F129)
	Expires gov.Instant // idle or absolute end, whichever comes first
}

func (s *Service) SignIn(ctx context.Context, login, password, from string) (token string, in SignedIn, err error) {
	return "", in, nil
}
func (s *Service) Authenticate(ctx context.Context, token string) (SignedIn, error) {
	return SignedIn{}, nil
}
func (s *Service) Switch(ctx context.Context, token string, to Seat) (string, SignedIn, error) {
	return "", SignedIn{}, nil
}
func (s *Service) SignOut(ctx context.Context, token string) error { return nil }
func (s *Service) ChangePassword(ctx context.Context, token, old, new string) error {
	return nil
}
func (s *Service) CreateAccount(ctx context.Context, login string, person gov.PersonID, password string) error {
	return nil
}

// Finding is one row that is not as this program wrote it.
type Finding struct {
	Table string
	Row   string
	Text  string // one Chinese sentence
}

// CheckRows names every account and session row whose MAC does not hold.
func (s *Service) CheckRows(tx *sqldb.Tx) ([]Finding, error) { return nil, nil }
