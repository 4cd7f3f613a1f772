package desk

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/indicator"
	"zhunsheng/indicator/indicatorsql"
	"zhunsheng/procedure"
	"zhunsheng/web"
)

// caseOf reads the case that an address names. What is not there and what the reader may
// not see give the same answer.
func (d *Desk) caseOf(r *http.Request) (*identity.Principal, *docket.Case, error) {
	who, err := principal(r.Context())
	if err != nil {
		return nil, nil, err
	}
	c, err := d.Docket.Get(r.Context(), who, gov.CaseID(r.PathValue("case")))
	return who, c, err
}

// caseView is the case page.
type caseView struct {
	Head        web.PageHead
	Stations    []web.Station
	Now         []stepCard // where the case stands
	Later       []stepCard // what cannot be done yet, and what stands beside the line
	Breaches    []web.Breach
	Acts        []actView
	Checked     web.BadgeView // of the record of acts
	Clocks      []web.Clock
	Files       []web.FileItem
	Fields      []web.Def
	Related     []related
	Corrections []correctionView
	Late        []lateFlag // acts entered long after their day
	Indicators  []figure
	Today       gov.Day
	Closed      string // what to say when nothing is left to do
}

// figure is a number that opens into what it counts.
type figure struct {
	Label, Value, Href, Note string
	Mark                     web.BadgeView // e.g. how this case counts
}

// casePage is the heart of the program: where the case stands, what is to be done next,
// until when and why, what was done, and that nobody changed it.
func (d *Desk) casePage(w http.ResponseWriter, r *http.Request) error {
	who, c, err := d.caseOf(r)
	if err != nil {
		return err
	}
	proofs, err := d.proofs(r.Context(), c.Row.ID)
	if err != nil {
		return err
	}
	v := caseView{Today: d.today(), Head: d.caseHead(c), Stations: stations(c.View, d.today()), Breaches: breaches(c.State.Breaches),
		Acts: actViews(c, proofs), Clocks: d.clocks(c), Fields: fieldDefs(c.Definition, c.State.Fields)}
	v.Now, v.Later = d.stepCards(who, c)
	for _, card := range v.Now {
		if card.Form == nil {
			continue
		}
		if step, ok := c.Definition.Step(card.Step); ok {
			if err := d.dress(r.Context(), who, c, step, card.Form); err != nil {
				return err
			}
		}
	}
	v.Checked = checked(v.Acts)
	v.Corrections, v.Late = correctionViews(c, who.Actor), d.lateFlags(c)
	if v.Related, err = d.related(r.Context(), who, c); err != nil {
		return err
	}
	for _, f := range slices.Backward(c.Files) {
		v.Files = append(v.Files, fileItem(c, f))
	}
	if v.Indicators, err = d.caseIndicators(r, who, c); err != nil {
		return err
	}
	switch {
	case c.Row.Status == procedure.Voided:
		v.Closed = "本案已经撤销登记，不在清单、公开门户和指标中。" + voidReason(c)
	case c.View.Done:
		v.Closed = "本案已经" + strings.TrimPrefix(caseStatus(c.Row.Status).Text, "已") + "，没有待办的环节。"
	}
	v.Head.Actions = caseActions(archiveURL(c.Row.ID), nil)
	for _, card := range v.Now {
		if card.Form != nil {
			v.Head.Actions = caseActions(archiveURL(c.Row.ID), &web.Button{Text: card.Name, Icon: web.IconGavel, Primary: true, Href: "#" + card.ID})
			break
		}
	}
	s := d.shell(w, r, c.Row.Title, navCases)
	s.Crumbs = []web.Crumb{{Label: "案件", Href: navCases}, {Label: c.Row.Title}}
	return web.OK(w, r, casePage(s, v))
}

func (d *Desk) caseHead(c *docket.Case) web.PageHead {
	h := web.PageHead{Title: c.Row.Title, Kind: join(" · ", c.Definition.Name(), unitName(c.Directory, c.Row.Unit), caseNumber(c))}
	h.Badges = append([]web.BadgeView{caseStatus(c.Row.Status)}, caseMarks(c.Row.Late, c.Row.Breaches, c.Row.Recording)...)
	h.Note = web.LongDay(c.Row.Opened) + "启动"
	if name := c.State.OpenedBy; name.Person != "" {
		h.Note += "，" + actorName(c.Directory, name)
	}
	return h
}

// voidReason is why the case was taken back.
func voidReason(c *docket.Case) string {
	for _, a := range slices.Backward(c.Acts) {
		if a.Envelope.Kind == docket.KindVoid && a.Payload.Note != "" {
			return "理由：" + a.Payload.Note + "。"
		}
	}
	return ""
}

// checked says whether every act of the record was found as it was sealed.
func checked(acts []actView) web.BadgeView {
	sealed, broken := 0, 0
	for _, a := range acts {
		if a.Sealed {
			sealed++
		}
		if a.Broken {
			broken++
		}
	}
	switch {
	case broken > 0:
		return web.BadgeView{Tone: web.Late, Text: fmt.Sprintf("%d 条记录与账本不符，请通知管理员核验", broken)}
	case sealed < len(acts):
		return web.BadgeView{Tone: web.Info, Text: fmt.Sprintf("%d 条，%d 条正在入账", len(acts), len(acts)-sealed)}
	}
	return web.BadgeView{Tone: web.Met, Text: fmt.Sprintf("%d 条 · 记录已核验", sealed)}
}

// caseIndicators are the indicators that count this case, with the value of its unit this
// year and what the case does to it.
func (d *Desk) caseIndicators(r *http.Request, who *identity.Principal, c *docket.Case) ([]figure, error) {
	p := wholeYear(d.today().Year())
	all, _, err := d.Board.All(r.Context(), who, p, c.Row.Unit)
	if err != nil {
		return nil, err
	}
	var out []figure
	for _, def := range d.Indicators {
		src, counts := def.Source(c.Row.Procedure)
		if !counts {
			continue
		}
		mark, moved := caseMark(c, src)
		if moved {
			out = append(out, figure{Label: def.Name, Href: indicatorURL(def.ID, p, c.Row.Unit), Value: def.Text(all[def.ID].Total),
				Note: "本单位本年", Mark: mark})
		}
	}
	return out, nil
}

// caseMark says what the case does to an indicator; false when it is not counted there.
func caseMark(c *docket.Case, src indicator.Source) (web.BadgeView, bool) {
	if !src.Facts() {
		clock, runs := c.State.Clocks[procedure.ClockID(src.Clock)]
		tone, word := clockWord(clock.Status)
		return web.BadgeView{Tone: tone, Text: "本案" + word}, runs
	}
	holds := func(fact string) bool {
		v, _ := c.Definition.FactValue(fact, c.State)
		yes, _ := v.(bool)
		return yes
	}
	switch {
	case !holds(src.Denominator):
		return web.BadgeView{}, false
	case src.Above(holds):
		return web.BadgeView{Tone: web.Met, Text: "本案符合"}, true
	}
	return web.BadgeView{Tone: web.Late, Text: "本案尚不符合"}, true
}

func wholeYear(y int) indicatorsql.Period {
	return indicatorsql.Period{From: gov.DateOf(y, 1, 1), To: gov.DateOf(y, 12, 31)}
}
