package desk

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/indicator"
	"zhunsheng/indicator/indicatorsql"
	"zhunsheng/law"
	"zhunsheng/ledger"
	"zhunsheng/ledger/ledgersql"
	"zhunsheng/procedure"
)

type listRequest struct {
	Status    string `query:"status" doc:"open、closed、withdrawn、voided"`
	Procedure string `query:"procedure"`
	Unit      string `query:"unit"`
	Awaits    string `query:"awaits" doc:"等待的岗位"`
	Late      bool   `query:"late"`
	Words     string `query:"words" doc:"标题或者编号中连续的文字"`
	After     string `query:"after" doc:"上一页的 next"`
	Limit     int    `query:"limit" doc:"1 至 200，默认 50"`
}

type listAnswer struct {
	Body struct {
		Cases []caseRow `json:"cases"`
		Next  string    `json:"next,omitempty" doc:"下一页的 after；没有下一页时不出现"`
	}
}

// caseRow is a case as lists show it.
type caseRow struct {
	ID        gov.CaseID           `json:"id"`
	Procedure string               `json:"procedure"`
	Title     string               `json:"title"`
	Number    string               `json:"number,omitempty"`
	Unit      gov.UnitID           `json:"unit"`
	Status    procedure.CaseStatus `json:"status"`
	Station   string               `json:"station" doc:"下一环节"`
	Awaits    gov.Post             `json:"awaits,omitempty"`
	Opened    gov.Day              `json:"opened"`
	NextDue   *gov.Day             `json:"next_due,omitempty"`
	Late      int64                `json:"late"`
	Breaches  int64                `json:"breaches"`
	Recording bool                 `json:"recording" doc:"有补录的事项"`
	Version   int64                `json:"version"`
	Updated   gov.Instant          `json:"updated"`
}

func rowBody(r docket.Row) caseRow {
	out := caseRow{ID: r.ID, Procedure: r.Procedure, Title: r.Title, Number: r.Number, Unit: r.Unit, Status: r.Status,
		Station: r.Station, Awaits: r.Awaits, Opened: r.Opened, Late: r.Late, Breaches: r.Breaches, Recording: r.Recording,
		Version: r.Version, Updated: r.Updated}
	if !r.NextDue.IsZero() {
		out.NextDue = &r.NextDue
	}
	return out
}

func (a *api) listCases(ctx context.Context, in *listRequest) (*listAnswer, error) {
	who, err := principal(ctx)
	if err != nil {
		return nil, err
	}
	q, err := readCasesQuery(url.Values{"status": {in.Status}, "procedure": {in.Procedure}, "unit": {in.Unit},
		"awaits": {in.Awaits}, "after": {in.After}, wordsControl: {in.Words}})
	if err != nil {
		return nil, err
	}
	if q.Late, q.Limit = in.Late, in.Limit; q.Limit < 1 || q.Limit > 200 {
		q.Limit = casesPerPage
	}
	page, err := a.desk.Docket.List(ctx, who, q)
	if err != nil {
		return nil, err
	}
	out := &listAnswer{}
	out.Body.Cases = make([]caseRow, 0, len(page.Rows))
	for _, r := range page.Rows {
		out.Body.Cases = append(out.Body.Cases, rowBody(r))
	}
	if page.More {
		last := page.Rows[len(page.Rows)-1]
		out.Body.Next = last.NextDue.String() + "~" + string(last.ID)
	}
	return out, nil
}

type caseRequest struct {
	Case string `path:"case"`
}

type caseAnswer struct{ Body caseBody }

type caseBody struct {
	caseRow
	Stations    []stationBody          `json:"stations"`
	Offers      []offerBody            `json:"offers" doc:"未完成的环节，以及本岗位现在能不能办理、为什么"`
	Clocks      []clockBody            `json:"clocks"`
	Breaches    []procedure.Breach     `json:"breach_list"`
	Flags       []flagBody             `json:"flags" doc:"补记过晚等标记，不影响办理"`
	Corrections []procedure.Correction `json:"corrections" doc:"更正：提出和决定的，含更正前的内容"`
	Related     []relatedBody          `json:"related" doc:"关联案件：本案关联的和关联本案的"`
	Acts        []actBodyOut           `json:"acts"`
	Sealed      int64                  `json:"sealed" doc:"账本中已入账的记录数"`
}

type flagBody struct {
	Step    procedure.StepID `json:"step,omitempty"`
	Version int64            `json:"version"`
	Text    string           `json:"text"`
}

type stationBody struct {
	Step      procedure.StepID        `json:"step"`
	Name      string                  `json:"name"`
	Status    procedure.StationStatus `json:"status"`
	Note      string                  `json:"note,omitempty"`
	Day       gov.Day                 `json:"day,omitzero"`
	Round     int                     `json:"round,omitempty"`
	Recording bool                    `json:"recording,omitempty"`
	Deemed    bool                    `json:"deemed,omitempty" doc:"视为：期限届满，由法律规定"`
	LateEntry bool                    `json:"late_entry,omitempty" doc:"补记过晚"`
	Signer    string                  `json:"signer,omitempty" doc:"纸质批示的签署人"`
}

type offerBody struct {
	Step     procedure.StepID    `json:"step"`
	Name     string              `json:"name"`
	Role     string              `json:"role"`
	Mine     bool                `json:"mine"`
	Allowed  bool                `json:"allowed"`
	Record   bool                `json:"may_record"`
	Outcomes []outcomeBody       `json:"outcomes"`
	Fields   []fieldBody         `json:"fields"`
	Papers   []paperAsked        `json:"papers"`
	Refusals []procedure.Refusal `json:"refusals"`
}

type outcomeBody struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Leads string `json:"leads,omitempty"`
	Role  string `json:"role,omitempty" doc:"由另一角色决定的"`
	Mine  bool   `json:"mine"`
	// Along is what happens with it in the same moment.
	Along []string `json:"along,omitempty" doc:"同时启动的案件、登记的台账、公布的内容"`
}

type fieldBody struct {
	ID        procedure.FieldID   `json:"id"`
	Type      procedure.FieldType `json:"type"`
	Label     string              `json:"label"`
	Required  bool                `json:"required"`
	When      bool                `json:"conditional,omitempty" doc:"视情形必填"`
	Personal  bool                `json:"personal,omitempty"`
	Recording bool                `json:"recording,omitempty"`
	UsedBy    string              `json:"used_by,omitempty"`
	Options   []procedure.Option  `json:"options,omitempty"`
	Value     string              `json:"value,omitempty"`
}

type paperAsked struct {
	ID       procedure.PaperID `json:"id"`
	Label    string            `json:"label"`
	Required bool              `json:"required"`
	When     bool              `json:"conditional,omitempty" doc:"视情形必备"`
	Many     bool              `json:"many,omitempty"`
	Kinds    []string          `json:"kinds,omitempty"`
	Template string            `json:"template,omitempty" doc:"由系统生成：不附文件时按所填内容生成"`
}

type clockBody struct {
	ID          procedure.ClockID     `json:"id"`
	Name        string                `json:"name"`
	Rule        procedure.RuleID      `json:"rule"`
	Kind        procedure.ClockKind   `json:"kind"`
	Status      procedure.ClockStatus `json:"status"`
	Tone        procedure.Tone        `json:"tone"`
	Text        string                `json:"text"`
	From        gov.Day               `json:"from"`
	Nominal     gov.Day               `json:"nominal"`
	Due         gov.Day               `json:"due"`
	MetOn       gov.Day               `json:"met_on,omitzero"`
	Remaining   string                `json:"remaining,omitempty" doc:"中止的，恢复后还有多少"`
	Turns       []law.Turn            `json:"turns,omitempty" doc:"中止、恢复、延长、重新计算"`
	Provisional bool                  `json:"provisional"`
	Unverified  bool                  `json:"unverified"`
	Cites       []law.Citation        `json:"cites"`
	Derivation  law.Due               `json:"derivation"`
}

type actBodyOut struct {
	Version   int64       `json:"version"`
	Kind      string      `json:"kind"`
	Text      string      `json:"text"`
	Occurred  gov.Instant `json:"occurred"`
	Recorded  gov.Instant `json:"recorded"`
	Recording bool        `json:"recording,omitempty"`
	Record    *int64      `json:"record,omitempty" doc:"记录号；入账之前不出现"`
}

func (a *api) getCase(ctx context.Context, in *caseRequest) (*caseAnswer, error) {
	who, err := principal(ctx)
	if err != nil {
		return nil, err
	}
	c, err := a.desk.Docket.Get(ctx, who, gov.CaseID(in.Case))
	if err != nil {
		return nil, err
	}
	b := caseBody{caseRow: rowBody(c.Row), Breaches: c.View.Breaches, Sealed: c.Sealed, Flags: []flagBody{}, Corrections: c.View.Corrections}
	if b.Related, err = a.desk.relatedBodies(ctx, c); err != nil {
		return nil, err
	}
	for _, f := range c.View.Flags {
		b.Flags = append(b.Flags, flagBody{f.Step, f.Version, f.Text})
	}
	for _, s := range c.View.Stations {
		b.Stations = append(b.Stations, stationBody{Step: s.Step, Name: s.Name, Status: s.Status, Note: s.Note, Day: s.Day,
			Round: s.Round, Recording: s.Recording, Deemed: s.Deemed, LateEntry: s.LateEntry != nil, Signer: s.Signer})
	}
	for _, o := range c.View.Offers {
		b.Offers = append(b.Offers, a.desk.offerOut(c, o))
	}
	for _, k := range c.View.Clocks {
		b.Clocks = append(b.Clocks, clockBody{k.ID, k.Name, k.Rule, k.Kind, k.Status, k.Tone, k.Text, k.From, k.Nominal, k.Due,
			k.MetOn, k.Remaining, k.Turns, k.Provisional, k.Unverified, k.Cites, k.Derivation})
	}
	for _, x := range c.Acts {
		out := actBodyOut{Version: x.Envelope.Version, Kind: x.Envelope.Kind, Text: actText(c, x), Occurred: x.Envelope.Occurred,
			Recorded: x.Envelope.Recorded, Recording: x.Payload.Recording != nil}
		if x.Index >= 0 {
			out.Record = &x.Index
		}
		b.Acts = append(b.Acts, out)
	}
	return &caseAnswer{b}, nil
}

func (d *Desk) offerOut(c *docket.Case, o procedure.Offer) offerBody {
	out := offerBody{Step: o.Step, Name: o.Name, Role: o.Role, Mine: o.Mine && c.MayAct, Allowed: o.Allowed && c.MayAct,
		Record: o.MayRecord && c.MayRecord, Refusals: o.Refusals}
	step, _ := c.Definition.Step(o.Step)
	for i, x := range o.Outcomes {
		b := outcomeBody{ID: x.ID, Name: x.Name, Leads: x.Leads, Role: x.Role, Mine: x.Mine && c.MayAct}
		if i < len(step.Outcomes) {
			b.Along = d.alongWith(c.Definition, c.Directory, c.Row.Unit, step, step.Outcomes[i])
		}
		out.Outcomes = append(out.Outcomes, b)
	}
	for _, f := range o.Form.Fields {
		x := fieldBody{f.ID, f.Type, f.Label, f.Required, f.Conditional, f.Personal, f.Recording, f.UsedBy, f.Options, f.Value}
		if f.Personal {
			x.Value = ""
		}
		out.Fields = append(out.Fields, x)
	}
	for _, p := range o.Form.Papers {
		out.Papers = append(out.Papers, paperAsked{p.ID, p.Label, p.Required, p.Conditional, p.Many, p.Kinds, p.Template})
	}
	return out
}

type indicatorRequest struct {
	Indicator string `path:"indicator"`
	From      string `query:"from" doc:"2006-01-02；不填为本年"`
	To        string `query:"to"`
	Unit      string `query:"unit"`
}

type indicatorAnswer struct {
	Body struct {
		ID          indicator.ID `json:"id"`
		Name        string       `json:"name"`
		Numerator   string       `json:"numerator"`
		Denominator string       `json:"denominator"`
		Verified    bool         `json:"verified"`
		From        gov.Day      `json:"from"`
		To          gov.Day      `json:"to"`
		At          int64        `json:"at" doc:"已计入的记录数"`
		Total       rateBody     `json:"total"`
		Units       []unitRate   `json:"units"`
	}
}

type rateBody struct {
	Numerator   int64  `json:"numerator"`
	Denominator int64  `json:"denominator"`
	Suspended   int64  `json:"suspended" doc:"中止的，另列，不计入"`
	Text        string `json:"text" doc:"分母为零时为“无案件”"`
}

type unitRate struct {
	Unit gov.UnitID `json:"unit"`
	rateBody
}

func rateOf(def indicator.Definition, r indicator.Rate) rateBody {
	return rateBody{r.Numerator, r.Denominator, r.Suspended, def.Text(r)}
}

func (a *api) getIndicator(ctx context.Context, in *indicatorRequest) (*indicatorAnswer, error) {
	who, err := principal(ctx)
	if err != nil {
		return nil, err
	}
	def, err := a.desk.indicatorOf(in.Indicator)
	if err != nil {
		return nil, err
	}
	var p indicatorsql.Period
	if p, err = a.desk.readPeriod(url.Values{"from": {in.From}, "to": {in.To}}); err != nil {
		return nil, err
	}
	r, err := a.desk.Board.Rates(ctx, who, def.ID, p, gov.UnitID(in.Unit))
	if err != nil {
		return nil, err
	}
	out := &indicatorAnswer{}
	b := &out.Body
	b.ID, b.Name, b.Numerator, b.Denominator, b.Verified = def.ID, def.Name, def.Numerator, def.Denominator, def.Verified
	b.From, b.To, b.At, b.Total = p.From, p.To, r.At, rateOf(def, r.Total)
	b.Units = make([]unitRate, 0, len(r.Units))
	for _, u := range r.Units {
		b.Units = append(b.Units, unitRate{u.Unit, rateOf(def, u.Rate)})
	}
	return out, nil
}

type recordRequest struct {
	Number string `path:"number"`
}

type recordAnswer struct {
	Body struct {
		Number     int64           `json:"number"`
		Stream     string          `json:"stream"`
		Version    int64           `json:"version"`
		Body       string          `json:"body" doc:"封存的原始字节，base64"`
		Event      json.RawMessage `json:"event" doc:"原始内容"`
		Salt       string          `json:"salt" doc:"十六进制"`
		Leaf       string          `json:"leaf" doc:"叶摘要，十六进制"`
		Proof      []string        `json:"proof" doc:"包含路径，十六进制"`
		Checkpoint string          `json:"checkpoint" doc:"签名的检查点"`
		Receipt    string          `json:"receipt" doc:"存证回执（tlog-proof），base64"`
		Short      string          `json:"short"`
	}
}

func (a *api) getRecord(ctx context.Context, in *recordRequest) (*recordAnswer, error) {
	who, err := principal(ctx)
	if err != nil {
		return nil, err
	}
	rec, err := a.desk.recordOf(ctx, who, in.Number)
	if err != nil {
		return nil, err
	}
	receipt, err := ledgersql.Receipt(ctx, a.desk.DB, a.desk.Tiles, a.desk.Signer, rec.ID)
	if err != nil {
		return nil, err
	}
	out := &recordAnswer{}
	b := &out.Body
	b.Number, b.Stream, b.Version = rec.Index, rec.Stream, rec.Version
	b.Body, b.Event, b.Salt = base64.StdEncoding.EncodeToString(rec.Body), rec.Body, hex.EncodeToString(rec.Salt)
	b.Leaf, b.Checkpoint, b.Short = leafHex(ledger.Commit(rec.Salt, rec.Body).LeafHash()), string(receipt.Checkpoint), receipt.Short()
	for _, h := range receipt.Proof {
		b.Proof = append(b.Proof, leafHex(h))
	}
	b.Receipt = base64.StdEncoding.EncodeToString(receipt.Encode())
	return out, nil
}
