// Package app puts the program together: one App is what a process serves, what the demo
// fills and what end-to-end tests start. Construction runs from top to bottom in Open; the
// areas are listed in plain sight by the caller.
package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"zhunsheng/area"
	"zhunsheng/docket"
	"zhunsheng/evidence"
	"zhunsheng/exchange"
	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/indicator"
	"zhunsheng/indicator/indicatorsql"
	"zhunsheng/law"
	"zhunsheng/ledger"
	"zhunsheng/ledger/follow"
	"zhunsheng/ledger/ledgersql"
	"zhunsheng/procedure"
	"zhunsheng/publication"
	"zhunsheng/register"
	"zhunsheng/sqldb"
	"zhunsheng/web"
)

// Config is what an operator decides. Data holds database (embedded), evidence and tiles;
// Keys holds the log key and the row key and must lie outside Data.
type Config struct {
	Database string // "" means the embedded database inside Data, else postgres://…
	Data     string
	Keys     string
	Origin   string // the log's name in checkpoints, e.g. zhunsheng/qingyuan
	County   string // 清源县
	Areas    []area.Area
	// Book is the register of statutes with its calendar; nil means the one of the binary.
	Book     *law.Book
	Clock    gov.Clock
	Random   io.Reader // secure; tests pass a counter
	Cosigner ledgersql.Cosigner
	Log      *slog.Logger
	// Hash holds the argon2id cost; zero means the production one.
	Hash identity.HashParams
	// DemoAccounts are shown under the sign-in form of a demonstration.
	DemoAccounts []web.DemoAccount
}

// App is the running program.
type App struct {
	Config
	DB          *sqldb.DB
	Definitions *docket.Definitions
	Parameters  []area.Parameter
	Registers   *register.Store
	Identity    *identity.Service
	Files       *evidence.Store
	Docket      *docket.Docket
	Importer    *exchange.Importer
	Signer      ledger.Signer
	Tiles       ledgersql.Dir
	Sequencer   *ledgersql.Sequencer
	Follower    *follow.Follower
	Indicators  *indicatorsql.Projection
	Board       indicatorsql.Board
	Shelf       publication.Shelf
	RowKey      identity.RowKey

	ids    *gov.IDs
	loaded Loaded // which overlays were laid at this start
}

// Open loads law and definitions, opens and migrates the database, and makes the services.
// Nothing runs until Run. A definition that does not pass its checks does not load.
func Open(ctx context.Context, c Config) (*App, error) {
	if c.Clock == nil {
		c.Clock = WallClock
	}
	if c.Random == nil {
		c.Random = rand.Reader
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Book == nil {
		c.Book = law.Default()
	}
	a := &App{Config: c}
	of, err := load(c.Areas, c.Book)
	if err != nil {
		return nil, err
	}
	a.Definitions, a.Parameters = docket.NewDefinitions(of.definitions...), of.parameters
	for _, dir := range []string{c.Data, c.Keys, filepath.Join(c.Data, "evidence"), filepath.Join(c.Data, "ledger")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, gov.Errorf(gov.Unavailable, "无法建立数据文件夹“%s”：%v", dir, err)
		}
	}
	if a.DB, err = sqldb.Open(ctx, c.databaseURL()); err != nil {
		return nil, err
	}
	if err := a.DB.Migrate(ctx); err != nil {
		return nil, errors.Join(err, a.DB.Close())
	}
	if err := a.assemble(ctx, of); err != nil {
		return nil, errors.Join(err, a.DB.Close())
	}
	return a, nil
}

func (c Config) databaseURL() string {
	if c.Database != "" {
		return c.Database
	}
	return "sqlite:" + filepath.Join(c.Data, databaseName)
}

func (a *App) assemble(ctx context.Context, of contributions) (err error) {
	if err := a.loadKeys(ctx); err != nil {
		return err
	}
	a.ids = gov.NewIDs(a.fill)
	ids, fill := a.ids, a.fill
	a.Registers, err = register.New(register.Config{DB: a.DB, Clock: a.Clock, IDs: ids, Rand: fill, Declared: of.registers,
		Changed: a.registerChanged})
	if err != nil {
		return err
	}
	if err := a.layOverlays(ctx, of); err != nil {
		return err
	}
	if err := a.Definitions.Check(a.Registers.Declaration); err != nil {
		return err
	}
	a.Identity = identity.New(identity.Config{DB: a.DB, Directory: a.Registers, Key: a.RowKey, Clock: a.Clock, Rand: fill,
		Security: a.Log, Hash: a.Hash})
	a.Files, err = evidence.New(evidence.Config{DB: a.DB, Disk: evidence.Folder(filepath.Join(a.Data, "evidence")),
		Clock: a.Clock, IDs: ids, MAC: a.RowKey.MAC})
	if err != nil {
		return err
	}
	a.Docket = docket.New(docket.Config{DB: a.DB, Book: a.Book, Definitions: a.Definitions, Registers: a.Registers,
		Files: a.Files, Clock: a.Clock, IDs: ids, Rand: fill, MAC: a.RowKey.MAC})
	plans, err := importPlans(of.imports, a.Definitions)
	if err != nil {
		return err
	}
	a.Importer = exchange.New(exchange.Config{DB: a.DB, Docket: a.Docket, Registers: a.Registers, Files: a.Files, Plans: plans,
		Clock: a.Clock, IDs: ids, Rand: fill})
	a.Tiles = ledgersql.Dir(filepath.Join(a.Data, "ledger"))
	a.Sequencer = ledgersql.NewSequencer(ledgersql.Config{DB: a.DB, Store: a.Tiles, Signer: a.Signer,
		Cosigner: a.Cosigner, Log: a.Log})
	a.Indicators = indicatorsql.New(a.Definitions, of.indicators)
	a.Follower = follow.New(a.DB, publication.NewProjection(a.Definitions), a.Indicators)
	a.Sequencer.Subscribe(func(int64, int64) { a.Follower.Wake() })
	a.Board, a.Shelf = indicatorsql.Board{DB: a.DB}, publication.Shelf{DB: a.DB}
	return nil
}

// importPlans checks the plans for old tables against the definitions as they are worked with.
func importPlans(files []area.File, defs *docket.Definitions) (out []*exchange.Plan, err error) {
	seen := map[string]string{}
	for _, f := range files {
		p, err := exchange.ParsePlan(f.Name, f.Text, defs.Current)
		if err != nil {
			return nil, fmt.Errorf("app: %w", err)
		}
		if was := seen[p.ID]; was != "" {
			return nil, fmt.Errorf("app: %s and %s are both plan %s", was, f.Name, p.ID)
		}
		seen[p.ID] = f.Name
		out = append(out, p)
	}
	return out, nil
}

// registerChanged lets the clocks follow a changed parameter, or a unit by which it is found.
func (a *App) registerChanged(name string) {
	if name == register.Parameters || name == register.Units {
		a.Docket.ParametersChanged()
	}
}

// fill is the one source of secure random bytes. A process that has none cannot go on.
func (a *App) fill(b []byte) {
	if _, err := io.ReadFull(a.Random, b); err != nil {
		panic(fmt.Sprintf("app: no secure randomness: %v", err))
	}
}

// Run does the background work of the process until ctx ends: sealing, reading
// projections, expiry of clocks, tables that are imported.
func (a *App) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	errs := make([]error, 4)
	if err := a.prepare(ctx); err != nil {
		return ended(ctx, err)
	}
	for i, work := range []func(context.Context) error{
		a.Sequencer.Run,
		func(ctx context.Context) error { return a.Follower.Run(ctx, a.Log) },
		func(ctx context.Context) error { return a.Docket.Timer(ctx, a.Log) },
		func(ctx context.Context) error { return a.Importer.Run(ctx, a.Log) },
	} {
		wg.Go(func() { errs[i] = work(ctx) })
	}
	wg.Wait()
	return ended(ctx, errors.Join(errs...))
}

// prepare does what comes before the background work: it says which overlays are laid, and
// lets counts start anew where the set of indicators has changed.
func (a *App) prepare(ctx context.Context) error {
	if err := a.recordDefinitions(ctx); err != nil {
		return err
	}
	return a.Indicators.Ready(ctx, a.DB)
}

// ended leaves out that ctx ended, which is how Run is told to stop.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// Settle seals everything committed so far and folds it into the reading projections.
// Run must be running.
func (a *App) Settle(ctx context.Context) error {
	if err := a.Sequencer.Flush(ctx); err != nil {
		return err
	}
	return a.Follower.CatchUp(ctx)
}

// Close releases the database. Stop Run first.
func (a *App) Close() error { return a.DB.Close() }

// contributions are what the areas bring.
type contributions struct {
	definitions []*procedure.Definition
	parameters  []area.Parameter
	registers   []*register.Declaration
	imports     []area.File
	indicators  []indicator.Definition
}

func load(areas []area.Area, book *law.Book) (out contributions, err error) {
	for _, ar := range areas {
		d, problems, err := area.Load(ar, book)
		if err != nil {
			return out, err
		}
		if len(problems) > 0 {
			return out, fmt.Errorf("app: area %s: %v", ar.ID, problems)
		}
		out.definitions = append(out.definitions, d...)
		declared, err := area.LoadRegisters(ar)
		if err != nil {
			return out, err
		}
		out.registers = append(out.registers, declared...)
		plans, err := area.LoadImports(ar)
		if err != nil {
			return out, err
		}
		out.imports = append(out.imports, plans...)
		p, err := area.LoadParameters(ar)
		if err != nil {
			return out, err
		}
		out.parameters = append(out.parameters, p...)
		if ar.Indicators == "" {
			continue
		}
		i, err := area.LoadIndicators(ar)
		if err != nil {
			return out, err
		}
		out.indicators = append(out.indicators, i...)
	}
	out.indicators = append(out.indicators, area.DerivedIndicators(out.indicators, out.definitions)...)
	return out, nil
}
