package matrix

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"zhunsheng/gov"
	"zhunsheng/web"
)

// rule is who may have what an address names.
type rule int

const (
	everybody     rule = iota // without signing in
	signedIn                  // any post
	caseReaders               // who may read cases of the unit
	recordReaders             // who may see that record of the ledger
	keepers                   // who edits the register
	bringers                  // who handles cases at all: not the three administrators
	importers                 // who may record by the plan for old tables
)

// fill is what an address is filled with.
type fill int

const (
	nothing fill = iota
	cases
	steps
	files
	previews
	madePapers
	records
	registers
	entries
	indicators
	procedures
	documents
	documentFiles
	tiles
	scripts
	assets
	publicRegisters
	publicEntries
	publicFiles
	consultations
	offers
	submissions
	rules
	plans
	tables
	batches
	acts
	corrections
)

// row is the expectation of one route. ok are the statuses for whoever may have what the
// address names; everybody else gets 404 for things and 403 for what keepers and bringers do, and who is
// not signed in is sent to the sign-in page or gets 401.
type row struct {
	rule  rule
	fill  fill
	ok    []int
	shows bool   // the answer holds what only readers may see
	deed  bool   // changes something: deeds holds a request that is accepted, and from whom
	body  string // sent with a POST: harmless, because it cannot be accepted
	media string
	ends  bool // ends the session
}

const (
	form = "application/x-www-form-urlencoded"
	data = "application/json"
)

var (
	fine    = []int{http.StatusOK}
	away    = []int{http.StatusSeeOther}
	invalid = []int{http.StatusUnprocessableEntity}
	// An act that names no outcome is either wrong in form or not this post's at all.
	refused = []int{http.StatusUnprocessableEntity, http.StatusConflict, http.StatusForbidden}
)

// table has a row for every route, by its name.
var table = map[string]row{
	"desk.signin":      {ok: []int{http.StatusOK, http.StatusSeeOther}},
	"desk.signin.do":   {ok: []int{http.StatusUnauthorized}, body: "login=no-such-login&password=x", media: form},
	"desk.signout":     {ok: away, media: form, ends: true},
	"desk.seat":        {rule: signedIn, ok: invalid, body: "post=x", media: form, deed: true},
	"desk.password":    {rule: signedIn, ok: fine},
	"desk.password.do": {rule: signedIn, ok: invalid, body: "login=x&old=x&password=a&again=b", media: form, deed: true},

	"desk.workbench":       {rule: signedIn, ok: fine},
	"desk.cases":           {rule: signedIn, ok: fine},
	"desk.cases.csv":       {rule: signedIn, ok: fine},
	"desk.case.new":        {rule: signedIn, ok: fine},
	"desk.case.start":      {rule: signedIn, ok: []int{http.StatusNotFound}, body: "procedure=no-such-procedure", media: form, deed: true},
	"desk.case":            {rule: caseReaders, fill: cases, ok: fine, shows: true},
	"desk.step":            {rule: caseReaders, fill: steps, ok: fine},
	"desk.step.perform":    {rule: caseReaders, fill: steps, ok: refused, body: "outcome=", media: form, deed: true},
	"desk.step.recordform": {rule: caseReaders, fill: steps, ok: []int{http.StatusOK, http.StatusForbidden}},
	"desk.step.record":     {rule: caseReaders, fill: steps, ok: refused, body: "outcome=", media: form, deed: true},
	"desk.case.file":       {rule: caseReaders, fill: files, ok: fine},
	"desk.case.archive":    {rule: caseReaders, fill: cases, ok: fine, shows: true},
	"desk.case.needs":      {rule: signedIn, ok: []int{http.StatusNotFound}, body: "procedure=no-such-procedure", media: form},
	"desk.step.needs":      {rule: caseReaders, fill: steps, ok: fine, media: form},
	// Who may not correct is told so; nothing is proposed in the seeded cases.
	"desk.correct":           {rule: caseReaders, fill: acts, ok: []int{http.StatusOK, http.StatusForbidden}},
	"desk.correct.propose":   {rule: caseReaders, fill: acts, ok: []int{http.StatusUnprocessableEntity, http.StatusForbidden}, body: "reason=", media: form, deed: true},
	"desk.correction":        {rule: signedIn, fill: corrections, ok: []int{http.StatusNotFound}},
	"desk.correction.decide": {rule: signedIn, fill: corrections, ok: []int{http.StatusNotFound}, body: "decision=approve", media: form, deed: true},
	// The procedure of this county makes no paper: its readers are told so.
	"desk.step.preview": {rule: caseReaders, fill: previews, ok: invalid, media: form},
	"desk.case.paper":   {rule: caseReaders, fill: madePapers, ok: invalid},

	"desk.imports":         {rule: signedIn, ok: fine},
	"desk.import":          {rule: importers, fill: plans, ok: fine},
	"desk.import.template": {rule: importers, fill: plans, ok: fine},
	"desk.import.upload":   {rule: importers, fill: plans, ok: invalid, media: form},
	// A table is there only for whoever uploaded it, a batch for whoever imported it.
	"desk.import.check":  {rule: importers, fill: tables, ok: fine},
	"desk.import.begin":  {rule: importers, fill: tables, ok: fine, media: form, deed: true},
	"desk.import.batch":  {rule: signedIn, fill: batches, ok: fine},
	"desk.import.resume": {rule: signedIn, fill: batches, ok: fine, media: form, deed: true},
	"desk.import.undo":   {rule: signedIn, fill: batches, ok: fine, body: "reason=x", media: form, deed: true},

	"desk.procedures":      {rule: signedIn, ok: fine},
	"desk.procedure":       {rule: signedIn, fill: procedures, ok: fine},
	"desk.indicators":      {rule: signedIn, ok: fine},
	"desk.indicator":       {rule: signedIn, fill: indicators, ok: fine},
	"desk.indicator.cases": {rule: signedIn, fill: indicators, ok: fine},

	"desk.records":        {rule: signedIn, ok: fine},
	"desk.record":         {rule: recordReaders, fill: records, ok: fine},
	"desk.record.receipt": {rule: recordReaders, fill: records, ok: fine},
	"desk.record.body":    {rule: recordReaders, fill: records, ok: fine},
	"desk.record.qr":      {rule: recordReaders, fill: records, ok: fine},

	"desk.registers":      {rule: signedIn, ok: fine},
	"desk.register":       {rule: signedIn, fill: registers, ok: fine},
	"desk.register.new":   {rule: keepers, fill: registers, ok: fine},
	"desk.register.add":   {rule: keepers, fill: registers, ok: invalid, media: form, deed: true},
	"desk.register.entry": {rule: signedIn, fill: entries, ok: fine},
	"desk.register.edit":  {rule: keepers, fill: entries, ok: fine},
	"desk.register.set":   {rule: keepers, fill: entries, ok: invalid, body: "from=x", media: form, deed: true},
	"desk.register.end":   {rule: keepers, fill: entries, ok: invalid, body: "from=x", media: form, deed: true},

	"api.openapi":          {ok: fine},
	"api.signIn":           {ok: []int{http.StatusUnauthorized}, body: `{"login":"no-such-login","password":"x"}`, media: data},
	"api.listCases":        {rule: signedIn, ok: fine},
	"api.openCase":         {rule: signedIn, ok: []int{http.StatusNotFound}, body: `{"procedure":"no-such-procedure"}`, media: data, deed: true},
	"api.getCase":          {rule: caseReaders, fill: cases, ok: fine, shows: true},
	"api.getArchive":       {rule: caseReaders, fill: cases, ok: fine, shows: true},
	"api.act":              {rule: caseReaders, fill: cases, ok: refused, body: `{"step":"no-such-step"}`, media: data, deed: true},
	"api.correct":          {rule: caseReaders, fill: cases, ok: refused, body: `{"of":2,"reason":""}`, media: data, deed: true},
	"api.decideCorrection": {rule: caseReaders, fill: corrections, ok: refused, body: `{"approve":true}`, media: data, deed: true},
	"api.putFile":          {rule: bringers, ok: invalid, body: "neither a picture nor a document \x00", media: "application/octet-stream"},
	"api.getIndicator":     {rule: signedIn, fill: indicators, ok: fine},
	"api.getRecord":        {rule: recordReaders, fill: records, ok: fine},

	"public.home":                {ok: fine},
	"public.documents":           {ok: fine},
	"public.document":            {fill: documents, ok: fine},
	"public.document.file":       {fill: documentFiles, ok: fine},
	"public.consultations":       {ok: fine},
	"public.consultation":        {fill: consultations, ok: fine},
	"public.registers":           {ok: fine},
	"public.register":            {fill: publicRegisters, ok: fine},
	"public.register.entry":      {fill: publicEntries, ok: fine},
	"public.register.file":       {fill: publicFiles, ok: fine},
	"public.submit":              {fill: offers, ok: fine},
	"public.submit.do":           {fill: offers, ok: invalid, media: form},
	"public.submissions":         {ok: fine},
	"public.submission":          {fill: submissions, ok: fine},
	"public.procedures":          {ok: fine},
	"public.procedure":           {fill: procedures, ok: fine},
	"public.procedure.rule":      {fill: rules, ok: away},
	"public.leans":               {ok: fine},
	"public.ledger":              {ok: fine},
	"public.ledger.checkpoint":   {ok: fine},
	"public.ledger.key":          {ok: fine},
	"public.ledger.tile":         {fill: tiles, ok: fine},
	"public.calculator":          {ok: fine},
	"public.calculator.register": {ok: fine},
	"public.calculator.js":       {fill: scripts, ok: fine},
	"public.receipts":            {ok: fine},
	"public.receipts.check":      {ok: invalid, media: form},

	"web.static":  {fill: assets, ok: fine},
	"web.favicon": {ok: []int{http.StatusFound}},
	"web.elder":   {ok: away, media: form},
}

// twins are pages and API operations that must answer alike.
var twins = map[string]string{"desk.case": "api.getCase", "desk.case.archive": "api.getArchive", "desk.record": "api.getRecord", "desk.indicator": "api.getIndicator", "desk.cases": "api.listCases"}

// target is one filling of an address.
type target struct {
	values map[string]string
	unit   gov.UnitID // whose cases one must be able to read for it
	record *record
	name   string // of the register
	public bool   // published
	gone   bool   // there is no such thing
}

func (x target) String() string {
	var out []string
	for k, v := range x.values {
		out = append(out, k+"="+v)
	}
	return fmt.Sprint(out)
}

func one(key, value string) map[string]string { return map[string]string{key: value} }

// targets are the fillings of an address: what belongs to each unit, what is public, and
// what is not there.
func (w *world) targets(f fill) []target {
	w.t.Helper()
	var out []target
	add := func(x target) { out = append(out, x) }
	switch f {
	case nothing:
		add(target{})
	case cases, steps, files, documents, documentFiles:
		for _, c := range append(w.cases, kase{id: missing}) {
			x := target{values: one("case", string(c.id)), unit: c.unit, public: c.public, gone: c.unit == ""}
			switch {
			case f == files && !x.gone:
				x.values = w.file(c)
			case f == files:
				x.values = map[string]string{"case": string(c.id), "version": "2", "paper": "draft-text", "seq": "0"}
			case f == documents || f == documentFiles:
				x.gone = !c.public // what is not published is not there
			case f == steps:
				for _, s := range []string{"legality-review", "deliberation", "filing"} {
					add(target{values: map[string]string{"case": string(c.id), "step": s}, unit: c.unit, public: c.public, gone: x.gone})
				}
				continue
			}
			add(x)
		}
	case previews, madePapers:
		for _, c := range append(w.cases, kase{id: missing}) {
			add(target{values: map[string]string{"case": string(c.id), "step": "legality-review", "version": "2", "paper": "legality-opinion", "as": "pdf"},
				unit: c.unit, public: c.public, gone: c.unit == ""})
		}
	case records:
		for _, r := range w.records {
			add(target{values: one("number", fmt.Sprint(r.number)), unit: r.unit, record: &r})
		}
		add(target{values: one("number", "99999999"), gone: true})
		add(target{values: one("number", "x"), gone: true})
	case registers:
		for _, name := range []string{"units", "people", "posts", "grants", "parameters"} {
			add(target{values: one("register", name), name: name})
		}
		add(target{values: one("register", "no-such-register"), gone: true})
	case entries:
		for name, key := range map[string]string{"units": "qy-b", "people": "qy-b-drafter", "posts": "drafter", "grants": "qy-b-drafter", "parameters": "filing-limit"} {
			add(target{values: map[string]string{"register": name, "key": key}, name: name})
			add(target{values: map[string]string{"register": name, "key": "no-such-key"}, name: name, gone: true})
		}
	case indicators:
		add(target{values: one("indicator", "filing-in-time")})
		add(target{values: one("indicator", "no-such-indicator"), gone: true})
	case procedures:
		add(target{values: one("procedure", "normative-document.department")})
		add(target{values: one("procedure", "no-such-procedure"), gone: true})
	case tiles:
		add(target{values: one("path", w.tilePath())})
		add(target{values: one("path", "../../zhunsheng.db"), gone: true})
	case scripts:
		add(target{values: one("name", "calculator.js")})
		add(target{values: one("name", "no-such.js"), gone: true})
	case publicRegisters:
		add(target{values: one("register", "normative-documents")})
		add(target{values: one("register", "no-such-register"), gone: true})
	case publicEntries, publicFiles, consultations, submissions:
		// Nothing was out for comments here and nothing came in, whatever cases there are.
		for _, c := range append(w.cases, kase{id: missing}) {
			x := target{values: map[string]string{"register": "normative-documents", "case": string(c.id), "file": "0"}, unit: c.unit, public: c.public}
			x.gone = !c.public || f == consultations || f == submissions
			add(x)
		}
	case offers:
		for _, c := range append(w.cases, kase{id: missing}) {
			add(target{values: map[string]string{"procedure": "no-such-procedure", "case": string(c.id)}, unit: c.unit, public: c.public, gone: true})
			add(target{values: map[string]string{"procedure": "normative-document.department", "case": string(c.id)}, unit: c.unit, public: c.public, gone: true})
		}
	case rules:
		add(target{values: one("rule", "ND-G01")})
		add(target{values: one("rule", "no-such-rule"), gone: true})
	case acts, corrections:
		for _, c := range append(w.cases, kase{id: missing}) {
			add(target{values: map[string]string{"case": string(c.id), "version": "2", "correction": "2"}, unit: c.unit, gone: c.unit == ""})
		}
	case plans:
		add(target{values: one("plan", "old-documents"), name: "old-documents"})
		add(target{values: one("plan", "no-such-plan"), gone: true})
	case tables:
		none := strings.Repeat("0", 64)
		add(target{values: map[string]string{"plan": "old-documents", "digest": none}, name: "old-documents", gone: true})
		add(target{values: map[string]string{"plan": "no-such-plan", "digest": none}, gone: true})
	case batches:
		add(target{values: one("batch", string(missing)), gone: true})
	case assets:
		add(target{values: one("file", strings.TrimPrefix(web.Asset("app.css"), web.StaticPrefix))})
		add(target{values: one("file", "no-such.css"), gone: true})
	}
	return out
}

// allowed is the whole idea of who may have what.
func (r row) allowed(v *viewer, x target) bool {
	switch r.rule {
	case everybody, signedIn:
		return true
	case caseReaders:
		return v.mayRead(x.unit)
	case keepers:
		return slices.Contains(v.keeps, x.name)
	case bringers:
		return len(v.reads) > 0
	case importers:
		return slices.Contains([]gov.Post{"secretary", "reviewer", "registrar", "supervisor"}, v.post)
	case recordReaders:
		switch x.record.kind {
		case "case":
			return v.mayRead(x.unit)
		case "register":
			return v.audits || slices.Contains(v.keeps, x.record.name) || x.unit != "" && x.unit == v.unit
		case "access":
			return v.audits
		case "ledger":
			return true
		}
	}
	return false
}

// want are the statuses that the table expects.
func (r row) want(rt web.Route, v *viewer, x target) []int {
	switch {
	case r.rule != everybody && v.post == "":
		if rt.Method == http.MethodGet && !strings.HasPrefix(rt.Pattern, "/api/") {
			return []int{http.StatusSeeOther}
		}
		return []int{http.StatusUnauthorized}
	case ((r.rule == keepers || r.rule == importers) && x.name != "" || r.rule == bringers) && !r.allowed(v, x):
		return []int{http.StatusForbidden}
	case x.gone, !r.allowed(v, x):
		return []int{http.StatusNotFound}
	}
	return r.ok
}
