package desk

import (
	"context"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/procedure"
)

type correctRequest struct {
	Case string `path:"case"`
	Key  string `header:"Idempotency-Key" doc:"请求号，优先于 key"`
	Body struct {
		Of     int64                             `json:"of" doc:"所更正的那一次办理的案件版本；启动为 1"`
		Reason string                            `json:"reason"`
		Fields map[procedure.FieldID]string      `json:"fields,omitempty" doc:"更正后的内容，只写有误的"`
		Papers map[procedure.PaperID][]paperBody `json:"papers,omitempty"`
		Expect int64                             `json:"expect,omitempty" doc:"所见的案件版本；案件已变化时拒绝"`
		Key    string                            `json:"key,omitempty" doc:"请求号：同一请求号只办理一次"`
	}
}

func papersOf(in map[procedure.PaperID][]paperBody) map[procedure.PaperID][]procedure.Paper {
	if len(in) == 0 {
		return nil
	}
	out := make(map[procedure.PaperID][]procedure.Paper, len(in))
	for id, list := range in {
		for _, p := range list {
			out[id] = append(out[id], p.paper())
		}
	}
	return out
}

// correct proposes a correction (更正); the version of the answer is its number.
func (a *api) correct(ctx context.Context, in *correctRequest) (*doneAnswer, error) {
	who, err := principal(ctx)
	if err != nil {
		return nil, err
	}
	b := &in.Body
	done, err := a.desk.Docket.Correct(ctx, who, docket.CorrectRequest{Case: gov.CaseID(in.Case), Expect: b.Expect, Of: b.Of,
		Reason: b.Reason, Fields: b.Fields, Papers: papersOf(b.Papers), Key: keyOf(in.Key, b.Key)})
	if err != nil {
		return nil, err
	}
	return doneOf(done), nil
}

type decideRequest struct {
	Case       string `path:"case"`
	Correction int64  `path:"correction" doc:"提出更正时所得的案件版本"`
	Key        string `header:"Idempotency-Key" doc:"请求号，优先于 key"`
	Body       struct {
		Approve bool   `json:"approve"`
		Note    string `json:"note,omitempty" doc:"不予更正的须写明理由"`
		Key     string `json:"key,omitempty" doc:"请求号：同一请求号只办理一次"`
	}
}

func (a *api) decideCorrection(ctx context.Context, in *decideRequest) (*doneAnswer, error) {
	who, err := principal(ctx)
	if err != nil {
		return nil, err
	}
	done, err := a.desk.Docket.DecideCorrection(ctx, who, docket.CorrectionRequest{Case: gov.CaseID(in.Case), Correction: in.Correction,
		Approve: in.Body.Approve, Note: in.Body.Note, Key: keyOf(in.Key, in.Body.Key)})
	if err != nil {
		return nil, err
	}
	return doneOf(done), nil
}

// relatedBody is a case that hangs together with another.
type relatedBody struct {
	Case      gov.CaseID           `json:"case,omitempty" doc:"无权查看的不出现"`
	Field     procedure.FieldID    `json:"field,omitempty" doc:"本案以此字段关联它；没有此项的，是它关联本案"`
	Procedure string               `json:"procedure,omitempty"`
	Title     string               `json:"title"`
	Status    procedure.CaseStatus `json:"status"`
}

func (d *Desk) relatedBodies(ctx context.Context, c *docket.Case) ([]relatedBody, error) {
	who, err := principal(ctx)
	if err != nil {
		return nil, err
	}
	out := []relatedBody{}
	look := d.linked(ctx, who)
	for _, f := range allFields(c.Definition) {
		id := gov.CaseID(c.State.Fields[f.ID])
		if f.Type != procedure.CaseField || id == "" {
			continue
		}
		b := relatedBody{Field: f.ID, Title: c.State.Links[f.ID].Title, Status: c.State.Links[f.ID].Status}
		if now, ok := look(id); ok {
			b = relatedBody{Case: id, Field: f.ID, Procedure: now.Procedure, Title: now.Title, Status: now.Status}
		}
		out = append(out, b)
	}
	kids, err := d.Docket.Children(ctx, who, c.Row.ID)
	for _, k := range kids {
		out = append(out, relatedBody{Case: k.ID, Procedure: k.Procedure, Title: k.Title, Status: k.Status})
	}
	return out, err
}
