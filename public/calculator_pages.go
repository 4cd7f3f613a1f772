package public

import (
	"embed"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

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
	v := calculatorView{Under: q.Get("under"), Limit: q.Get("limit"), From: q.Get("from"), Count: q.Get("count")}
	if v.From == "" {
		v.From = p.today().String()
	}
	if v.Count == "" {
		v.Count = countForward
	}
	asked := q.Has("under") || q.Has("limit")
	status := http.StatusOK
	if asked {
		due, err := p.compute(v)
		switch {
		case err == nil:
			v.Due = &due
			v.Answer = web.Clock{Title: due.Under + "　" + due.Limit, Tone: calculatorTone(due), Right: due.Due.Chinese(),
				Text: calculatorText(due), Cites: due.Basis}
		case gov.KindOf(err) == gov.Invalid || gov.KindOf(err) == gov.NotFound:
			v.fail(err)
			status = http.StatusUnprocessableEntity
		default:
			return err
		}
	}
	v.Fields = v.fields(p.Book)
	s := p.shell(w, r, "期限计算", "/calculator")
	s.Narrow = true
	return web.Render(w, r, status, calculatorPage(s, v))
}

type calculatorView struct {
	Under, Limit, From, Count string
	Errors                    map[string]string
	Answer                    web.Clock
	Due                       *law.Due
	Fields                    []web.Field
}

// The directions in which a period may be counted.
const (
	countForward = "within"
	countBefore  = "before"
	countAtLeast = "at-least"
)

func (p *Portal) compute(v calculatorView) (law.Due, error) {
	if v.Under == "" {
		return law.Due{}, gov.FieldError("under", "请选择或者写明依据的法律法规")
	}
	limit, err := law.ParseLimit(v.Limit)
	if err != nil {
		return law.Due{}, err
	}
	from, err := gov.ParseDay(v.From)
	if err != nil {
		return law.Due{}, gov.FieldError("from", "起算日期写作 2026-09-30 的形式")
	}
	q := law.Query{Under: v.Under, Limit: limit, From: from}
	switch v.Count {
	case countBefore:
		return p.Book.Before(q)
	case countAtLeast:
		return p.Book.AtLeast(q)
	case countForward, "":
		return p.Book.Due(q)
	}
	return law.Due{}, gov.FieldError("count", "计算方向只有向后、向前和最短期间三种")
}

func (v *calculatorView) fail(err error) {
	v.Errors = map[string]string{}
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

func calculatorTone(d law.Due) web.Tone {
	if d.Provisional {
		return web.Soon
	}
	return web.Info
}

func calculatorText(d law.Due) string {
	var parts []string
	switch d.Unit {
	case "working_day":
		parts = append(parts, "按工作日计算")
	case "calendar_day":
		parts = append(parts, "按自然日计算")
	}
	parts = append(parts, "起算当日不计入")
	if d.Rolled {
		parts = append(parts, "最后一日逢休息日，由"+d.Nominal.Chinese()+"顺延")
	}
	if d.Provisional {
		parts = append(parts, "暂定：所涉年份的放假安排尚未公布，结果可能改变")
	}
	return strings.Join(parts, "；")
}

func (v calculatorView) fields(book *law.Book) []web.Field {
	options := []web.Option{{Value: "", Label: "请选择"}}
	for _, s := range book.Statutes() {
		options = append(options, web.Option{Value: s.Name, Label: s.Name})
	}
	if v.Under != "" && !slices.ContainsFunc(options, func(o web.Option) bool { return o.Value == v.Under }) {
		options = append(options, web.Option{Value: v.Under, Label: v.Under})
	}
	return []web.Field{
		{Kind: web.SelectKind, Name: "under", Label: "依据", Value: v.Under, Options: options, Required: true, Error: v.Errors["under"],
			Help: "同样是“十日”，各法计算方法不同，所以先选依据"},
		{Kind: web.TextKind, Name: "limit", Label: "期限", Value: v.Limit, Required: true, MaxLen: 20, Error: v.Errors["limit"],
			Placeholder: "7日", Help: "如 7日、十五日、20个工作日、3个月、1年"},
		{Kind: web.DayKind, Name: "from", Label: "起算日期", Value: v.From, Required: true, Error: v.Errors["from"],
			Help: "收到、作出或者发生的那一天，当日不计入"},
		{Kind: web.SelectKind, Name: "count", Label: "怎么算", Value: v.Count, Error: v.Errors["count"], Options: []web.Option{
			{Value: countForward, Label: "期限在几日内届满"}, {Value: countBefore, Label: "最迟在几日前"}, {Value: countAtLeast, Label: "不少于几日，何时期满"}}},
	}
}

// again is the address that gives the same answer, for sharing and for the second count.
func (v calculatorView) again() string {
	q := url.Values{"under": {v.Under}, "limit": {v.Limit}, "from": {v.From}}
	if v.Count != countForward {
		q.Set("count", v.Count)
	}
	return "/calculator?" + q.Encode()
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
