package law

import (
	"fmt"
	"slices"
	"strings"

	"zhunsheng/gov"
)

// ReceiptDay says on which day something was received under a statute, by the channel
// through which it came, and by which article. The day that the article names decides and
// no other: of a request filed on the web it is the day both sides confirm (双方确认之日),
// not the day it was sent. Errors are gov.Error with one Chinese sentence.
func (b *Book) ReceiptDay(q ReceiptQuery) (Receipt, error) {
	s, err := b.Statute(q.Under)
	if err != nil {
		return Receipt{}, err
	}
	facts, err := b.facts(q.Facts)
	if err != nil {
		return Receipt{}, err
	}
	// The latest known day selects the text in force: no day that decides is later.
	on := q.On
	for _, d := range facts {
		if d.After(on) {
			on = d
		}
	}
	w, err := b.receiptWay(s, q, on)
	if err != nil {
		return Receipt{}, err
	}
	if y := on.Year(); !on.IsZero() && (y < 1949 || y > 9000) {
		return Receipt{}, gov.FieldError("from", "日期 %s 超出可计算的范围（1949年至9000年）", on)
	}
	c := &receiving{way: w, on: q.On, facts: facts, words: b.words, run: &run{book: b, statute: s, q: Query{From: on, AsOf: q.AsOf}}}
	c.fact, err = c.deciding()
	if err != nil {
		return Receipt{}, err
	}
	return c.answer()
}

// facts reads the names of the known days.
func (b *Book) facts(named map[string]gov.Day) (map[string]gov.Day, error) {
	out := map[string]gov.Day{}
	var names []string
	for name := range named {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		i := slices.IndexFunc(b.words.Facts, func(w ReceiptWord) bool { return w.is(name) })
		if i < 0 {
			return nil, gov.FieldError("fact", "没有“%s”这种日期，可以写明的有：%s", name,
				nameList(b.words.Facts, func(w ReceiptWord) string { return w.Name }))
		}
		day := named[name]
		if day.IsZero() {
			continue
		}
		if y := day.Year(); y < 1949 || y > 9000 {
			return nil, gov.FieldError("fact", "%s %s 超出可计算的范围（1949年至9000年）", b.words.Facts[i].Name, day)
		}
		out[b.words.Facts[i].ID] = day
	}
	return out, nil
}

func (b *Book) receiptWay(s *Statute, q ReceiptQuery, on gov.Day) (ReceiptWay, error) {
	ways, err := b.ReceiptWays(s.Name, on)
	if err != nil {
		return ReceiptWay{}, err
	}
	if len(ways) == 0 {
		return ReceiptWay{}, gov.FieldError("channel", "%s没有条文规定收到之日如何确定，请直接写明收到的日期", s.Name)
	}
	var found []ReceiptWay
	for _, w := range ways {
		if w.Channel.is(q.Channel) && (q.Paper == "" || w.Paper.is(q.Paper)) {
			found = append(found, w)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return ReceiptWay{}, gov.FieldError("channel", "%s没有规定“%s%s”的收到之日，规定了的有：%s", s.Name, q.Paper, q.Channel,
			nameList(ways, func(w ReceiptWay) string { return w.Paper.Name + w.Channel.Name }))
	}
	return ReceiptWay{}, gov.FieldError("paper", "%s对“%s”按收到的是什么分别规定，请写明是哪一种：%s", s.Name, q.Channel,
		nameList(found, func(w ReceiptWay) string { return w.Paper.Name }))
}

// receiving is one answer under way.
type receiving struct {
	*run
	way   ReceiptWay
	on    gov.Day
	words ReceiptWords
	facts map[string]gov.Day
	fact  ReceiptWord // the day that decides
}

func (c *receiving) deciding() (ReceiptWord, error) {
	for _, w := range c.way.Days {
		if !c.facts[w.ID].IsZero() {
			return w, nil
		}
	}
	rule, name := c.way.Rule, func(w ReceiptWord) string { return w.Name }
	if !c.on.IsZero() {
		first := c.way.Days[0]
		first.Name = strings.ReplaceAll(nameList(c.way.Days, name), "、", "或者")
		c.facts[first.ID] = c.on
		return first, nil
	}
	text := fmt.Sprintf("%s%s以%s为准，请写明该日", c.way.Source.Name, rule.Article, nameList(c.way.Days, name))
	for _, w := range c.words.Facts {
		if !c.facts[w.ID].IsZero() {
			text += "，不能以" + w.Name + "代替"
			break
		}
	}
	return ReceiptWord{}, gov.FieldError("fact", "%s", text)
}

func (c *receiving) answer() (Receipt, error) {
	day, rule := c.facts[c.fact.ID], c.way.Rule
	c.due.Steps, c.due.Basis = []Step{}, []Citation{}
	c.chooseVersion()
	asked := c.statute.Name
	if use := c.way.use; use != nil {
		if use.Through != "" {
			c.step("refer", gov.Day{}, c.own(use.Through, ""), "%s适用%s的规定：“%s”", c.way.Paper.Name, c.way.Source.Name, use.Says)
		} else {
			c.step("refer", gov.Day{}, nil, "%s适用%s的规定：%s", c.way.Paper.Name, c.way.Source.Name, use.Note)
		}
		c.statute = c.way.Source
		c.chooseVersion()
	}
	cite := c.own(rule.Article, "")
	if rule.Says == "" {
		c.step("receipt", gov.Day{}, cite, "%s以%s为准（条文不在手头，未核实）", c.way.Channel.Name, c.fact.Name)
	} else {
		c.step("receipt", gov.Day{}, cite, "%s：“%s”", c.way.Channel.Name, rule.Says)
	}
	if rule.Note != "" {
		c.step("note", gov.Day{}, nil, "%s", rule.Note)
	}
	if rule.If != "" {
		c.step("condition", gov.Day{}, nil, "以“%s”为前提", rule.If)
	}
	c.step("fact", day, nil, "%s为%s", c.fact.Name, day.Chinese())
	c.others()
	if rule.SameDay != "" {
		if want := c.facts[rule.SameDay]; !want.IsZero() && want != day {
			c.step("late", day, cite, "应当于%s（%s）当日办理，%s不在同一日", word(c.words.Facts, rule.SameDay).Name, want.Chinese(), c.fact.Name)
		}
	}
	if !rule.After.IsZero() {
		due, err := c.book.Due(Query{Under: c.way.Source.Name, Article: rule.Article, Limit: rule.After, From: day, AsOf: c.q.AsOf})
		if err != nil {
			return Receipt{}, err
		}
		day, c.due.Provisional = due.Due, due.Provisional
		for _, s := range due.Steps {
			if s.Kind != "version" {
				c.due.Steps = append(c.due.Steps, s)
			}
		}
	}
	c.step("received", day, nil, "%s为%s；期间从该日起算的，该日不计入", c.way.Paper.Day, day.Chinese())
	provisional := c.due.Provisional
	out := Receipt{Under: asked, Paper: c.way.Paper.Name, Channel: c.way.Channel.Name, Called: c.way.Paper.Day, Day: day, Provisional: provisional}
	c.due = c.finish()
	out.Steps, out.Basis = c.due.Steps, c.due.Basis
	return out, nil
}

// others says of every other known day that it does not decide.
func (c *receiving) others() {
	for _, w := range c.words.Facts {
		if d := c.facts[w.ID]; !d.IsZero() && w.ID != c.fact.ID {
			c.step("fact", d, nil, "%s（%s）不作为%s", w.Name, d.Chinese(), c.way.Paper.Day)
		}
	}
}
