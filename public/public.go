// Package public is the portal (门户): what anybody may see without signing in. It reaches
// cases only through package publication, so it cannot show what was not published.
package public

import (
	"context"
	"net/http"

	"zhunsheng/evidence"
	"zhunsheng/gov"
	"zhunsheng/law"
	"zhunsheng/ledger/ledgersql"
	"zhunsheng/procedure"
	"zhunsheng/publication"
	"zhunsheng/web"
)

// Config is what the portal stands on.
type Config struct {
	Site web.Site
	Book *law.Book
	// Head reads the newest checkpoint.
	Head  func(ctx context.Context) (ledgersql.Head, error)
	Shelf publication.Shelf
	Files *evidence.Store
	Tiles ledgersql.Dir
	// LogKey is the log's public key (vkey), shown so that receipts can be checked offline.
	LogKey string
	Clock  gov.Clock
	// UnitNames names the units of the county as of now.
	UnitNames func(ctx context.Context) (func(gov.UnitID) string, error)
	// Catalogue knows what definitions say of publishing and of taking submissions.
	Catalogue *publication.Catalogue
	// Params gives the local parameters of the county as of now.
	Params func(ctx context.Context) (func(name string, on gov.Day) (procedure.Param, bool), error)
	// Take takes a submission of somebody who is not signed in: it opens a case. Nil means
	// that nothing is taken here. Errors: Invalid at a field, Refused, NotFound when the
	// matter takes no submissions, whether or not it exists.
	Take func(ctx context.Context, s Submission) (Receipt, error)
}

// Submission is what somebody sends in through the portal (公众提交): a comment on a draft,
// an objection to a document. Procedure is the id of a definition with an intake, Matter
// the published case that it is about. The same Key with the same content acts once.
type Submission struct {
	Procedure string
	Matter    gov.CaseID
	Fields    map[string]string
	Key       string
}

// Receipt says that a submission was taken (收件回执): the number under which it is looked
// up, and when it was recorded. It is durable when the caller sees it.
type Receipt struct {
	Case     gov.CaseID
	Number   string
	Recorded gov.Instant
}

// Portal serves the public pages.
type Portal struct {
	Config
	register func() ([]byte, error)
	limit    *limiter
}

// New makes the portal.
func New(c Config) *Portal { return &Portal{c, registerOnce(c.Book), newLimiter()} }

// Routes lists the public addresses. All of them are open to everybody.
func (p *Portal) Routes() []web.Route {
	get := func(pattern, name string, h web.Handler) web.Route {
		return web.Route{Method: http.MethodGet, Pattern: pattern, Name: name, Access: web.Public, Handler: h}
	}
	post := func(pattern, name string, h web.Handler, max int64) web.Route {
		return web.Route{Method: http.MethodPost, Pattern: pattern, Name: name, Access: web.Public, Handler: h, MaxBody: max}
	}
	return []web.Route{
		get("/{$}", "public.home", p.home),
		get("/documents", "public.documents", p.list(publication.Documents)),
		get("/documents/{case}", "public.document", p.entry(publication.Documents)),
		get("/documents/{case}/file", "public.document.file", p.file(publication.Documents)),
		get("/consultations", "public.consultations", p.consultations),
		get("/consultations/{case}", "public.consultation", p.entry(publication.Consultations)),
		get("/registers", "public.registers", p.registers),
		get("/registers/{register}", "public.register", p.list("")),
		get("/registers/{register}/{case}", "public.register.entry", p.entry("")),
		get("/registers/{register}/{case}/files/{file}", "public.register.file", p.file("")),
		get("/submit/{procedure}/{case}", "public.submit", p.submitForm),
		post("/submit/{procedure}/{case}", "public.submit.do", p.submit, maxSubmission),
		get("/submissions", "public.submissions", p.lookUp),
		get("/submissions/{case}", "public.submission", p.receipt),
		get("/procedures", "public.procedures", p.procedures),
		get("/procedures/{procedure}", "public.procedure", p.procedure),
		get("/procedures/rules/{rule}", "public.procedure.rule", p.rule),
		get("/laws/leans-on", "public.leans", p.leansOn),
		get("/ledger", "public.ledger", p.ledger),
		get("/ledger/checkpoint", "public.ledger.checkpoint", p.checkpoint),
		get("/ledger/key", "public.ledger.key", p.key),
		get("/ledger/tile/{path...}", "public.ledger.tile", p.tile),
		get("/calculator", "public.calculator", p.calculator),
		get("/calculator/register.json", "public.calculator.register", p.calculatorRegister),
		get("/calculator/js/{name}", "public.calculator.js", p.calculatorAsset),
		get("/receipts", "public.receipts", p.receipts),
		post("/receipts", "public.receipts.check", p.checkReceipt, 2<<20),
	}
}

// The addresses that the main menu shows.
const (
	navHome          = "/"
	navDocuments     = "/documents"
	navConsultations = "/consultations"
	navSubmissions   = "/submissions"
	navRegisters     = "/registers"
	navProcedures    = "/procedures"
	navCalculator    = "/calculator"
	navLedger        = "/ledger"
	navReceipts      = "/receipts"
)

func (p *Portal) shell(w http.ResponseWriter, r *http.Request, title, current string) web.Shell {
	s := web.NewShell(w, r, p.Site, title)
	for _, n := range []web.NavItem{
		{Label: "首页", Href: navHome},
		{Label: "征求意见", Href: navConsultations},
		{Label: "意见查询", Href: navSubmissions},
		{Label: "行政规范性文件库", Href: navDocuments},
		{Label: "公开目录", Href: navRegisters},
		{Label: "程序与依据", Href: navProcedures},
		{Label: "期限计算", Href: navCalculator},
		{Label: "记录与存证", Href: navLedger},
		{Label: "核验存证回执", Href: navReceipts},
	} {
		n.Current = n.Href == current
		s.Nav = append(s.Nav, n)
	}
	return s
}

// today is the day by which validity is judged.
func (p *Portal) today() gov.Day { return p.Clock.Now().Day() }
