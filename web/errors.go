package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"zhunsheng/gov"
)

// errorRow is what one kind of error means on the wire and on the page.
type errorRow struct {
	Kind   gov.Kind
	Slug   string // last part of the problem type
	Status int
	Title  string
	Next   string // what the reader can do
	Own    bool   // the error's own sentence is meant for people and is shown
}

// errorTable is the one table of docs/errors.md. It has a row for every kind.
var errorTable = []errorRow{
	{gov.Fault, "fault", http.StatusInternalServerError, "系统出了故障", "您的操作没有完成。请稍后重试；仍不行，请把下面的请求编号告诉管理员。", false},
	{gov.Invalid, "invalid", http.StatusUnprocessableEntity, "填写的内容有误", "请返回上一页按提示改正，已填内容保存在本机草稿中。", true},
	{gov.Unauthenticated, "unauthenticated", http.StatusUnauthorized, "请先登录", "登录后会回到原来的页面。", true},
	{gov.Forbidden, "forbidden", http.StatusForbidden, "没有权限", "如确需办理，请切换岗位，或者请本单位管理员授权。", true},
	{gov.NotFound, "not-found", http.StatusNotFound, "没有找到", "请核对网址，或者从首页、列表进入。", true},
	{gov.Conflict, "conflict", http.StatusConflict, "内容已被他人更新", "请返回上一页刷新，看清变化后再办理，已填内容保存在本机草稿中。", true},
	{gov.Refused, "refused", http.StatusConflict, "暂不能办理", "请先补齐所缺事项。", true},
	{gov.TooMany, "too-many", http.StatusTooManyRequests, "操作过于频繁", "请稍候片刻再试。", true},
	{gov.Unavailable, "unavailable", http.StatusServiceUnavailable, "暂时无法办理", "本次操作没有执行，请稍后重试。", true},
}

func rowOf(k gov.Kind) errorRow {
	for _, row := range errorTable {
		if row.Kind == k {
			return row
		}
	}
	return errorTable[0]
}

// Problem is an error as people and machines see it (application/problem+json, RFC 9457).
type Problem struct {
	Type    string `json:"type"` // urn:zhunsheng:problem:<slug>
	Title   string `json:"title"`
	Status  int    `json:"status"`
	Detail  string `json:"detail,omitempty"`
	Field   string `json:"field,omitempty"`
	Rule    string `json:"rule,omitempty"`
	Request string `json:"request,omitempty"`

	Next   string `json:"-"` // what the reader can do, on the page only
	SignIn string `json:"-"` // address of the sign-in page, with Unauthenticated
}

// ProblemOf maps an error by the table. Causes never show: of a Fault people see the
// request number and nothing else.
func ProblemOf(err error) Problem {
	var e *gov.Error
	row := rowOf(kindOf(err))
	p := Problem{Type: "urn:zhunsheng:problem:" + row.Slug, Title: row.Title, Status: row.Status, Next: row.Next}
	if errors.As(err, &e) && row.Own {
		p.Detail, p.Field, p.Rule = e.Text, e.Field, e.Rule
	}
	var big *http.MaxBytesError
	switch {
	case errors.Is(err, errMethod):
		p.Status = http.StatusMethodNotAllowed
	case errors.As(err, &big):
		p.Status, p.Detail = http.StatusRequestEntityTooLarge, "提交的内容超过 "+Bytes(big.Limit)+" 的上限"
	}
	return p
}

// errMethod keeps 405 apart from 404: the address exists, the way of asking does not.
var errMethod = gov.Errorf(gov.NotFound, "这个地址不接受这种操作")

// kindOf adds to gov.KindOf what the web server itself can meet.
func kindOf(err error) gov.Kind {
	var big *http.MaxBytesError
	switch k := gov.KindOf(err); {
	case errors.As(err, &big):
		return gov.Invalid
	case k == gov.Fault && errors.Is(err, context.DeadlineExceeded):
		return gov.Unavailable
	default:
		return k
	}
}

// badForm is the error of a body that cannot be read as a form.
func badForm(err error) error {
	return &gov.Error{Kind: gov.Invalid, Text: "提交的内容无法识别，请返回上一页重新提交", Err: err}
}

// wantsJSON reports that the caller is a program.
func wantsJSON(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, "/api/") || strings.Contains(r.Header.Get("Accept"), "application/json") ||
		strings.Contains(r.Header.Get("Accept"), "application/problem+json")
}

// fail answers a request with its error. The cause goes to the access log under the
// request id that the page shows.
func (m *Mux) fail(w http.ResponseWriter, r *http.Request, err error) {
	ctx := r.Context()
	noteCause(ctx, err)
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		return // the reader is gone
	}
	if n, ok := w.(interface{ wrote() bool }); ok && n.wrote() {
		panic(http.ErrAbortHandler) // half an answer must not look whole
	}
	p := ProblemOf(err)
	p.Request = RequestID(ctx)
	h := w.Header()
	for _, k := range []string{"Content-Length", "Content-Encoding", "Content-Disposition", "ETag", "Last-Modified"} {
		h.Del(k)
	}
	h.Set("Cache-Control", "no-store")
	if p.Status == http.StatusServiceUnavailable || p.Status == http.StatusTooManyRequests {
		h.Set("Retry-After", "5")
	}
	if wantsJSON(r) {
		h.Set("Content-Type", "application/problem+json")
		w.WriteHeader(p.Status)
		_ = json.NewEncoder(w).Encode(p) // the reader is gone when this fails
		return
	}
	if p.Status == http.StatusUnauthorized && m.cfg.Site.SignIn != "" {
		if r.Method == http.MethodGet && r.Header.Get(AjaxHeader) == "" {
			http.Redirect(w, r, m.signInURL(r.URL.RequestURI()), http.StatusSeeOther)
			return
		}
		p.SignIn = m.signInURL(refererPath(r))
	}
	shell := NewShell(w, r, m.cfg.Site, p.Title)
	if rerr := Render(w, r, p.Status, ErrorPage(shell, p)); rerr != nil {
		m.cfg.Log.ErrorContext(ctx, "error page", "request", p.Request, "cause", rerr.Error())
	}
}
