package public

import (
	"fmt"
	"net/http"
	"net/url"

	"zhunsheng/gov"
	"zhunsheng/publication"
	"zhunsheng/web"
)

func submissionURL(id gov.CaseID) string { return navSubmissions + "/" + url.PathEscape(string(id)) }

// receipt is the page of one submission (收件回执): number, time, record number once it is
// sealed, and how to look it up. Nothing that was handed in stands on it.
func (p *Portal) receipt(w http.ResponseWriter, r *http.Request) error {
	id := gov.CaseID(r.PathValue("case"))
	s := p.shell(w, r, "收件回执", navSubmissions)
	s.Narrow = true
	s.Crumbs = []web.Crumb{{Label: "意见查询", Href: navSubmissions}, {Label: "收件回执"}}
	x, at, err := p.Shelf.Submission(r.Context(), id)
	if gov.KindOf(err) == gov.NotFound && s.Flash != nil {
		// Taken a moment ago and not yet sealed: the message of the redirect holds the number,
		// and is kept for when the page asks again.
		p.Site.Cookies.SetFlash(w, *s.Flash)
		w.Header().Set("Refresh", "2")
		return web.OK(w, r, receiptPage(s, submissionView{Pending: true}))
	}
	if err != nil {
		return err
	}
	v, err := p.submission(r, x)
	if err != nil {
		return err
	}
	s.AsOf = asOf(at)
	return web.OK(w, r, receiptPage(s, v))
}

// lookUp finds a submission by its number: how far it is, and the reply when there is one.
func (p *Portal) lookUp(w http.ResponseWriter, r *http.Request) error {
	s := p.shell(w, r, "意见查询", navSubmissions)
	s.Narrow = true
	v := submissionView{Field: web.Field{Kind: web.TextKind, Name: "number", Label: "编号", Value: r.URL.Query().Get("number"), Required: true,
		MaxLen: 60, Placeholder: "意〔2026〕17号", Help: "提交时回执上的编号，方括号、圆括号都可以"}}
	status := http.StatusOK
	if v.Field.Value == "" {
		at, err := p.at(r)
		if err != nil {
			return err
		}
		s.AsOf = asOf(at)
		return web.OK(w, r, lookUpPage(s, v))
	}
	x, at, err := p.Shelf.ByNumber(r.Context(), v.Field.Value)
	switch kind := gov.KindOf(err); {
	case err == nil:
		s.AsOf = asOf(at)
		found, err := p.submission(r, x)
		if err != nil {
			return err
		}
		found.Field = v.Field
		v = found
	case kind == gov.Invalid || kind == gov.NotFound:
		v.Field.Error, status = err.Error(), web.ProblemOf(err).Status
	default:
		return err
	}
	return web.Render(w, r, status, lookUpPage(s, v))
}

type submissionView struct {
	Found   *publication.Submitted
	Pending bool
	Field   web.Field
	Defs    []web.Def
	State   web.BadgeView
	Next    string
	Replies []replyView
}

type replyView struct {
	Title, Href, Note string
	Text              []string
	Files             []web.FileItem
}

func (p *Portal) submission(r *http.Request, x publication.Submitted) (submissionView, error) {
	names, err := p.UnitNames(r.Context())
	if err != nil {
		return submissionView{}, err
	}
	v := submissionView{Found: &x, State: web.BadgeView{Tone: web.Info, Text: x.State()}}
	name := x.Procedure
	if def, ok := p.Catalogue.Procedure(x.Procedure); ok {
		name = def.Name()
	}
	v.Defs = []web.Def{{Term: "编号", Text: x.Number}, {Term: "种类", Text: name}, {Term: "收到时间", Text: web.LongTime(x.Received)},
		{Term: "办理单位", Text: names(x.Unit)}, {Term: "收件记录", Text: fmt.Sprintf("第 %d 号记录", x.Index)}}
	if x.Matter != "" {
		matter, _, err := p.Shelf.Of(r.Context(), x.Matter)
		if err != nil {
			return v, err
		}
		if len(matter) > 0 {
			v.Defs = append(v.Defs, p.related("针对的事项", matter[0]))
		}
	}
	switch {
	case len(x.Replies) > 0:
		v.State.Tone, v.Next = web.Met, "答复已经公开，见下。"
	case x.Stage == publication.Received:
		v.Next = "已经收到，等待承办单位办理。"
	case x.Stage == publication.Working:
		v.Next = "承办单位正在办理，答复公开后在这里可以看到。"
	default:
		v.State.Tone, v.Next = web.NA, "办理已经结束，没有公开的答复；需要了解详情的，请联系办理单位。"
	}
	for _, e := range x.Replies {
		v.Replies = append(v.Replies, p.reply(e))
	}
	return v, nil
}

func (p *Portal) reply(e publication.Entry) replyView {
	out := replyView{Title: e.Title, Href: entryURL(e.Register, e.Case), Note: e.Published.Chinese() + "公开"}
	if e.Off(p.today()) {
		out.Text = []string{"这一答复已经撤下。"}
		return out
	}
	n := 0
	for _, part := range e.Parts {
		out.Text = append(out.Text, paragraphs(part.Summary)...)
		for _, f := range part.Papers {
			out.Files = append(out.Files, web.FileItem{Name: f.Name, Href: fileURL(e, n), Size: f.Size, Note: f.Label, Digest: f.Digest})
			n++
		}
	}
	return out
}
