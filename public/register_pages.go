package public

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"zhunsheng/gov"
	"zhunsheng/publication"
	"zhunsheng/web"
)

// pageSize is how many entries one page of a register shows.
const pageSize = 30

// registerURL is where a register is listed; the two that people look for most have
// addresses of their own.
func registerURL(id string) string {
	switch id {
	case publication.Documents:
		return navDocuments
	case publication.Consultations:
		return navConsultations
	}
	return navRegisters + "/" + url.PathEscape(id)
}

func entryURL(register string, id gov.CaseID) string {
	return registerURL(register) + "/" + url.PathEscape(string(id))
}

func fileURL(e publication.Entry, i int) string {
	return fmt.Sprintf("%s/%s/%s/files/%d", navRegisters, url.PathEscape(e.Register), url.PathEscape(string(e.Case)), i)
}

// registerOf is a register with its names; one that no definition publishes in any more is
// shown under its id.
func (p *Portal) registerOf(id string) publication.Register {
	if r, ok := p.Catalogue.Register(id); ok {
		return r
	}
	return publication.Register{ID: id, Name: id, Item: "事项", Unit: "公布机关", Number: "编号", Find: "名称或编号", Numbered: true}
}

// registers is the table of all public registers (公开目录).
func (p *Portal) registers(w http.ResponseWriter, r *http.Request) error {
	sizes, err := p.Shelf.Sizes(r.Context())
	if err != nil {
		return err
	}
	at, err := p.at(r)
	if err != nil {
		return err
	}
	t := web.Table{Caption: "公开目录", Columns: []web.Column{{Title: "目录", Main: true}, {Title: "公开什么"}, {Title: "件数", Num: true, Tight: true}},
		Empty: web.Empty{Title: "还没有公开目录"}}
	for _, reg := range p.Catalogue.Registers() {
		t.Rows = append(t.Rows, web.Row{Href: registerURL(reg.ID), Cells: []web.Cell{
			web.Text(reg.Name), web.Text(reg.Note), web.Text(fmt.Sprint(sizes[reg.ID]))}})
	}
	s := p.shell(w, r, "公开目录", navRegisters)
	s.AsOf = asOf(at)
	return web.OK(w, r, registersPage(s, t))
}

// at is the record that the public registers stand at.
func (p *Portal) at(r *http.Request) (int64, error) {
	page, err := p.Shelf.List(r.Context(), publication.Query{Limit: 1})
	return page.At, err
}

// list is one register, newest first, by unit and words.
func (p *Portal) list(register string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		id := cmp.Or(register, r.PathValue("register"))
		reg, ok := p.Catalogue.Register(id)
		if !ok && register == "" {
			return gov.Errorf(gov.NotFound, "没有这个公开目录，可能已经改名")
		}
		if !ok {
			reg = p.registerOf(id)
		}
		query, err := queryOf(r, id)
		if err != nil {
			return err
		}
		page, err := p.Shelf.List(r.Context(), query)
		if err != nil {
			return err
		}
		names, err := p.UnitNames(r.Context())
		if err != nil {
			return err
		}
		units, err := p.Shelf.Units(r.Context(), id)
		if err != nil {
			return err
		}
		s := p.shell(w, r, reg.Name, navOf(id))
		s.AsOf = asOf(page.At)
		if id == publication.Documents {
			s.Query = query.Words
		} else {
			s.Crumbs = []web.Crumb{{Label: "公开目录", Href: navRegisters}, {Label: reg.Name}}
		}
		return web.OK(w, r, registerPage(s, registerView{Register: reg, Total: page.Total, Filter: filter(reg, query, units, names),
			Table: p.table(reg, page, query, names)}))
	}
}

func navOf(register string) string {
	if u := registerURL(register); u == navDocuments || u == navConsultations {
		return u
	}
	return navRegisters
}

func queryOf(r *http.Request, register string) (publication.Query, error) {
	q := r.URL.Query()
	query := publication.Query{Register: register, Unit: gov.UnitID(q.Get("unit")), Words: strings.TrimSpace(q.Get("q")),
		Matter: gov.CaseID(q.Get("matter")), Limit: pageSize}
	if after := q.Get("after"); after != "" {
		day, id, ok := strings.Cut(after, "~")
		d, err := gov.ParseDay(day)
		if !ok || err != nil {
			return query, gov.FieldError("after", "翻页参数不正确，请从第一页开始")
		}
		query.After = &publication.Entry{Published: d, Case: gov.CaseID(id)}
	}
	if len([]rune(query.Words)) > 60 {
		return query, gov.FieldError("q", "检索词太长，请缩短到 60 个字以内")
	}
	return query, nil
}

type registerView struct {
	Register publication.Register
	Total    int64
	Filter   web.Filter
	Table    web.Table
}

func (p *Portal) table(reg publication.Register, page publication.Page, q publication.Query, names func(gov.UnitID) string) web.Table {
	t := web.Table{Caption: reg.Name, Columns: columns(reg), Rows: p.rows(reg, page.Entries, names),
		Empty: web.Empty{Title: "没有符合条件的" + reg.Item, Text: "可以减少检索词，或者查看全部单位的" + reg.Item + "。"}}
	if q.Words == "" && q.Unit == "" {
		t.Empty = web.Empty{Title: "还没有公布的" + reg.Item, Text: reg.Item + "在公布当天出现在这里。"}
	}
	t.Pager = &web.Pager{Note: fmt.Sprintf("本页 %d 件", len(page.Entries))}
	if q.After != nil {
		t.Pager.First = listURL(q, nil)
	}
	if page.More {
		t.Pager.Next = listURL(q, &page.Entries[len(page.Entries)-1])
	}
	return t
}

func listURL(q publication.Query, after *publication.Entry) string {
	v := url.Values{}
	for name, value := range map[string]string{"q": q.Words, "unit": string(q.Unit), "matter": string(q.Matter)} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if after != nil {
		v.Set("after", after.Published.String()+"~"+string(after.Case))
	}
	if len(v) == 0 {
		return registerURL(q.Register)
	}
	return registerURL(q.Register) + "?" + v.Encode()
}

func columns(reg publication.Register) []web.Column {
	out := []web.Column{{Title: "名称", Main: true}}
	if reg.Numbered {
		out = append(out, web.Column{Title: reg.Number, Tight: true})
	}
	return append(out, web.Column{Title: reg.Unit}, web.Column{Title: "公布日期", Tight: true}, web.Column{Title: "状态", Tight: true})
}

func (p *Portal) rows(reg publication.Register, entries []publication.Entry, names func(gov.UnitID) string) []web.Row {
	var out []web.Row
	for _, e := range entries {
		cells := []web.Cell{web.Text(e.Title)}
		if reg.Numbered {
			cells = append(cells, web.Text(e.Number))
		}
		cells = append(cells, web.Text(names(e.Unit)), web.Text(e.Published.String()), p.standing(reg, e))
		out = append(out, web.Row{Href: entryURL(e.Register, e.Case), Cells: cells})
	}
	return out
}

// standing is where an entry stands today, in words and tone.
func (p *Portal) standing(reg publication.Register, e publication.Entry) web.Cell {
	text := e.Standing(p.today())
	switch text {
	case "有效":
		if !reg.Dated && !reg.Expiring {
			text = "已公开" // in a register where nothing comes into force
		}
		return web.Mark(web.Met, text)
	case "征求意见中", "未施行", "已修改", "已中止执行":
		return web.Mark(web.Soon, text)
	}
	return web.Mark(web.NA, text)
}

func filter(reg publication.Register, q publication.Query, units map[gov.UnitID]int64, names func(gov.UnitID) string) web.Filter {
	var options []web.Option
	for _, id := range slices.SortedFunc(maps.Keys(units), func(a, b gov.UnitID) int { return cmp.Compare(names(a), names(b)) }) {
		options = append(options, web.Option{Value: string(id), Label: fmt.Sprintf("%s（%d）", names(id), units[id])})
	}
	f := web.Filter{Action: registerURL(reg.ID), Fields: []web.Field{
		{Kind: web.TextKind, Name: "q", Label: reg.Find, Value: q.Words, MaxLen: 60},
		{Kind: web.SelectKind, Name: "unit", Label: reg.Unit, Value: string(q.Unit), Placeholder: "全部", Options: options},
	}}
	if q.Matter != "" {
		f.Hidden = []web.Pair{{Name: "matter", Value: string(q.Matter)}}
	}
	if q.Words != "" || q.Unit != "" || q.Matter != "" {
		f.Clear = registerURL(reg.ID)
	}
	return f
}

func orDash(s string) string {
	if s == "" {
		return "—"
	}
	return s
}
