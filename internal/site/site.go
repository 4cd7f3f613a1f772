// Package site mounts the staff site and the portal of one App on one Mux. It is the only
// place that knows all routes.
package site

import (
	"context"
	"net/http"

	"zhunsheng/desk"
	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/internal/app"
	"zhunsheng/ledger/ledgersql"
	"zhunsheng/procedure"
	"zhunsheng/public"
	"zhunsheng/publication"
	"zhunsheng/sqldb"
	"zhunsheng/web"
)

// Handler is the whole site.
func Handler(a *app.App) (http.Handler, error) { return Mux(a) }

// Mux is the whole site with its route table, for tests that walk all routes.
func Mux(a *app.App) (*web.Mux, error) {
	ws := web.Site{County: a.County, Home: "/desk", PortalHome: "/", SignIn: "/signin", SignOut: "/signout",
		Posts: "/seat", Password: "/password", Search: "/documents"}
	d, err := desk.New(desk.Config{DB: a.DB, Site: ws, Book: a.Book, Docket: a.Docket, Importer: a.Importer, Registers: a.Registers,
		Identity: a.Identity, Files: a.Files, Board: a.Board, Indicators: a.Indicators.Definitions(),
		Tiles: a.Tiles, Signer: a.Signer, Status: a.Sequencer.Status, Clock: a.Clock, Demo: a.DemoAccounts})
	if err != nil {
		return nil, err
	}
	catalogue, err := publication.NewCatalogue(a.Definitions.All())
	if err != nil {
		return nil, err
	}
	p := public.New(public.Config{Site: ws, Book: a.Book, Head: head(a), Shelf: a.Shelf, Files: a.Files, Tiles: a.Tiles,
		LogKey: a.Signer.VKey(), Clock: a.Clock, UnitNames: unitNames(a),
		Catalogue: catalogue, Params: params(a), Take: take(a)})
	return web.NewMux(web.Config{Site: ws, Log: a.Log, Auth: authenticator{a.Identity, a.Registers, a.DB},
		May: may, Now: a.Clock.Now, MaxBody: maxBody}, d.Routes(), p.Routes())
}

// maxBody bounds a request that uploads nothing large; routes that take files say more.
const maxBody = 1 << 20

func unitNames(a *app.App) func(context.Context) (func(gov.UnitID) string, error) {
	return func(ctx context.Context) (name func(gov.UnitID) string, err error) {
		err = a.DB.Read(ctx, func(tx *sqldb.Tx) error {
			dir, err := a.Registers.Directory(tx)
			if err != nil {
				return err
			}
			name = func(id gov.UnitID) string { n, _ := dir.UnitName(id); return n }
			return nil
		})
		return name, err
	}
}

// take hands what the public sends in to the docket.
func take(a *app.App) func(context.Context, public.Submission) (public.Receipt, error) {
	return func(ctx context.Context, s public.Submission) (public.Receipt, error) {
		in := docket.Intake{Procedure: s.Procedure, Parent: s.Matter, Key: s.Key, Fields: map[procedure.FieldID]string{}}
		for f, v := range s.Fields {
			in.Fields[procedure.FieldID(f)] = v
		}
		r, err := a.Docket.Submit(ctx, in)
		return public.Receipt{Case: r.Case, Number: r.Number, Recorded: r.Recorded}, err
	}
}

// params are the county's own local parameters: those of no unit below it.
func params(a *app.App) func(context.Context) (func(string, gov.Day) (procedure.Param, bool), error) {
	return func(ctx context.Context) (param func(string, gov.Day) (procedure.Param, bool), err error) {
		err = a.DB.Read(ctx, func(tx *sqldb.Tx) error {
			dir, err := a.Registers.Directory(tx)
			if err != nil {
				return err
			}
			param = func(name string, on gov.Day) (procedure.Param, bool) {
				p, ok := dir.Param(name, "", on)
				return procedure.Param(p), ok
			}
			return nil
		})
		return param, err
	}
}

func head(a *app.App) func(context.Context) (ledgersql.Head, error) {
	return func(ctx context.Context) (h ledgersql.Head, err error) {
		err = a.DB.Read(ctx, func(tx *sqldb.Tx) error {
			h, _, err = ledgersql.ReadHead(tx)
			return err
		})
		return h, err
	}
}

// may judges the named action of a route against the viewer's grants.
func may(_ context.Context, v web.Viewer, action string) error {
	p, ok := v.Subject.(*identity.Principal)
	if !ok || !p.Access.MayAction(identity.Action(action), "") {
		return gov.Errorf(gov.Forbidden, "您当前的岗位没有这项权限")
	}
	return nil
}
