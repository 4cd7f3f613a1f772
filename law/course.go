package law

import (
	"fmt"

	"zhunsheng/gov"
)

// TurnKind is what happened to a running period.
type TurnKind string

// The kinds of turn.
const (
	Suspend TurnKind = "suspend" // 中止, or the start of time that is not counted (鉴定、听证……)
	Resume  TurnKind = "resume"  // 恢复, or the end of such time
	Extend  TurnKind = "extend"  // 延长
	Restart TurnKind = "restart" // 重新计算, e.g. on receipt of the correction (补正)
)

// Turn is one event in the course of a period (期间的中止、恢复、延长、重新计算). Who may
// cause it, how often and with what notice is the procedure's business.
type Turn struct {
	Kind TurnKind  `json:"kind"`
	On   gov.Day   `json:"on"`
	By   Limit     `json:"by,omitzero"` // of an extension, counted as the same statute counts it
	Why  string    `json:"why,omitempty"`
	Cite *Citation `json:"cite,omitempty"`
}

// leg is a stretch of a period still to run.
type leg struct {
	n    int
	unit string
}

// Course computes the last lawful day of a period after what happened to it, in order.
// The day of suspension has run, the day of resumption has not: as many days are left out
// as lie between them. An extension runs on from the nominal last day, not from the rolled
// one. Time left of a month or year is counted in calendar days. A restart begins the
// whole period anew; an extension before it lapses. These four are
// inferences, and the steps say what was done. A period that stands still at the end has
// Suspended set and no day. Turns out of order, or after the period is over, are refused.
func (b *Book) Course(q Query, turns []Turn) (Due, error) {
	if len(turns) == 0 {
		return b.Due(q)
	}
	r, err := b.begin(q, AtMost)
	if err != nil {
		return Due{}, err
	}
	if r.due.Unit == UnitHour {
		return Due{}, gov.FieldError("limit", "以小时计的期间不适用中止、延长")
	}
	c := &course{run: r, anchor: q.From, legs: []leg{{q.Limit.N, r.due.Unit}}, running: true}
	r.start()
	last := r.q.From
	for _, t := range turns {
		if t.On.Before(last) {
			return Due{}, gov.FieldError("turns", "%s的%s早于前一件事，次序有误", t.On.Chinese(), turnName(t.Kind))
		}
		last = t.On
		if err := c.turn(t); err != nil {
			return Due{}, err
		}
	}
	c.settle()
	return r.finish(), nil
}

type course struct {
	*run
	anchor  gov.Day // the legs run from here; this day itself is not counted
	legs    []leg
	running bool
	// extended are the extensions so far, for what the statute allows at most.
	extended []Limit
}

func (c *course) turn(t Turn) error {
	if t.Kind != Restart && c.running {
		if end := c.quiet().end(); t.On.After(end) {
			return gov.FieldError("turns", "期间已于%s届满，不能在%s再%s", end.Chinese(), t.On.Chinese(), turnName(t.Kind))
		}
	}
	why := ""
	if t.Why != "" {
		why = "（" + t.Why + "）"
	}
	switch {
	case t.Kind == Suspend && c.running:
		c.legs, c.running = c.left(t.On), false
		c.step("suspend", t.On, t.Cite, "%s中止%s，至当日已经过的时间计入，尚余%s", t.On.Chinese(), why, c.remaining())
	case t.Kind == Resume && !c.running:
		c.anchor, c.running = t.On, true
		c.step("resume", t.On, t.Cite, "%s恢复%s，当日不计入，余下的%s自%s起算", t.On.Chinese(), why, c.remaining(), t.On.AddDays(1).Chinese())
	case t.Kind == Extend:
		return c.extend(t, why)
	case t.Kind == Restart:
		c.anchor, c.running, c.legs = t.On, true, []leg{{c.q.Limit.N, c.due.Unit}}
		// What ran before, and extensions of it, no longer bear on the result.
		c.unknown, c.extended, c.due.Limit = nil, nil, c.q.Limit.String()
		c.step("restart", t.On, t.Cite, "%s起重新计算%s，当日不计入，自%s起算", t.On.Chinese(), why, t.On.AddDays(1).Chinese())
	default:
		return gov.FieldError("turns", "期间在%s不能%s：%s", t.On.Chinese(), turnName(t.Kind),
			map[bool]string{true: "没有中止", false: "已经中止"}[c.running])
	}
	return nil
}

// extend adds a leg, counted as the statute counts the words of the extension.
func (c *course) extend(t Turn, why string) error {
	if err := t.By.check(t.By.String()); err != nil {
		return err
	}
	q := c.q
	q.Limit = t.By
	unit, basis, err := c.book.Unit(q)
	if err != nil || unit == UnitHour {
		return gov.FieldError("turns", "不能延长%s", t.By)
	}
	if t.Cite != nil {
		basis = t.Cite
	}
	c.legs = append(c.legs, leg{t.By.N, unit})
	c.due.Limit += "，延长" + t.By.String()
	c.step("extend", t.On, basis, "%s决定延长%s%s，自原期间的最后一日（未顺延）接续计算", t.On.Chinese(), t.By, why)
	total := Limit{N: t.By.N, Word: t.By.Word}
	for _, before := range c.extended {
		if before.Word == total.Word {
			total.N += before.N
		}
	}
	c.extended = append(c.extended, t.By)
	if clause := c.version.beyond(c.statute, c.q, total); clause != nil {
		text := fmt.Sprintf("%s%s：延长不得超过%s", c.statute.Name, clause.Article, clause.By)
		if clause.Times > 1 {
			text += fmt.Sprintf("，以%d次为限", clause.Times)
		}
		c.step("beyond", t.On, c.own(clause.Article, ""), "%s；这里共延长%s，已经超过", text, total)
	}
	return nil
}

// settle writes the rest of the derivation: the legs from the anchor, then the roll.
func (c *course) settle() {
	if !c.running {
		c.due.Suspended, c.due.Remaining = true, c.remaining()
		return
	}
	day := c.anchor
	for _, l := range c.legs {
		switch {
		case l.n == 0:
			c.step("count", day, nil, "余下的时间为零，期间于%s届满", day.Chinese())
		case l.unit == UnitWorking:
			day = c.walk(day, l.n, 1)
			c.step("count", day, nil, "第%d个工作日为%s", l.n, day.Chinese())
		default:
			day = c.addPlain(day, l.n, l.unit, 1)
		}
	}
	c.due.Nominal, c.due.Due = day, day
	c.roll()
}

// quiet is a copy whose steps and calendar look-ups go nowhere.
func (c *course) quiet() *course {
	r := *c.run
	r.due.Steps, r.unknown = nil, nil
	return &course{run: &r, anchor: c.anchor, legs: c.legs, running: c.running}
}

func (c *course) end() gov.Day {
	c.settle()
	return c.due.Due
}

// left is what remains of the legs after day on. The working days that ran are read from the
// calendar in the open, so that undecided ones make what is left provisional.
func (c *course) left(on gov.Day) []leg {
	day, quiet := c.anchor, c.quiet()
	for i, l := range c.legs {
		end, ran := day, 0
		if l.unit == UnitWorking {
			end = quiet.walk(day, l.n, 1)
			for d := day.AddDays(1); !d.After(on) && !d.After(end); d = d.AddDays(1) {
				if !c.use(d).Rest {
					ran++
				}
			}
		} else if l.n > 0 {
			end = quiet.addPlain(day, l.n, l.unit, 1)
		}
		if !on.Before(end) {
			day = end
			continue
		}
		rest := leg{end.Sub(on), UnitCalendar}
		if l.unit == UnitWorking {
			rest = leg{l.n - ran, UnitWorking}
		}
		return append([]leg{rest}, c.legs[i+1:]...)
	}
	return []leg{{0, c.legs[len(c.legs)-1].unit}}
}

func (c *course) remaining() string {
	names := map[string]string{UnitWorking: "个工作日", UnitCalendar: "日", UnitMonth: "个月", UnitYear: "年"}
	text := ""
	for i, l := range c.legs {
		if i > 0 {
			text += "加"
		}
		text += fmt.Sprint(l.n) + names[l.unit]
	}
	return text
}

func turnName(k TurnKind) string {
	switch k {
	case Suspend:
		return "中止"
	case Resume:
		return "恢复"
	case Extend:
		return "延长"
	case Restart:
		return "重新计算"
	}
	return "“" + string(k) + "”"
}
