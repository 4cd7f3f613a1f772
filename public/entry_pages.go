package public

import (
	"cmp"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"zhunsheng/gov"
	"zhunsheng/law"
	"zhunsheng/publication"
	"zhunsheng/web"
)

// entry is one entry of a register: what was published, where it stands, what may be
// handed in against it, and what came of that.
func (p *Portal) entry(register string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		v, at, err := p.entryView(r, cmp.Or(register, r.PathValue("register")), gov.CaseID(r.PathValue("case")))
		if err != nil {
			return err
		}
		return web.OK(w, r, entryPage(p.entryShell(w, r, v, at), v))
	}
}

func (p *Portal) entryShell(w http.ResponseWriter, r *http.Request, v entryView, at int64) web.Shell {
	s := p.shell(w, r, v.Entry.Title, navOf(v.Entry.Register))
	s.AsOf, s.Narrow = asOf(at), true
	s.Crumbs = []web.Crumb{{Label: v.Register.Name, Href: registerURL(v.Register.ID)}, {Label: v.Entry.Title}}
	if navOf(v.Entry.Register) == navRegisters {
		s.Crumbs = append([]web.Crumb{{Label: "公开目录", Href: navRegisters}}, s.Crumbs...)
	}
	return s
}

type entryView struct {
	Entry    publication.Entry
	Register publication.Register
	Unit     string
	Standing web.Cell
	Off      bool
	Basis    []law.Citation
	Days     *daysLeft
	Form     *submitView         // the comment form, while comments are taken
	Offers   []publication.Offer // what else may be handed in
	Tallies  []web.Stat
	Changes  []changeLine
	Related  []web.Def // other entries of the same case, the matter that this one answers
	Replies  web.Table // what was published in answer to what came in
}

type changeLine struct {
	Text, Title, Href string
}

func (p *Portal) entryView(r *http.Request, register string, id gov.CaseID) (entryView, int64, error) {
	ctx := r.Context()
	e, at, err := p.Shelf.Get(ctx, register, id)
	if err != nil {
		return entryView{}, 0, err
	}
	names, err := p.UnitNames(ctx)
	if err != nil {
		return entryView{}, 0, err
	}
	reg := p.registerOf(register)
	v := entryView{Entry: e, Register: reg, Unit: names(e.Unit), Standing: p.standing(reg, e), Off: e.Off(p.today()),
		Basis: citations(p.Catalogue.Basis(e))}
	if !e.Until.IsZero() && !v.Off {
		d := leftOf(p.Book.Calendar(), e, p.today())
		v.Days = &d
	}
	if p.Take != nil {
		for _, o := range p.Catalogue.Offers(e, p.today()) {
			if o.Comment && v.Form == nil {
				v.Form = &submitView{Offer: o, Entry: e, Form: submissionForm(o, e), Fields: fieldsOf(o.Form, nil)}
				continue
			}
			v.Offers = append(v.Offers, o)
		}
	}
	if err := p.around(r, &v, names); err != nil {
		return entryView{}, 0, err
	}
	return v, at, nil
}

// around adds what stands beside an entry in the registers: what ended it, other entries of
// the same case, and what came in from the public.
func (p *Portal) around(r *http.Request, v *entryView, names func(gov.UnitID) string) error {
	ctx, e := r.Context(), v.Entry
	for _, c := range e.Changes {
		line := changeLine{Text: "自" + c.On.Chinese() + "起" + strings.TrimPrefix(c.Word(), "已")}
		if c.By != e.Case {
			if by, _, err := p.Shelf.Of(ctx, c.By); err != nil {
				return err
			} else if len(by) > 0 {
				line.Title, line.Href = by[0].Title, entryURL(by[0].Register, by[0].Case)
			}
		}
		v.Changes = append(v.Changes, line)
	}
	own, _, err := p.Shelf.Of(ctx, e.Case)
	if err != nil {
		return err
	}
	for _, o := range own {
		if o.Register != e.Register {
			v.Related = append(v.Related, p.related(p.registerOf(o.Register).Name, o))
		}
	}
	if e.Matter != "" {
		matter, _, err := p.Shelf.Of(ctx, e.Matter)
		if err != nil {
			return err
		}
		if len(matter) > 0 {
			v.Related = append(v.Related, p.related("针对的事项", matter[0]))
		}
	}
	tallies, err := p.Shelf.Tallies(ctx, e.Case)
	if err != nil {
		return err
	}
	for _, t := range tallies {
		name := t.Procedure
		if def, ok := p.Catalogue.Procedure(t.Procedure); ok {
			name = def.Name()
		}
		v.Tallies = append(v.Tallies, web.Stat{Label: "收到：" + name, Value: fmt.Sprint(t.Count), Href: "#replies",
			Note: fmt.Sprintf("其中已办结 %d 件", t.Finished)})
	}
	return p.replies(r, v, names)
}

func (p *Portal) related(term string, e publication.Entry) web.Def {
	return web.Def{Term: term, Body: link(entryURL(e.Register, e.Case), e.Title)}
}

// replies lists what was published in answer to what came in on this entry.
func (p *Portal) replies(r *http.Request, v *entryView, names func(gov.UnitID) string) error {
	v.Replies = web.Table{Caption: "答复", Columns: []web.Column{{Title: "编号", Main: true}, {Title: "答复机关"}, {Title: "答复日期", Tight: true}},
		Empty: web.Empty{Title: "还没有公开的答复", Text: "答复公开后按意见编号列在这里。"}}
	for _, reg := range p.Catalogue.Registers() {
		page, err := p.Shelf.List(r.Context(), publication.Query{Register: reg.ID, Matter: v.Entry.Case, Limit: pageSize})
		if err != nil {
			return err
		}
		for _, e := range page.Entries {
			v.Replies.Rows = append(v.Replies.Rows, web.Row{Href: entryURL(e.Register, e.Case), Cells: []web.Cell{
				web.Text(cmp.Or(e.Number, e.Title)), web.Text(names(e.Unit)), web.Text(e.Published.String())}})
		}
		if page.More {
			v.Replies.Pager = &web.Pager{Note: fmt.Sprintf("最近 %d 件", pageSize), Next: listURL(publication.Query{Register: reg.ID, Matter: v.Entry.Case}, &page.Entries[pageSize-1])}
		}
	}
	return nil
}

func (v entryView) badges() []web.BadgeView {
	if v.Standing.Badge == nil {
		return nil
	}
	return []web.BadgeView{*v.Standing.Badge}
}

// actions stand beside the title: on a phone the form is far below.
func (v entryView) actions() []web.Button {
	if v.Form == nil {
		return nil
	}
	return []web.Button{{Text: "提意见", Href: "#comment", Primary: true}}
}

func (v entryView) defs() []web.Def {
	e := v.Entry
	var out []web.Def
	add := func(term, text string) {
		if text != "" {
			out = append(out, web.Def{Term: term, Text: text})
		}
	}
	if v.Register.Numbered {
		add(v.Register.Number, orDash(e.Number))
	}
	add(v.Register.Unit, v.Unit)
	add("公布日期", e.Published.Chinese())
	if v.Register.Dated {
		add("施行日期", e.Effective.Chinese())
	}
	add("有效期至", e.Expires.Chinese())
	add("征求意见截止", e.Until.Chinese())
	add("报送备案", e.Filed.Chinese())
	add("公布记录", fmt.Sprintf("第 %d 号记录", e.Index))
	return append(out, v.Related...)
}

// parts are the published parts with their files.
func (v entryView) parts() []partView {
	var out []partView
	n := 0
	for i, part := range v.Entry.Parts {
		pv := partView{Title: part.What, ID: "part-" + strconv.Itoa(i+1),
			Note: part.Day.Chinese() + "公开，" + fmt.Sprintf("第 %d 号记录", part.Index)}
		if !v.Off {
			pv.Summary = paragraphs(part.Summary)
		}
		for _, f := range part.Papers {
			item := web.FileItem{Name: f.Name, Size: f.Size, Digest: f.Digest, Note: f.Label}
			if !v.Off {
				item.Href = fileURL(v.Entry, n)
			}
			pv.Files = append(pv.Files, item)
			n++
		}
		if len(pv.Files) == 0 && len(pv.Summary) == 0 {
			pv.Files = []web.FileItem{{Name: v.Entry.Title, Note: "没有在线文本，请向" + v.Register.Unit + "查阅"}}
		}
		out = append(out, pv)
	}
	return out
}

type partView struct {
	ID, Title, Note string
	Summary         []string
	Files           []web.FileItem
}

// file sends a published file.
func (p *Portal) file(register string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		e, _, err := p.Shelf.Get(r.Context(), cmp.Or(register, r.PathValue("register")), gov.CaseID(r.PathValue("case")))
		if err != nil {
			return err
		}
		i, err := strconv.Atoi(cmp.Or(r.PathValue("file"), "0"))
		files := e.Files()
		if err != nil || i < 0 || i >= len(files) || e.Off(p.today()) {
			return gov.Errorf(gov.NotFound, "这一项没有在线文本")
		}
		f, err := p.Files.Open(files[i].Digest)
		if err != nil {
			return err
		}
		defer f.Close()
		w.Header().Set("Content-Type", files[i].Media)
		w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": files[i].Name}))
		w.Header().Set("Digest", "sha-256="+files[i].Digest)
		_, err = io.Copy(w, f)
		return err
	}
}
