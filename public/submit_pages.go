package public

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"zhunsheng/gov"
	"zhunsheng/procedure"
	"zhunsheng/publication"
	"zhunsheng/web"
)

// Bounds of what is taken from somebody who is not signed in. A character of Chinese is
// nine bytes in an encoded form.
const (
	maxLine       = 200  // characters of one line
	maxLongText   = 5000 // characters of a long text
	maxSubmission = 256 << 10
)

// trapName is a box that people do not see. What fills it in is a program.
const trapName = "homepage"

// submitView is the form for one thing that the public may hand in against an entry.
type submitView struct {
	Offer  publication.Offer
	Entry  publication.Entry
	Form   web.Form
	Fields []submitField
	Closed string // why nothing is taken, after a form was sent
}

// submitField is one control; a personal one is never kept in the browser.
type submitField struct {
	web.Field
	Personal bool
}

func submitURL(procedureID string, id gov.CaseID) string {
	return "/submit/" + url.PathEscape(procedureID) + "/" + url.PathEscape(string(id))
}

func submissionForm(o publication.Offer, e publication.Entry) web.Form {
	label := "提交"
	if o.Comment {
		label = "提交意见"
	}
	return web.NewForm("submit-"+o.Procedure+"-"+string(e.Case), submitURL(o.Procedure, e.Case), label)
}

// fieldsOf are the controls of a form with what was filled in.
func fieldsOf(f publication.Form, values url.Values) []submitField {
	kinds := map[procedure.FieldType]web.FieldKind{procedure.LongTextField: web.AreaKind, procedure.DayField: web.DayKind,
		procedure.NumberField: web.NumberKind, procedure.BoolField: web.RadioKind, procedure.ChoiceField: web.RadioKind}
	var out []submitField
	for _, x := range f.Fields {
		kind, ok := kinds[x.Type]
		if !ok {
			kind = web.TextKind
		}
		c := web.Field{Kind: kind, Name: x.ID, Label: x.Label, Help: x.Help, UsedBy: x.UsedBy, Required: x.Required, Value: values.Get(x.ID)}
		switch kind {
		case web.AreaKind:
			c.Rows, c.MaxLen = 8, maxLongText
		case web.TextKind:
			c.MaxLen = maxLine
		case web.RadioKind:
			c.Options = options(x)
		}
		if x.Personal {
			if c.Help = strings.TrimSuffix(c.Help, "。"); !strings.HasSuffix(c.Help, "不公开") {
				c.Help = strings.TrimPrefix(c.Help+"。不公开", "。")
			}
			c.Help += "，也不在浏览器中留草稿。"
		}
		out = append(out, submitField{c, x.Personal})
	}
	return out
}

func options(x publication.FormField) []web.Option {
	if x.Type == procedure.BoolField {
		return []web.Option{{Value: "true", Label: "是"}, {Value: "false", Label: "否"}}
	}
	var out []web.Option
	for _, o := range x.Options {
		out = append(out, web.Option{Value: o.ID, Label: o.Name})
	}
	return out
}

// offer finds what may be handed in under a procedure against a published case. Whether
// there is such a case and nothing may be handed in, or no such case, is the same answer;
// closed is set when a consultation that is public has ended.
func (p *Portal) offer(ctx context.Context, procedureID string, id gov.CaseID) (o publication.Offer, e publication.Entry, at int64, err error) {
	none := gov.Errorf(gov.NotFound, "没有可以提交的这一事项，可能尚未公开，或者不收取这类意见")
	if p.Take == nil {
		return o, e, 0, none
	}
	entries, at, err := p.Shelf.Of(ctx, id)
	if err != nil {
		return o, e, 0, err
	}
	for _, e := range entries {
		offers := p.Catalogue.Offers(e, p.today())
		if i := slices.IndexFunc(offers, func(o publication.Offer) bool { return o.Procedure == procedureID }); i >= 0 {
			return offers[i], e, at, nil
		}
	}
	for _, e := range entries {
		if f, ok := p.Catalogue.Once(e, procedureID); ok {
			return publication.Offer{Form: f, Comment: true}, e, at, gov.Errorf(gov.Refused, "%s",
				"《"+e.Title+"》"+leftOf(p.Book.Calendar(), e, p.today()).Text+"意见没有提交。")
		}
	}
	return o, e, 0, none
}

// submitForm is the form on a page of its own.
func (p *Portal) submitForm(w http.ResponseWriter, r *http.Request) error {
	o, e, at, err := p.offer(r.Context(), r.PathValue("procedure"), gov.CaseID(r.PathValue("case")))
	if err != nil && gov.KindOf(err) != gov.Refused {
		return err
	}
	v := submitView{Offer: o, Entry: e, Form: submissionForm(o, e), Fields: fieldsOf(o.Form, nil)}
	status := http.StatusOK
	if err != nil {
		v.Closed, status = strings.TrimSuffix(err.Error(), "意见没有提交。"), web.ProblemOf(err).Status
	}
	return web.Render(w, r, status, submitPage(p.submitShell(w, r, v, at), v))
}

func (p *Portal) submitShell(w http.ResponseWriter, r *http.Request, v submitView, at int64) web.Shell {
	s := p.shell(w, r, v.Offer.Name, navOf(v.Entry.Register))
	s.AsOf, s.Narrow = asOf(at), true
	s.Crumbs = []web.Crumb{{Label: p.registerOf(v.Entry.Register).Name, Href: registerURL(v.Entry.Register)},
		{Label: v.Entry.Title, Href: entryURL(v.Entry.Register, v.Entry.Case)}, {Label: v.Offer.Name}}
	return s
}

// submit takes a submission. The same form sent twice is taken once. When it cannot be
// taken, what was typed is shown again.
func (p *Portal) submit(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return gov.Errorf(gov.Invalid, "提交的内容过长或者无法识别，请缩短后重新提交")
	}
	o, e, at, err := p.offer(r.Context(), r.PathValue("procedure"), gov.CaseID(r.PathValue("case")))
	if err != nil && gov.KindOf(err) != gov.Refused {
		return err
	}
	v := submitView{Offer: o, Entry: e, Form: submissionForm(o, e), Fields: fieldsOf(o.Form, r.PostForm)}
	key := web.RequestKey(r)
	if key != "" && len(key) <= 64 {
		v.Form.Key = key
	}
	var taken Receipt
	if err == nil {
		taken, err = p.takeIn(r, v)
	}
	if err == nil {
		return p.Site.Redirect(w, r, submissionURL(taken.Case), &web.Flash{Tone: web.Met, Done: v.Form.ID,
			Text: "已收到，编号 " + taken.Number + "，请记下编号，凭编号查询答复"})
	}
	if gov.KindOf(err) == gov.Refused {
		v.Closed = err.Error()
	}
	if !v.fail(err) {
		return err
	}
	return web.Render(w, r, web.ProblemOf(err).Status, submitPage(p.submitShell(w, r, v, at), v))
}

// takeIn checks what came and hands it on.
func (p *Portal) takeIn(r *http.Request, v submitView) (Receipt, error) {
	if r.PostForm.Get(trapName) != "" {
		return Receipt{}, gov.Errorf(gov.Invalid, "请清空“请勿填写”一栏后重新提交")
	}
	if k := r.PostForm.Get(web.RequestKeyName); len(k) > 64 {
		return Receipt{}, gov.Errorf(gov.Invalid, "表单不完整，请刷新页面后重新提交")
	}
	s := Submission{Procedure: v.Offer.Procedure, Matter: v.Entry.Case, Fields: map[string]string{}, Key: v.Form.Key}
	for _, f := range v.Fields {
		value := strings.TrimSpace(strings.ReplaceAll(r.PostForm.Get(f.Name), "\r\n", "\n"))
		switch n := len([]rune(value)); {
		case value == "" && f.Required:
			return Receipt{}, gov.FieldError(f.Name, "请填写“%s”", f.Label)
		case f.MaxLen > 0 && n > f.MaxLen:
			return Receipt{}, gov.FieldError(f.Name, "“%s”有 %d 个字，请控制在 %d 个字以内", f.Label, n, f.MaxLen)
		}
		if value != "" {
			s.Fields[f.Name] = value
		}
	}
	if err := p.limit.take(sender(r), p.Clock.Now()); err != nil {
		return Receipt{}, err
	}
	return p.Take(r.Context(), s)
}

// fail puts an error on the form that is shown again.
func (v *submitView) fail(err error) bool {
	plain := make([]web.Field, len(v.Fields))
	for i, f := range v.Fields {
		plain[i] = f.Field
	}
	if !v.Form.Fail(err, plain) {
		return false
	}
	for i := range plain {
		v.Fields[i].Field = plain[i]
	}
	return true
}

// personalAttrs are the attributes of a control whose value is not kept in the browser.
func personalAttrs(f web.Field) templ.Attributes {
	at := templ.Attributes{"id": "f-" + f.Name, "name": f.Name, "autocomplete": "off", "data-no-draft": true,
		"aria-describedby": "f-" + f.Name + "-help", "maxlength": strconv.Itoa(f.MaxLen)}
	if f.Error != "" {
		at["aria-invalid"], at["aria-describedby"] = "true", "f-"+f.Name+"-error f-"+f.Name+"-help"
	}
	if f.Required {
		at["required"] = true
	}
	return at
}

func indexText(n int64) string { return strconv.FormatInt(n, 10) }
