package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	_ "github.com/pocketbase/pocketbase/migrations" // its own tables
)

// servePocketBase serves an empty PocketBase with a collection of acts, one of audit
// entries and the clients' accounts. Everything that could slow it down and that the
// comparison does not need is off: no request log, no rate limit, no mail, and act and
// audit entry share one transaction.
func servePocketBase(ctx context.Context, dir string, durable bool, announce func(ready)) error {
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: filepath.Join(dir, "pb"), DBConnect: connect(durable)})
	if err := app.Bootstrap(); err != nil {
		return err
	}
	defer app.ResetBootstrapState()
	if err := app.RunAllMigrations(); err != nil {
		return err
	}
	app.Settings().Logs.MaxDays = 0
	if err := app.Save(app.Settings()); err != nil {
		return err
	}
	tokens, err := pocketCollections(app)
	if err != nil {
		return err
	}
	app.OnRecordCreateRequest("acts").BindFunc(auditToo)
	router, err := apis.NewRouter(app)
	if err != nil {
		return err
	}
	mux, err := router.BuildMux()
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ln) }()
	announce(ready{Addr: ln.Addr().String(), Tokens: tokens})
	select {
	case err = <-served:
		return err
	case <-ctx.Done():
		return srv.Close()
	}
}

// connect is PocketBase's own way to open its database; durable differs by one PRAGMA.
func connect(durable bool) core.DBConnectFunc {
	if !durable {
		return core.DefaultDBConnect
	}
	return func(path string) (*dbx.DB, error) {
		const pragmas = "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=journal_size_limit(200000000)" +
			"&_pragma=synchronous(FULL)&_pragma=foreign_keys(ON)&_pragma=temp_store(MEMORY)&_pragma=cache_size(-32000)"
		return dbx.Open("sqlite", path+pragmas)
	}
}

// auditToo writes the audit entry in the transaction of the act. PocketBase answers after
// the commit.
func auditToo(e *core.RecordRequestEvent) error {
	outer := e.App
	return outer.RunInTransaction(func(tx core.App) error {
		e.App = tx
		defer func() { e.App = outer }()
		if err := e.Next(); err != nil {
			return err
		}
		entries, err := tx.FindCachedCollectionByNameOrId("audit")
		if err != nil {
			return err
		}
		entry := core.NewRecord(entries)
		entry.Set("act", e.Record.Id)
		entry.Set("person", e.Auth.Id)
		entry.Set("what", e.Record.PublicExport())
		return tx.Save(entry)
	})
}

func pocketCollections(app core.App) (map[string]string, error) {
	staff := core.NewAuthCollection("staff")
	staff.Fields.Add(&core.TextField{Name: "post", Required: true, Max: 40})
	if f, ok := staff.Fields.GetByName("password").(*core.PasswordField); ok {
		f.Cost = 4 // nobody signs in while the clock runs; a dear hash would only slow the start
	}
	acts := core.NewBaseCollection("acts")
	mine := `@request.auth.collectionName = "staff" && @request.auth.post = "drafter" && person = @request.auth.id`
	acts.CreateRule = &mine
	acts.Fields.Add(
		&core.TextField{Name: "person", Required: true, Max: 20},
		&core.TextField{Name: "case", Required: true, Pattern: `^[0-9A-Z]{26}$`},
		&core.SelectField{Name: "step", Required: true, MaxSelect: 1, Values: actSteps},
		&core.TextField{Name: "title", Required: true, Max: 200},
		&core.TextField{Name: "basis", Required: true, Max: 2000},
		&core.TextField{Name: "note", Max: 2000},
		&core.DateField{Name: "due", Required: true},
		&core.AutodateField{Name: "created", OnCreate: true},
	)
	acts.AddIndex("acts_case", false, "`case`", "")
	audit := core.NewBaseCollection("audit")
	audit.Fields.Add(
		&core.TextField{Name: "act", Required: true},
		&core.TextField{Name: "person", Required: true},
		&core.JSONField{Name: "what", Required: true, MaxSize: 100_000},
		&core.AutodateField{Name: "created", OnCreate: true},
	)
	for _, c := range []*core.Collection{staff, acts, audit} {
		if err := app.Save(c); err != nil {
			return nil, err
		}
	}
	tokens := map[string]string{}
	for i := range people {
		r := core.NewRecord(staff)
		r.SetEmail(fmt.Sprintf("p%d@bench.example", i))
		r.SetRandomPassword()
		r.Set("post", "drafter")
		r.SetVerified(true)
		if err := app.SaveNoValidate(r); err != nil {
			return nil, err
		}
		token, err := r.NewAuthToken()
		if err != nil {
			return nil, err
		}
		tokens[fmt.Sprint(i)] = r.Id + " " + token
	}
	return tokens, nil
}

// people is how many accounts a server has: one for each client.
const people = 64

var actSteps = []string{"draft", "assess", "review", "deliberate", "publish", "file"}

// pocketClient is one client, signed in as somebody.
type pocketClient struct {
	*wire
	person, who string
	n           int
}

func pocketClients(c *child, clients int) ([]*pocketClient, error) {
	var out []*pocketClient
	for i := range clients {
		id, token, _ := strings.Cut(c.Tokens[fmt.Sprint(i%people)], " ")
		w, err := dial(c.Addr)
		if err != nil {
			return nil, err
		}
		out = append(out, &pocketClient{wire: w, person: id, who: "Authorization: " + token})
	}
	return out, nil
}

// pocketRecord is what a client sends: about as many fields and bytes as one of our acts.
type pocketRecord struct {
	Person string `json:"person"`
	Case   string `json:"case"`
	Step   string `json:"step"`
	Title  string `json:"title"`
	Basis  string `json:"basis"`
	Note   string `json:"note"`
	Due    string `json:"due"`
}

const pocketPath = "/api/collections/acts/records"

func (p *pocketClient) act() error {
	p.n++
	return p.post(pocketPath, p.who, pocketRecord{
		Person: p.person, Case: fmt.Sprintf("%026d", p.n), Step: actSteps[p.n%len(actSteps)],
		Title: courseTitle, Basis: courseText, Due: "2026-12-31 00:00:00.000Z",
	}, nil)
}
