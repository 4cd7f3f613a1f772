package public

import (
	"embed"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"zhunsheng/gov"
	"zhunsheng/law"
	"zhunsheng/web"
)

//go:embed calculator.js
var calculatorScript embed.FS

// calculator is the public deadline calculator (期限计算页, F135). It works without script;
// with script, the browser counts again with a second implementation that shares no code
// with the server's and says whether both agree.
func (p *Portal) calculator(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	v := readCalculator(q)
	if v.From == "" {
		v.From = p.today().String()
	}
	status := http.StatusOK
	if (q.Has("under") || q.Has("limit")) && !q.Has("more") {
		if err := v.answer(p.Book); err != nil {
			return err
		}
		if v.Errors != nil {
			status = http.StatusUnprocessableEntity
		}
		v.Made = p.calculatorMade()
	}
	v.fields(p.Book)
	s := p.shell(w, r, "期限计算", "/calculator")
	s.Narrow = true
	return web.Render(w, r, status, calculatorPage(s, v))
}

type calculatorView struct {
	Under, Article, Limit, From, Time, Count, Way string
	Turns                                         []turnRow
	More                                          bool // another row was asked for
	Errors                                        map[string]string
	Receipt                                       *law.Receipt
	Due                                           *law.Due
	Clauses                                       []law.BookClause
	asked                                         string    // the limit in its plain form
	Label, Answer                                 string    // what is asked for, and the day or instant
	Doubts                                        []string  // why the answer is provisional
	Facts                                         []web.Def // how the question was understood
	Made                                          string    // when it was counted, by which calendar
	Question                                      string    // as the browser's implementation takes it
	Fields                                        []web.Field
	Special                                       []web.Field   // way of receipt, hour
	Rows                                          [][]web.Field // what happened since, one event each
}

// turnRow is one event as filled in.
type turnRow struct{ Kind, On, By string }

const maxTurns = 8 // rows of events on the page

// The directions in which a period may be counted.
const (
	countForward = "within"
	countBefore  = "before"
	countAtLeast = "at-least"
)

func readCalculator(q url.Values) calculatorView {
	v := calculatorView{Under: q.Get("under"), Article: q.Get("article"), Limit: q.Get("limit"), From: q.Get("from"), Time: q.Get("time"), Count: q.Get("count"), Way: q.Get("way"), More: q.Has("more")}
	if v.Count == "" {
		v.Count = countForward
	}
	for i := 1; i <= maxTurns; i++ {
		n := strconv.Itoa(i)
		if t := (turnRow{q.Get("t" + n), q.Get("t" + n + "on"), q.Get("t" + n + "by")}); t != (turnRow{}) {
			v.Turns = append(v.Turns, t)
		}
	}
	return v
}

// answer computes, or notes which fields are at fault; only a fault of the program is returned.
func (v *calculatorView) answer(book *law.Book) error {
	if v.check(); v.Errors != nil {
		return nil
	}
	err := v.compute(book)
	if kind := gov.KindOf(err); err != nil && (kind == gov.Invalid || kind == gov.NotFound) {
		v.fail(err)
		return nil
	}
	return err
}

// check notes every fault that a field shows by itself, so that all are mended at once.
func (v *calculatorView) check() {
	if v.Under == "" {
		v.fail(gov.FieldError("under", "请选择依据的法律法规"))
	}
	if _, err := law.ParseLimit(v.Limit); err != nil {
		v.fail(err)
	}
	if _, err := gov.ParseDay(v.From); err != nil {
		v.fail(gov.FieldError("from", "起算日期写作 2026-09-30 的形式"))
	}
	for i, row := range v.Turns {
		n := "t" + strconv.Itoa(i+1)
		if row.Kind == "" {
			v.fail(gov.FieldError(n, "请选择发生了什么，不用时把日期清空"))
		}
		if _, err := gov.ParseDay(row.On); err != nil {
			v.fail(gov.FieldError(n+"on", "日期写作 2026-09-30 的形式"))
		}
		if _, err := law.ParseLimit(row.By); err != nil && row.Kind == string(law.Extend) {
			v.fail(gov.FieldError(n+"by", "请写明延长多久，如 30日、20个工作日"))
		}
	}
}

// compute answers a question whose fields were checked, or says which field is at fault.
func (v *calculatorView) compute(book *law.Book) error {
	limit, err := law.ParseLimit(v.Limit)
	if err != nil {
		return err
	}
	from, err := gov.ParseDay(v.From)
	if err != nil {
		return err
	}
	asked := question{Under: v.Under, Article: v.Article, Limit: v.Limit, Op: map[string]string{countBefore: "before", countAtLeast: "atLeast"}[v.Count]}
	if asked.Op == "" {
		asked.Op = "course"
	}
	if v.Way != "" {
		paper, channel, _ := strings.Cut(v.Way, "/")
		rq := law.ReceiptQuery{Under: v.Under, Paper: paper, Channel: channel, On: from}
		receipt, err := book.ReceiptDay(rq)
		if err != nil {
			return err
		}
		v.Receipt, from = &receipt, receipt.Day
		asked.Receipt = &receiptQuestion{v.Under, paper, channel, rq.On}
	}
	q := law.Query{Under: v.Under, Article: v.Article, Limit: limit, From: from}
	if v.Time != "" {
		at, err := time.Parse("15:04", v.Time)
		if err != nil || v.Way != "" {
			return gov.FieldError("time", "时刻写作 14:20 的形式，只用于以小时计、直接从该时刻起算的期间")
		}
		q.At = from.Start().Add(time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute)
	}
	turns, err := v.turns(book, q)
	if err != nil {
		return err
	}
	var due law.Due
	switch {
	case len(turns) > 0 && v.Count != countForward:
		return gov.FieldError("count", "向前计算和最短期间不适用中止、延长")
	case v.Count == countBefore:
		due, err = book.Before(q)
	case v.Count == countAtLeast:
		due, err = book.AtLeast(q)
	case v.Count == countForward:
		due, err = book.Course(q, turns)
	default:
		err = gov.FieldError("count", "计算方向只有向后、向前和最短期间三种")
	}
	if err != nil {
		return err
	}
	v.Due = &due
	v.say(book)
	if v.Clauses, err = book.Clauses(q); err != nil {
		return err
	}
	v.asked = limit.String()
	asked.From, asked.At, asked.Turns = from, q.At, turns
	text, err := json.Marshal(asked)
	v.Question = string(text)
	return err
}

// question is what the page asks the browser's implementation. It has no field count: there
// that is a local rule's way of counting.
type question struct {
	Under   string           `json:"under"`
	Article string           `json:"article,omitempty"`
	Limit   string           `json:"limit"`
	From    gov.Day          `json:"from"`
	At      gov.Instant      `json:"at,omitzero"`
	Op      string           `json:"op"` // which of the implementation's answers is asked for
	Turns   []law.Turn       `json:"turns,omitempty"`
	Receipt *receiptQuestion `json:"receipt,omitempty"`
}

type receiptQuestion struct {
	Under   string  `json:"under"`
	Paper   string  `json:"paper"`
	Channel string  `json:"channel"`
	On      gov.Day `json:"on"`
}

// turns reads the rows. An extension cites the article by which the statute allows it, where
// there is one such article only.
func (v *calculatorView) turns(book *law.Book, q law.Query) (out []law.Turn, err error) {
	clauses, err := book.Clauses(q)
	if err != nil {
		return nil, err
	}
	for _, row := range v.Turns {
		t := law.Turn{Kind: law.TurnKind(row.Kind)}
		if t.On, err = gov.ParseDay(row.On); err != nil {
			return nil, err
		}
		if t.Kind == law.Extend {
			if t.By, err = law.ParseLimit(row.By); err != nil {
				return nil, err
			}
			t.Cite = onlyExtension(clauses)
		}
		out = append(out, t)
	}
	return out, nil
}

func onlyExtension(clauses []law.BookClause) (cite *law.Citation) {
	for _, c := range clauses {
		if c.Kind != law.ClauseExtend {
			continue
		}
		if cite != nil {
			return nil
		}
		k := c.Cite()
		cite = &k
	}
	return cite
}

func (v *calculatorView) fail(err error) {
	if v.Errors == nil {
		v.Errors = map[string]string{}
	}
	field, text := "limit", err.Error()
	var e *gov.Error
	if ok := errors.As(err, &e); ok {
		text = e.Text
		if e.Field != "" {
			field = e.Field
		}
	}
	v.Errors[field] = text
}

// register is the register of statutes and calendar as JSON, for the second count.
func (p *Portal) calculatorRegister(w http.ResponseWriter, r *http.Request) error {
	data, err := p.register()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	_, err = w.Write(data)
	return err
}

// registerOnce encodes the register when it is first asked for.
func registerOnce(book *law.Book) func() ([]byte, error) {
	return sync.OnceValues(func() ([]byte, error) { return json.Marshal(book.Export()) })
}

// calculatorAsset serves the page's script and the second implementation.
func (p *Portal) calculatorAsset(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("name")
	src := fs.FS(calculatorScript)
	if name != "calculator.js" {
		src = law.Calc()
	}
	if !strings.HasSuffix(name, ".js") {
		return gov.Errorf(gov.NotFound, "没有这个文件")
	}
	data, err := fs.ReadFile(src, name)
	if err != nil {
		return &gov.Error{Kind: gov.NotFound, Text: "没有这个文件", Err: err}
	}
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	_, err = w.Write(data)
	return err
}
