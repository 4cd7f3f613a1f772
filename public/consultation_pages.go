package public

import (
	"fmt"
	"net/http"
	"strings"

	"zhunsheng/gov"
	"zhunsheng/law"
	"zhunsheng/procedure"
	"zhunsheng/publication"
	"zhunsheng/web"
)

// openShown is how many open consultations the list shows; a county has a handful.
const openShown = 100

// consultations lists what is out for comments, the one that ends first on top, and what
// has ended.
func (p *Portal) consultations(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	query, err := queryOf(r, publication.Consultations)
	if err != nil {
		return err
	}
	open, err := p.Shelf.Open(ctx, query.Register, p.today(), openShown)
	if err != nil {
		return err
	}
	query.EndedBefore = p.today()
	page, err := p.Shelf.List(ctx, query)
	if err != nil {
		return err
	}
	names, err := p.UnitNames(ctx)
	if err != nil {
		return err
	}
	reg := p.registerOf(query.Register)
	ended := web.Table{Caption: "已结束的征求意见", Rows: p.endedRows(page.Entries, names), Columns: []web.Column{
		{Title: "名称", Main: true}, {Title: reg.Unit}, {Title: "截止日期", Tight: true}, {Title: "状态", Tight: true}},
		Empty: web.Empty{Title: "没有已结束的征求意见", Text: "截止之后列在这里，可以查看采纳情况和答复。"},
		Pager: &web.Pager{Note: fmt.Sprintf("本页 %d 件", len(page.Entries))}}
	if query.After != nil {
		ended.Pager.First = listURL(query, nil)
	}
	if page.More {
		ended.Pager.Next = listURL(query, &page.Entries[len(page.Entries)-1])
	}
	s := p.shell(w, r, reg.Name, navConsultations)
	s.AsOf = asOf(page.At)
	return web.OK(w, r, consultationsPage(s, consultationsView{Register: reg, Ended: ended, First: query.After == nil,
		Open: web.Table{Caption: "正在征求意见", Columns: openColumns, Rows: p.openRows(open, names),
			Empty: web.Empty{Title: "现在没有征求意见的事项", Text: "新的征求意见稿公布后列在这里。"}}}))
}

type consultationsView struct {
	Register    publication.Register
	Open, Ended web.Table
	First       bool
}

var openColumns = []web.Column{{Title: "名称", Main: true}, {Title: "征求意见机关"}, {Title: "截止日期", Tight: true}, {Title: "还剩", Tight: true}}

func (p *Portal) openRows(entries []publication.Entry, names func(gov.UnitID) string) []web.Row {
	var out []web.Row
	for _, e := range entries {
		d := leftOf(p.Book.Calendar(), e, p.today())
		out = append(out, web.Row{Href: entryURL(e.Register, e.Case), Cells: []web.Cell{web.Text(e.Title), web.Text(names(e.Unit)),
			web.Text(e.Until.String()), web.Mark(d.Tone, d.Short)}})
	}
	return out
}

func (p *Portal) endedRows(entries []publication.Entry, names func(gov.UnitID) string) []web.Row {
	var out []web.Row
	for _, e := range entries {
		out = append(out, web.Row{Href: entryURL(e.Register, e.Case), Cells: []web.Cell{web.Text(e.Title), web.Text(names(e.Unit)),
			web.Text(e.Until.String()), p.standing(p.registerOf(e.Register), e)}})
	}
	return out
}

// soonDays is from how many days left on a consultation is shown as ending soon.
const soonDays = 7

// daysLeft is how long an entry still takes comments, and how that was counted.
type daysLeft struct {
	Open        bool
	Tone        web.Tone
	Short, Text string
	Steps       []string
}

// leftOf counts the days on which comments are still taken, today included. The last day is
// the one that the publishing office named; it is not computed here.
func leftOf(cal *law.WorkCalendar, e publication.Entry, today gov.Day) daysLeft {
	total := e.Until.Sub(e.Published)
	steps := []string{
		e.Published.Chinese() + "公布，公布当日不计入。",
		fmt.Sprintf("截止日由征求意见机关公布为%s，当日24时截止，自公布次日起共%d日。", e.Until.Chinese(), total),
	}
	if !e.Open(today) {
		text := "已于" + e.Until.Chinese() + "截止，不再收取意见。"
		if !today.After(e.Until) {
			text = "征求意见已提前停止，不再收取意见。"
		}
		return daysLeft{Tone: web.NA, Short: "已结束", Text: text, Steps: steps}
	}
	left := e.Until.Sub(today) + 1
	d := daysLeft{Open: true, Tone: web.Info, Short: fmt.Sprintf("还剩 %d 日", left), Steps: steps,
		Text: fmt.Sprintf("还剩 %d 日（含今天），%s24时截止。", left, e.Until.Chinese())}
	if left <= soonDays {
		d.Tone = web.Soon
	}
	if left == 1 {
		d.Short, d.Text = "今天截止", "今天24时截止。"
	}
	d.Steps = append(d.Steps, fmt.Sprintf("今天是%s，今天计入，还剩%d日。", today.Chinese(), left), workingDays(cal, today, e.Until))
	return d
}

// workingDays says how many of the days left are working days, and which are not.
func workingDays(cal *law.WorkCalendar, from, to gov.Day) string {
	var rest []string
	working, loose := 0, false
	for day := from; !day.After(to); day = day.AddDays(1) {
		works, provisional := cal.IsWorkingDay(day)
		loose = loose || provisional
		if works {
			working++
			continue
		}
		_, m, d := day.Date()
		rest = append(rest, fmt.Sprintf("%d月%d日", int(m), d))
	}
	text := fmt.Sprintf("其中工作日%d日", working)
	if len(rest) > 0 && len(rest) <= 20 {
		text += "；休息日：" + strings.Join(rest, "、")
	}
	if loose {
		text += "（所涉年份的放假安排尚未公布，工作日数为暂定）"
	}
	return text + "。"
}

func citations(cs []procedure.Cite) []law.Citation {
	var out []law.Citation
	for _, c := range cs {
		out = append(out, c.Citation())
	}
	return out
}

// paragraphs splits a long text at its line ends.
func paragraphs(s string) []string {
	var out []string
	for line := range strings.SplitSeq(s, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}
