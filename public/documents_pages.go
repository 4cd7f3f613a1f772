package public

import (
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"zhunsheng/gov"
	"zhunsheng/publication"
	"zhunsheng/web"
)

// documentsPage is how many documents one page shows.
const documentsPage = 30

// home is the first page: what is public here, and the newest documents.
func (p *Portal) home(w http.ResponseWriter, r *http.Request) error {
	page, err := p.Shelf.List(r.Context(), publication.Query{Register: publication.Documents, Limit: 6})
	if err != nil {
		return err
	}
	names, err := p.UnitNames(r.Context())
	if err != nil {
		return err
	}
	head, err := p.Head(r.Context())
	if err != nil {
		return err
	}
	s := p.shell(w, r, "", "/")
	s.AsOf = asOf(page.At)
	return web.OK(w, r, homePage(s, homeView{Total: page.Total, Records: head.Size,
		Newest: p.rows(page.Entries, names)}))
}

type homeView struct {
	Total, Records int64
	Newest         []web.Row
}

func asOf(at int64) string {
	if at == 0 {
		return "尚无记录"
	}
	return fmt.Sprintf("第 %d 号记录", at-1)
}

// documents is the register of normative documents: newest first, by unit and words.
func (p *Portal) documents(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	query := publication.Query{Register: publication.Documents, Unit: gov.UnitID(q.Get("unit")),
		Words: strings.TrimSpace(q.Get("q")), Limit: documentsPage}
	if after := q.Get("after"); after != "" {
		day, id, ok := strings.Cut(after, "~")
		d, err := gov.ParseDay(day)
		if !ok || err != nil {
			return gov.FieldError("after", "翻页参数不正确，请从第一页开始")
		}
		query.After = &publication.Entry{Published: d, Case: gov.CaseID(id)}
	}
	if len([]rune(query.Words)) > 60 {
		return gov.FieldError("q", "检索词太长，请缩短到 60 个字以内")
	}
	page, err := p.Shelf.List(r.Context(), query)
	if err != nil {
		return err
	}
	names, err := p.UnitNames(r.Context())
	if err != nil {
		return err
	}
	units, err := p.Shelf.Units(r.Context(), publication.Documents)
	if err != nil {
		return err
	}
	s := p.shell(w, r, "行政规范性文件库", "/documents")
	s.AsOf, s.Query = asOf(page.At), query.Words
	return web.OK(w, r, documentsListPage(s, documentsView{
		Total: page.Total, Filter: documentsFilter(query, units, names), Table: p.table(page, query, names),
	}))
}

type documentsView struct {
	Total  int64
	Filter web.Filter
	Table  web.Table
}

func (p *Portal) table(page publication.Page, q publication.Query, names func(gov.UnitID) string) web.Table {
	t := web.Table{Caption: "行政规范性文件", Columns: documentColumns, Rows: p.rows(page.Entries, names),
		Empty: web.Empty{Title: "没有符合条件的文件", Text: "可以减少检索词，或者查看全部单位的文件。"}}
	if q.Words == "" && q.Unit == "" {
		t.Empty = web.Empty{Title: "还没有公布的文件", Text: "文件在公布当天出现在这里。"}
	}
	t.Pager = &web.Pager{Note: fmt.Sprintf("本页 %d 件", len(page.Entries))}
	if q.After != nil {
		t.Pager.First = documentsAddress(q, nil)
	}
	if page.More {
		t.Pager.Next = documentsAddress(q, &page.Entries[len(page.Entries)-1])
	}
	return t
}

func documentsAddress(q publication.Query, after *publication.Entry) string {
	v := url.Values{}
	if q.Words != "" {
		v.Set("q", q.Words)
	}
	if q.Unit != "" {
		v.Set("unit", string(q.Unit))
	}
	if after != nil {
		v.Set("after", after.Published.String()+"~"+string(after.Case))
	}
	if len(v) == 0 {
		return "/documents"
	}
	return "/documents?" + v.Encode()
}

var documentColumns = []web.Column{
	{Title: "文件名称", Main: true}, {Title: "发文字号"}, {Title: "制定机关"}, {Title: "公布日期", Tight: true}, {Title: "效力", Tight: true},
}

func (p *Portal) rows(entries []publication.Entry, names func(gov.UnitID) string) []web.Row {
	var out []web.Row
	for _, e := range entries {
		out = append(out, web.Row{Href: "/documents/" + string(e.Case), Cells: []web.Cell{
			web.Text(e.Title), web.Text(orDash(e.Number)), web.Text(names(e.Unit)), web.Text(e.Published.String()), p.standing(e)}})
	}
	return out
}

func (p *Portal) standing(e publication.Entry) web.Cell {
	switch text := e.Standing(p.today()); text {
	case "有效":
		return web.Mark(web.Met, text)
	case "未施行":
		return web.Mark(web.Soon, text)
	default:
		return web.Mark(web.NA, text)
	}
}

func orDash(s string) string {
	if s == "" {
		return "—"
	}
	return s
}

// document is one document in the register.
func (p *Portal) document(w http.ResponseWriter, r *http.Request) error {
	e, at, err := p.Shelf.Get(r.Context(), publication.Documents, gov.CaseID(r.PathValue("case")))
	if err != nil {
		return err
	}
	names, err := p.UnitNames(r.Context())
	if err != nil {
		return err
	}
	s := p.shell(w, r, e.Title, "/documents")
	s.AsOf, s.Narrow = asOf(at), true
	s.Crumbs = []web.Crumb{{Label: "行政规范性文件库", Href: "/documents"}, {Label: e.Title}}
	return web.OK(w, r, documentPage(s, documentView{Entry: e, Unit: names(e.Unit), Standing: p.standing(e)}))
}

type documentView struct {
	Entry    publication.Entry
	Unit     string
	Standing web.Cell
}

func (v documentView) defs() []web.Def {
	e := v.Entry
	out := []web.Def{
		{Term: "发文字号", Text: orDash(e.Number)},
		{Term: "制定机关", Text: v.Unit},
		{Term: "公布日期", Text: e.Published.Chinese()},
		{Term: "施行日期", Text: e.Effective.Chinese()},
	}
	if !e.Expires.IsZero() {
		out = append(out, web.Def{Term: "有效期至", Text: e.Expires.Chinese()})
	}
	if !e.Filed.IsZero() {
		out = append(out, web.Def{Term: "报送备案", Text: e.Filed.Chinese()})
	}
	return append(out, web.Def{Term: "公布记录", Text: fmt.Sprintf("第 %d 号记录", e.Index)})
}

// documentFile sends the published text.
func (p *Portal) documentFile(w http.ResponseWriter, r *http.Request) error {
	e, _, err := p.Shelf.Get(r.Context(), publication.Documents, gov.CaseID(r.PathValue("case")))
	if err != nil {
		return err
	}
	if e.Digest == "" || e.Standing(p.today()) == "已撤下" {
		return gov.Errorf(gov.NotFound, "这份文件没有在线文本")
	}
	f, err := p.Files.Open(e.Digest)
	if err != nil {
		return err
	}
	defer f.Close()
	w.Header().Set("Content-Type", e.Media)
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": e.Name}))
	w.Header().Set("Digest", "sha-256="+e.Digest)
	_, err = io.Copy(w, f)
	return err
}

func documentsFilter(q publication.Query, units map[gov.UnitID]int64, names func(gov.UnitID) string) web.Filter {
	var options []web.Option
	for _, id := range sortedUnits(units, names) {
		options = append(options, web.Option{Value: string(id), Label: fmt.Sprintf("%s（%d）", names(id), units[id])})
	}
	f := web.Filter{Action: "/documents", Fields: []web.Field{
		{Kind: web.TextKind, Name: "q", Label: "名称或文号", Value: q.Words, MaxLen: 60},
		{Kind: web.SelectKind, Name: "unit", Label: "制定机关", Value: string(q.Unit), Placeholder: "全部", Options: options},
	}}
	if q.Words != "" || q.Unit != "" {
		f.Clear = "/documents"
	}
	return f
}

func (v documentView) badges() []web.BadgeView {
	if v.Standing.Badge == nil {
		return nil
	}
	return []web.BadgeView{*v.Standing.Badge}
}

func (v documentView) files() []web.FileItem {
	e := v.Entry
	if e.Digest == "" {
		return []web.FileItem{{Name: e.Title, Note: "没有在线文本，请向制定机关查阅"}}
	}
	return []web.FileItem{{Name: e.Name, Href: "/documents/" + string(e.Case) + "/file", Digest: e.Digest}}
}
