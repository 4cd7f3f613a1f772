// Package desk is the staff site and /api/v1: workbench, lists, the case page, forms,
// indicators, records with their proof, registers. It is generic over definitions and
// registers: what a page shows of a procedure comes from its definition. Every handler
// reads through the domain packages with the principal of the request, so that the one
// predicate holds everywhere.
package desk

import (
	"context"
	"net/http"

	"zhunsheng/docket"
	"zhunsheng/evidence"
	"zhunsheng/exchange"
	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/indicator"
	"zhunsheng/indicator/indicatorsql"
	"zhunsheng/law"
	"zhunsheng/ledger"
	"zhunsheng/ledger/ledgersql"
	"zhunsheng/register"
	"zhunsheng/sqldb"
	"zhunsheng/web"
)

// Config is what the staff site stands on. Status and Demo may be empty.
type Config struct {
	DB         *sqldb.DB
	Site       web.Site
	Book       *law.Book
	Docket     *docket.Docket
	Importer   *exchange.Importer
	Registers  *register.Store
	Identity   *identity.Service
	Files      *evidence.Store
	Board      indicatorsql.Board
	Indicators []indicator.Definition
	Tiles      ledgersql.Store
	Signer     ledger.Signer // names the log's key; receipts are checked against it before they leave
	Status     func() ledgersql.Status
	Clock      gov.Clock
	Demo       []web.DemoAccount // shown under the sign-in form of a demonstration
}

// Desk serves the staff site. It holds no state of its own.
type Desk struct {
	Config
	api *api
}

// New makes the staff site. The error is of the API's description.
func New(c Config) (*Desk, error) {
	d := &Desk{Config: c}
	var err error
	d.api, err = newAPI(d)
	return d, err
}

// The limits of request bodies, in bytes. Files beyond evidence's own limit are refused
// with its sentence, so the route's bound lies above it.
const (
	formBody = 1 << 20
	actBody  = 512 << 20
	// A table larger than what the importer reads is refused in its words.
	tableBody = exchange.MaxBytes + 1<<20
)

// Routes lists every address of the staff site and of /api/v1 with its access.
func (d *Desk) Routes() []web.Route {
	get := func(pattern, name string, h web.Handler) web.Route {
		return web.Route{Method: http.MethodGet, Pattern: pattern, Name: name, Access: web.SignedIn, Handler: h}
	}
	post := func(pattern, name string, body int64, h web.Handler) web.Route {
		return web.Route{Method: http.MethodPost, Pattern: pattern, Name: name, Access: web.SignedIn, Handler: h, MaxBody: body}
	}
	routes := []web.Route{
		{Method: http.MethodGet, Pattern: "/signin", Name: "desk.signin", Access: web.Public, Handler: d.signInForm},
		{Method: http.MethodPost, Pattern: "/signin", Name: "desk.signin.do", Access: web.Public, Handler: d.signIn, MaxBody: 16 << 10},
		{Method: http.MethodPost, Pattern: "/signout", Name: "desk.signout", Access: web.Public, Handler: d.signOut, MaxBody: 4 << 10},
		post("/seat", "desk.seat", 4<<10, d.switchSeat),
		get("/password", "desk.password", d.passwordForm),
		post("/password", "desk.password.do", 16<<10, d.changePassword),

		get("/desk", "desk.workbench", d.workbench),
		get("/desk/cases", "desk.cases", d.cases),
		get("/desk/cases.csv", "desk.cases.csv", d.casesCSV),
		get("/desk/cases/new", "desk.case.new", d.startForm),
		post("/desk/cases", "desk.case.start", actBody, d.start),
		post("/desk/cases/needs", "desk.case.needs", formBody, d.startNeeds),
		get("/desk/cases/{case}", "desk.case", d.casePage),
		get("/desk/cases/{case}/steps/{step}", "desk.step", d.stepForm),
		post("/desk/cases/{case}/steps/{step}", "desk.step.perform", actBody, d.perform),
		post("/desk/cases/{case}/steps/{step}/needs", "desk.step.needs", formBody, d.stepNeeds),
		get("/desk/cases/{case}/acts/{version}/correction", "desk.correct", d.correctForm),
		post("/desk/cases/{case}/acts/{version}/correction", "desk.correct.propose", actBody, d.correct),
		get("/desk/cases/{case}/corrections/{correction}", "desk.correction", d.correctionPage),
		post("/desk/cases/{case}/corrections/{correction}", "desk.correction.decide", formBody, d.decideCorrection),
		post("/desk/cases/{case}/steps/{step}/papers/{paper}/{as}", "desk.step.preview", actBody, d.preview),
		get("/desk/cases/{case}/papers/{version}/{paper}", "desk.case.paper", d.printPaper),
		get("/desk/cases/{case}/archive", "desk.case.archive", d.archive),
		get("/desk/cases/{case}/record/{step}", "desk.step.recordform", d.recordForm),
		post("/desk/cases/{case}/record/{step}", "desk.step.record", actBody, d.record),
		get("/desk/cases/{case}/files/{version}/{paper}/{seq}", "desk.case.file", d.caseFile),

		get("/desk/import", "desk.imports", d.imports),
		get("/desk/import/{plan}", "desk.import", d.importPlan),
		get("/desk/import/{plan}/template", "desk.import.template", d.importTemplate),
		post("/desk/import/{plan}", "desk.import.upload", tableBody, d.importUpload),
		get("/desk/import/{plan}/tables/{digest}", "desk.import.check", d.importCheck),
		post("/desk/import/{plan}/tables/{digest}", "desk.import.begin", formBody, d.importBegin),
		get("/desk/imports/{batch}", "desk.import.batch", d.importBatch),
		post("/desk/imports/{batch}/resume", "desk.import.resume", formBody, d.importResume),
		post("/desk/imports/{batch}/undo", "desk.import.undo", formBody, d.importUndo),

		get("/desk/procedures", "desk.procedures", d.procedures),
		get("/desk/procedures/{procedure}", "desk.procedure", d.procedurePage),
		get("/desk/indicators", "desk.indicators", d.indicators),
		get("/desk/indicators/{indicator}", "desk.indicator", d.indicatorPage),
		get("/desk/indicators/{indicator}/cases", "desk.indicator.cases", d.indicatorCases),

		get("/desk/records", "desk.records", d.records),
		get("/desk/records/{number}", "desk.record", d.recordPage),
		get("/desk/records/{number}/receipt", "desk.record.receipt", d.recordReceipt),
		get("/desk/records/{number}/body", "desk.record.body", d.recordBody),
		get("/desk/records/{number}/qr", "desk.record.qr", d.recordQR),

		get("/desk/registers", "desk.registers", d.registers),
		get("/desk/registers/{register}", "desk.register", d.registerList),
		get("/desk/registers/{register}/new", "desk.register.new", d.entryNew),
		post("/desk/registers/{register}", "desk.register.add", formBody, d.entryAdd),
		get("/desk/registers/{register}/entries/{key}", "desk.register.entry", d.entryPage),
		get("/desk/registers/{register}/entries/{key}/edit", "desk.register.edit", d.entryEdit),
		post("/desk/registers/{register}/entries/{key}", "desk.register.set", formBody, d.entrySet),
		post("/desk/registers/{register}/entries/{key}/end", "desk.register.end", formBody, d.entryEnd),
	}
	return append(routes, d.api.routes...)
}

// principal is who sends the request. The mux has admitted the request already, so its
// absence is a fault of the wiring.
func principal(ctx context.Context) (*identity.Principal, error) {
	if v, ok := web.ViewerFrom(ctx); ok {
		if p, ok := v.Subject.(*identity.Principal); ok {
			return p, nil
		}
	}
	return nil, gov.Errorf(gov.Unauthenticated, "您还没有登录，或者登录已经过期，请重新登录")
}

// The entries of the main menu.
const (
	navDesk       = "/desk"
	navCases      = "/desk/cases"
	navProcedures = "/desk/procedures"
	navIndicators = "/desk/indicators"
	navRegisters  = "/desk/registers"
	navRecords    = "/desk/records"
)

// shell is the frame of a staff page. The three administrators have no menu of cases:
// none of it would show them anything.
func (d *Desk) shell(w http.ResponseWriter, r *http.Request, title, current string) web.Shell {
	s := web.NewShell(w, r, d.Site, title)
	who, err := principal(r.Context())
	work := err == nil && who.Admin == identity.WorkPost
	for _, n := range []struct {
		web.NavItem
		work bool
	}{
		{web.NavItem{Label: "工作台", Href: navDesk, Icon: web.IconHome}, false},
		{web.NavItem{Label: "案件", Href: navCases, Icon: web.IconList}, true},
		{web.NavItem{Label: "指标", Href: navIndicators, Icon: web.IconChart}, true},
		{web.NavItem{Label: "程序", Href: navProcedures, Icon: web.IconScale}, false},
		{web.NavItem{Label: "台账", Href: navRegisters, Icon: web.IconBooks}, false},
		{web.NavItem{Label: "记录", Href: navRecords, Icon: web.IconShieldCheck}, false},
	} {
		if n.work && !work {
			continue
		}
		n.Current = n.Href == current
		s.Nav = append(s.Nav, n.NavItem)
	}
	return s
}

// directory is the newest generation of units, people, posts and parameters.
func (d *Desk) directory(ctx context.Context) (dir *register.Directory, err error) {
	err = d.DB.Read(ctx, func(tx *sqldb.Tx) error {
		dir, err = d.Registers.Directory(tx)
		return err
	})
	return dir, err
}

func (d *Desk) today() gov.Day { return d.Clock.Now().Day() }
