package desk

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/procedure"
	"zhunsheng/web"
)

const apiPrefix = "/api/v1"

// api is /api/v1. Its operations are described by huma and served by the web kit: each is
// a route of the one table, with the access that its description states.
type api struct {
	desk   *Desk
	routes []web.Route
	spec   []byte // OpenAPI 3.1, made once
}

// session is the security scheme of everything but signing in: the cookie that browsers
// get, so that a program and a person meet the same predicate.
var session = []map[string][]string{{"session": {}}}

func newAPI(d *Desk) (*api, error) {
	a := &api{desk: d}
	c := huma.Config{OpenAPI: &huma.OpenAPI{Info: &huma.Info{Title: "准绳 /api/v1", Version: "1",
		Description: "与网页使用同一会话、同一权限判断。错误为 application/problem+json，被拒绝的办理附有各项拒绝理由。"},
		Components: &huma.Components{SecuritySchemes: map[string]*huma.SecurityScheme{
			"session": {Type: "apiKey", In: "cookie", Name: "zs_session", Description: "POST /api/v1/session 取得；使用 HTTPS 时名称前有 __Host-"}}}},
		Formats:       map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat: "application/json"}
	h := huma.NewAPI(c, a)
	a.describe(h)
	var err error
	if a.spec, err = json.Marshal(h.OpenAPI()); err != nil {
		return nil, err
	}
	a.routes = append(a.routes, web.Route{Method: http.MethodGet, Pattern: apiPrefix + "/openapi.json", Name: "api.openapi",
		Access: web.Public, Handler: a.openAPI})
	return a, nil
}

func (a *api) openAPI(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/openapi+json")
	_, _ = w.Write(a.spec) // the reader is gone when this fails
	return nil
}

// describe registers the operations.
func (a *api) describe(h huma.API) {
	op := func(method, path, id, summary string, status int) huma.Operation {
		return huma.Operation{Method: method, Path: apiPrefix + path, OperationID: id, Summary: summary, DefaultStatus: status,
			Security: session, Errors: []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound,
				http.StatusConflict, http.StatusUnprocessableEntity},
			// Bodies are judged by the domain, which answers in Chinese and names the rule.
			SkipValidateBody: true, SkipValidateParams: true}
	}
	in := op(http.MethodPost, "/session", "signIn", "登录", http.StatusOK)
	in.Security = nil
	operate(a, h, in, a.signIn)
	operate(a, h, op(http.MethodGet, "/cases", "listCases", "案件列表，期限近的在前", http.StatusOK), a.listCases)
	operate(a, h, op(http.MethodPost, "/cases", "openCase", "启动案件，或者补录已在系统外启动的案件", http.StatusCreated), a.openCase)
	operate(a, h, op(http.MethodGet, "/cases/{case}", "getCase", "一个案件：环节、可办理的事项及理由、期限及推算过程", http.StatusOK), a.getCase)
	operate(a, h, op(http.MethodGet, "/cases/{case}/archive", "getArchive", "一个案件的全部案卷（zip）：材料、办理记录、存证回执和目录", http.StatusOK), a.getArchive)
	operate(a, h, op(http.MethodPost, "/cases/{case}/acts", "act", "办理或者补录一个环节", http.StatusCreated), a.act)
	operate(a, h, op(http.MethodPost, "/cases/{case}/corrections", "correct", "提出更正：原记录不改动，由另一人批准后生效", http.StatusCreated), a.correct)
	operate(a, h, op(http.MethodPost, "/cases/{case}/corrections/{correction}", "decideCorrection", "批准更正或者不予更正", http.StatusCreated), a.decideCorrection)
	file := op(http.MethodPost, "/files", "putFile", "上传一个文件，取得摘要供办理时引用", http.StatusCreated)
	file.RequestBody = &huma.RequestBody{Required: true, Description: "文件的原始字节", Content: map[string]*huma.MediaType{
		"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}
	operate(a, h, file, a.putFile)
	operate(a, h, op(http.MethodGet, "/indicators/{indicator}", "getIndicator", "一个指标在一个期间的各单位数值", http.StatusOK), a.getIndicator)
	operate(a, h, op(http.MethodGet, "/records/{number}", "getRecord", "一条记录及其证明", http.StatusOK), a.getRecord)
}

// operate adds one operation. Its error does not go through huma, whose own texts are not
// for our readers: it is kept with the call and answered by the web kit's one table.
func operate[I, O any](a *api, h huma.API, op huma.Operation, f func(context.Context, *I) (*O, error)) {
	huma.Register(h, op, func(ctx context.Context, in *I) (*O, error) {
		call, ok := ctx.Value(callKey{}).(*apiCall)
		if !ok {
			return nil, errors.New("desk: an API call without its context")
		}
		call.entered = true
		out, err := f(ctx, in)
		if err != nil {
			call.err = err
			return nil, huma.Error500InternalServerError("")
		}
		return out, nil
	})
}

type callKey struct{}

// apiCall is one request under way. While it has an error nothing of huma's is written.
type apiCall struct {
	http.ResponseWriter
	r       *http.Request
	entered bool  // the operation was reached
	early   int   // the status that huma wanted to answer without reaching it
	err     error // of the operation
}

func (c *apiCall) silent() bool { return c.err != nil || c.early != 0 }

// WriteHeader passes on what the operation answers and holds back what huma says itself.
func (c *apiCall) WriteHeader(status int) {
	if !c.entered && status >= http.StatusBadRequest {
		c.early = status
	}
	if !c.silent() {
		c.ResponseWriter.WriteHeader(status)
	}
}

func (c *apiCall) Write(b []byte) (int, error) {
	if c.silent() {
		return len(b), nil
	}
	return c.ResponseWriter.Write(b)
}

// Unwrap serves http.ResponseController.
func (c *apiCall) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// Handle implements huma.Adapter: an operation becomes a route.
func (a *api) Handle(op *huma.Operation, handler func(huma.Context)) {
	rt := web.Route{Method: op.Method, Pattern: op.Path, Name: "api." + op.OperationID, Access: web.SignedIn, MaxBody: apiBody}
	if len(op.Security) == 0 {
		rt.Access = web.Public
	}
	if op.RequestBody != nil && op.RequestBody.Content["application/octet-stream"] != nil {
		rt.MaxBody = actBody
	}
	rt.Handler = func(w http.ResponseWriter, r *http.Request) error {
		call := &apiCall{ResponseWriter: w, r: r}
		r = r.WithContext(context.WithValue(r.Context(), callKey{}, call))
		handler(humago.NewContext(op, r, call))
		return call.answer()
	}
	a.routes = append(a.routes, rt)
}

// apiBody bounds the body of every operation but the upload.
const apiBody = 1 << 20

// ServeHTTP implements huma.Adapter; requests come through the web kit instead.
func (a *api) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, http.StatusText(http.StatusNotFound), http.StatusNotFound)
}

// apiProblem is an error with the refusals as data.
type apiProblem struct {
	web.Problem
	Refusals []procedure.Refusal `json:"refusals"`
}

// answer turns the error of a call into that of the web kit.
func (c *apiCall) answer() error {
	switch {
	case c.err != nil:
		c.Header().Del("Content-Type")
		if list := docket.Refusals(c.err); list != nil {
			p := apiProblem{web.ProblemOf(c.err), list}
			p.Request = web.RequestID(c.r.Context())
			b, err := json.Marshal(p)
			if err != nil {
				return err
			}
			c.Header().Set("Content-Type", "application/problem+json")
			c.ResponseWriter.WriteHeader(p.Status)
			_, _ = c.ResponseWriter.Write(b) // the reader is gone when this fails
			return nil
		}
		return c.err
	case c.early == http.StatusRequestEntityTooLarge:
		return &http.MaxBytesError{Limit: apiBody}
	case c.early == http.StatusUnsupportedMediaType:
		return gov.Errorf(gov.Invalid, "请求的内容类型不受支持，请使用 application/json")
	case c.early != 0:
		return gov.Errorf(gov.Invalid, "请求的内容无法识别，请核对 JSON 的写法和字段类型（见 %s/openapi.json）", apiPrefix)
	}
	return nil
}
