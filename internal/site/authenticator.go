package site

import (
	"context"
	"strings"

	"zhunsheng/identity"
	"zhunsheng/register"
	"zhunsheng/sqldb"
	"zhunsheng/web"
)

// authenticator shows identity's sessions to the web kit.
type authenticator struct {
	identity  *identity.Service
	registers *register.Store
	db        *sqldb.DB
}

// Authenticate implements web.Authenticator.
func (a authenticator) Authenticate(ctx context.Context, token string) (web.Viewer, error) {
	in, err := a.identity.Authenticate(ctx, token)
	if err != nil {
		return web.Viewer{}, err
	}
	v := web.Viewer{Actor: in.Actor, Name: in.Name, PostName: in.PostName, UnitName: in.UnitName, Subject: in.Principal}
	if len(in.Seats) < 2 {
		return v, nil
	}
	err = a.db.Read(ctx, func(tx *sqldb.Tx) error {
		dir, err := a.registers.Directory(tx)
		if err != nil {
			return err
		}
		v.Posts = nil
		for _, s := range in.Seats {
			unit, _ := dir.UnitName(s.Unit)
			c := web.PostChoice{Value: SeatValue(s), UnitName: unit,
				Current: s.Post == in.Actor.Post && s.Unit == in.Actor.Unit && s.OnBehalf == in.Actor.OnBehalf}
			if p, ok := dir.Post(s.Post); ok {
				c.PostName = p.Name
			}
			if s.OnBehalf != "" {
				c.OnBehalf = dir.PersonName(s.OnBehalf)
			}
			v.Posts = append(v.Posts, c)
		}
		return nil
	})
	return v, err
}

// SeatValue is how a seat stands in a form: post, unit and the person represented.
func SeatValue(s identity.Seat) string {
	return strings.Join([]string{string(s.Post), string(s.Unit), string(s.OnBehalf)}, "|")
}
