package desk

import (
	"context"
	"fmt"
	"slices"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/law"
	"zhunsheng/procedure"
	"zhunsheng/web"
)

// related is the cases that hang together with one (关联案件): those that it names, and those
// that name it, by procedure. One that is both stands where it is named.
type related struct {
	Name  string // by which field, or of which procedure
	Cases []relatedCase
	More  string // what is not listed
}

type relatedCase struct {
	Title, Href, Note string
	Mark              web.BadgeView
}

// relatedShown is how many cases of one procedure the case page lists.
const relatedShown = 8

func (d *Desk) related(ctx context.Context, who *identity.Principal, c *docket.Case) ([]related, error) {
	var out []related
	named := map[gov.CaseID]bool{}
	look := d.linked(ctx, who)
	for _, f := range allFields(c.Definition) {
		id := gov.CaseID(c.State.Fields[f.ID])
		if f.Type != procedure.CaseField || id == "" {
			continue
		}
		named[id] = true
		r := relatedCase{Title: c.State.Links[f.ID].Title, Mark: caseStatus(c.State.Links[f.ID].Status), Note: "办理时所见"}
		if now, ok := look(id); ok {
			r = relatedCase{Title: now.Title, Href: caseURL(id), Mark: caseStatus(now.Status), Note: d.procedureName(now.Procedure)}
		} else if r.Title == "" {
			r.Title, r.Note, r.Mark = "已关联的案件", "您无权查看", web.BadgeView{}
		}
		out = append(out, related{Name: f.Label, Cases: []relatedCase{r}})
	}
	kids, err := d.Docket.Children(ctx, who, c.Row.ID)
	if err != nil {
		return nil, err
	}
	at := map[string]int{}
	open := map[string]int{}
	count := map[string]int{}
	for _, k := range kids {
		if k.Status == procedure.Voided || named[k.ID] {
			continue
		}
		i, ok := at[k.Procedure]
		if !ok {
			i = len(out)
			at[k.Procedure] = i
			out = append(out, related{Name: d.procedureName(k.Procedure)})
		}
		if count[k.Procedure]++; k.Status == procedure.Open {
			open[k.Procedure]++
		}
		if len(out[i].Cases) < relatedShown {
			number, err := d.numberOf(ctx, who, k)
			if err != nil {
				return nil, err
			}
			out[i].Cases = append(out[i].Cases, relatedCase{Title: k.Title, Href: caseURL(k.ID), Mark: caseStatus(k.Status),
				Note: join(" · ", number, unitName(c.Directory, k.Unit), stationOf(k))})
		}
	}
	for p, i := range at {
		out[i].Name += fmt.Sprintf("（%d 件", count[p])
		if open[p] > 0 {
			out[i].Name += fmt.Sprintf("，在办 %d 件", open[p])
		}
		if out[i].Name += "）"; count[p] > relatedShown {
			out[i].More = fmt.Sprintf("另有 %d 件", count[p]-relatedShown)
		}
	}
	return out, nil
}

// numberOf is the number of a case: that of its document, or that of its receipt when the
// public handed it in.
func (d *Desk) numberOf(ctx context.Context, who *identity.Principal, r docket.Row) (string, error) {
	def, err := d.Docket.Definitions.Current(r.Procedure)
	if err != nil || r.Number != "" {
		return r.Number, err
	}
	if _, public := def.Intake(); !public {
		return "", nil
	}
	k, err := d.Docket.Get(ctx, who, r.ID)
	if err != nil {
		return "", err
	}
	return caseNumber(k), nil
}

// caseNumber is numberOf of a case at hand.
func caseNumber(c *docket.Case) string {
	in, public := c.Definition.Intake()
	if c.Row.Number != "" || !public {
		return c.Row.Number
	}
	return c.State.Numbers[in.Receipt]
}

// stationOf is what comes next in a case, while it is open.
func stationOf(r docket.Row) string {
	if r.Status != procedure.Open || r.Station == "" {
		return ""
	}
	return "下一环节：" + r.Station
}

// allFields are the fields of a definition in its order, each once.
func allFields(def *procedure.Definition) []procedure.Field {
	out := slices.Clone(def.Opening().Fields)
	for _, s := range def.Steps() {
		for _, f := range s.Fields {
			if !slices.ContainsFunc(out, func(x procedure.Field) bool { return x.ID == f.ID }) {
				out = append(out, f)
			}
		}
	}
	return out
}

// lateFlag is an act that was entered long after its day (补记过晚), with how the last day for
// entering it was counted.
type lateFlag struct {
	Text   string
	Source string
	Due    *law.Due
}

// localRules is the entry of the register of statutes under which local limits are counted.
const localRules = "本地规定"

func (d *Desk) lateFlags(c *docket.Case) []lateFlag {
	var out []lateFlag
	for _, f := range c.View.Flags {
		x := lateFlag{Text: f.Text}
		entry, on := c.State.LateEntry, c.State.Opened.Day()
		if f.Version > 1 {
			for _, h := range c.State.History {
				if h.Version == f.Version {
					entry, on = h.LateEntry, h.Occurred.Day()
				}
			}
		}
		if entry != nil {
			x.Source = entry.Source
			if limit, err := law.ParseLimit(entry.Limit); err == nil {
				// A calendar that was published since may count otherwise; then only the text stands.
				if due, err := d.Book.Due(law.Query{Under: localRules, Limit: limit, From: on}); err == nil && due.Due == entry.Until {
					x.Due = &due
				}
			}
		}
		out = append(out, x)
	}
	return out
}

// turnViews tells what happened to a limit since it began.
func turnViews(v procedure.ClockView) []web.ClockTurn {
	var out []web.ClockTurn
	for _, t := range v.Turns {
		text := ""
		switch t.Kind {
		case law.Suspend:
			text = "中止计算"
		case law.Resume:
			text = "恢复计算"
		case law.Extend:
			text = "延长" + t.By.String()
		case law.Restart:
			text = "重新计算"
		}
		if t.Why != "" {
			text += "（" + t.Why + "）"
		}
		out = append(out, web.ClockTurn{Day: t.On, Text: text, Cite: t.Cite})
	}
	return out
}

// deemedText says what follows by itself when a limit runs out (视为).
func deemedText(def *procedure.Definition, spec procedure.Clock) string {
	if spec.Deemed == nil {
		return ""
	}
	text := "视为“" + def.StepName(spec.Deemed.Step)
	if s, ok := def.Step(spec.Deemed.Step); ok {
		for _, o := range s.Outcomes {
			if o.ID == spec.Deemed.Outcome && len(s.Outcomes) > 1 {
				text += "：" + o.Name
			}
		}
	}
	return text + "”"
}
