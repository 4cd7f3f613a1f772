package desk

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"zhunsheng/docket"
	"zhunsheng/evidence"
	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/procedure"
)

// signInRequest opens a session.
type signInRequest struct {
	Body struct {
		Login    string `json:"login"`
		Password string `json:"password"`
	}
}

type signInAnswer struct{ Body signedIn }

type signedIn struct {
	Person  gov.PersonID `json:"person"`
	Name    string       `json:"name"`
	Post    gov.Post     `json:"post"`
	Unit    gov.UnitID   `json:"unit"`
	Expires gov.Instant  `json:"expires" doc:"UTC 微秒"`
}

func (a *api) signIn(ctx context.Context, in *signInRequest) (*signInAnswer, error) {
	call, ok := ctx.Value(callKey{}).(*apiCall)
	if !ok {
		return nil, errors.New("desk: signing in without a request")
	}
	token, who, err := a.desk.Identity.SignIn(ctx, in.Body.Login, in.Body.Password, remote(call.r))
	if err != nil {
		return nil, err
	}
	a.desk.Site.Cookies.SetSession(call.ResponseWriter, token, a.desk.Identity.Longest)
	return &signInAnswer{signedIn{Person: who.Actor.Person, Name: who.Name, Post: who.Actor.Post, Unit: who.Actor.Unit,
		Expires: who.Expires}}, nil
}

// recordingBody makes an act or an opening a recording (补录).
type recordingBody struct {
	Reason string     `json:"reason"`
	Source string     `json:"source" doc:"原始材料，文字说明"`
	Paper  *paperBody `json:"paper,omitempty"`
}

// paperBody names a file that was uploaded before.
type paperBody struct {
	Digest string `json:"digest" doc:"SHA-256，小写十六进制"`
	Name   string `json:"name"`
}

func (p paperBody) paper() procedure.Paper { return procedure.Paper{Digest: p.Digest, Name: p.Name} }

func (r *recordingBody) recording() *procedure.Recording {
	if r == nil {
		return nil
	}
	out := &procedure.Recording{Reason: r.Reason, Source: r.Source}
	if r.Paper != nil {
		p := r.Paper.paper()
		out.Paper = &p
	}
	return out
}

type openRequest struct {
	Key  string `header:"Idempotency-Key" doc:"请求号，优先于 key"`
	Body struct {
		Procedure string                       `json:"procedure"`
		Title     string                       `json:"title"`
		Unit      gov.UnitID                   `json:"unit,omitempty" doc:"不填为本岗位所在单位"`
		Fields    map[procedure.FieldID]string `json:"fields,omitempty"`
		Key       string                       `json:"key,omitempty" doc:"请求号：同一请求号只办理一次"`
		Occurred  *gov.Day                     `json:"occurred,omitempty" doc:"补录时的实际发生日期"`
		Recording *recordingBody               `json:"recording,omitempty"`
	}
}

// doneAnswer says what an accepted request did.
type doneAnswer struct{ Body doneBody }

type doneBody struct {
	Case     gov.CaseID         `json:"case"`
	Version  int64              `json:"version"`
	Event    gov.EventID        `json:"event"`
	Recorded gov.Instant        `json:"recorded" doc:"UTC 微秒"`
	Repeated bool               `json:"repeated,omitempty" doc:"此前已经办理过，没有重复办理"`
	Numbers  []procedure.Number `json:"numbers,omitempty"`
	Breaches []procedure.Breach `json:"breaches,omitempty"`
}

func doneOf(d docket.Done) *doneAnswer {
	return &doneAnswer{doneBody{Case: d.Case, Version: d.Version, Event: d.Event, Recorded: d.Recorded, Repeated: d.Repeated,
		Numbers: d.Effects.Numbers, Breaches: d.Effects.Breaches}}
}

func keyOf(header, body string) string {
	if header != "" {
		return header
	}
	return body
}

func startOf(day *gov.Day) gov.Instant {
	if day == nil || day.IsZero() {
		return 0
	}
	return day.Start()
}

func (a *api) openCase(ctx context.Context, in *openRequest) (*doneAnswer, error) {
	who, err := principal(ctx)
	if err != nil {
		return nil, err
	}
	b := &in.Body
	if b.Unit == "" {
		b.Unit = who.Actor.Unit
	}
	done, err := a.desk.Docket.Open(ctx, who, docket.OpenRequest{Procedure: b.Procedure, Title: b.Title, Unit: b.Unit,
		Occurred: startOf(b.Occurred), Fields: b.Fields, Recording: b.Recording.recording(), Key: keyOf(in.Key, b.Key)})
	if err != nil {
		return nil, err
	}
	return doneOf(done), nil
}

type actRequest struct {
	Case string `path:"case"`
	Key  string `header:"Idempotency-Key" doc:"请求号，优先于 key"`
	Body struct {
		Step      procedure.StepID                  `json:"step"`
		Outcome   string                            `json:"outcome,omitempty" doc:"只有一种结果的环节可以不填"`
		Fields    map[procedure.FieldID]string      `json:"fields,omitempty"`
		Papers    map[procedure.PaperID][]paperBody `json:"papers,omitempty"`
		Expect    int64                             `json:"expect,omitempty" doc:"所见的案件版本；案件已变化时拒绝"`
		Note      string                            `json:"note,omitempty"`
		Key       string                            `json:"key,omitempty" doc:"请求号：同一请求号只办理一次"`
		Occurred  *gov.Day                          `json:"occurred,omitempty" doc:"实际发生日期；不填为现在"`
		Recording *recordingBody                    `json:"recording,omitempty" doc:"有此项的是补录，不是办理"`
	}
}

func (a *api) act(ctx context.Context, in *actRequest) (*doneAnswer, error) {
	who, err := principal(ctx)
	if err != nil {
		return nil, err
	}
	b := &in.Body
	req := docket.ActRequest{Case: gov.CaseID(in.Case), Expect: b.Expect, Step: b.Step,
		Outcome: b.Outcome, Occurred: startOf(b.Occurred), Fields: b.Fields, Papers: papersOf(b.Papers),
		Recording: b.Recording.recording(), Note: b.Note, Key: keyOf(in.Key, b.Key)}
	lacks, err := a.desk.papersFor(ctx, who, &req)
	if err != nil {
		return nil, err
	}
	done, err := a.desk.Docket.Act(ctx, who, req)
	if err != nil {
		return nil, explainLacks(err, lacks)
	}
	return doneOf(done), nil
}

// fileRequest is an upload. The bytes are streamed into the evidence store, so huma must
// not read them: the resolver keeps the request instead.
type fileRequest struct {
	Name string `query:"name" required:"true" doc:"文件名"`
	r    *http.Request
}

// Resolve implements huma.Resolver.
func (f *fileRequest) Resolve(ctx huma.Context) []error {
	f.r, _ = humago.Unwrap(ctx)
	return nil
}

type fileAnswer struct{ Body fileBody }

type fileBody struct {
	Digest string `json:"digest"`
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	Media  string `json:"media"`
}

func (a *api) putFile(ctx context.Context, in *fileRequest) (*fileAnswer, error) {
	who, err := principal(ctx)
	if err != nil {
		return nil, err
	}
	if !mayBring(who) {
		return nil, gov.Errorf(gov.Forbidden, "您当前的岗位不办理案件，不能上传文件")
	}
	var f evidence.File
	if f, err = a.desk.Files.Put(ctx, who.Actor.Person, in.Name, in.r.Body); err != nil {
		return nil, err
	}
	return &fileAnswer{fileBody{Digest: f.Digest, Name: f.Name, Size: f.Size, Media: f.Media}}, nil
}

// mayBring says that the seat acts on cases at all, and so has something to attach to.
func mayBring(who *identity.Principal) bool {
	return who.Access.MayAction(identity.ActOnCase, "") || who.Access.MayAction(identity.RecordCase, "")
}
