package public

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"zhunsheng/gov"
	"zhunsheng/law"
	"zhunsheng/web"
)

// fields makes the controls: the question itself, what is special about its start, and what
// has happened since.
func (v *calculatorView) fields(book *law.Book) {
	options := []web.Option{}
	for _, s := range book.Statutes() {
		options = append(options, web.Option{Value: s.Name, Label: s.Name})
	}
	if v.Under != "" && !slices.ContainsFunc(options, func(o web.Option) bool { return o.Value == v.Under }) {
		options = append(options, web.Option{Value: v.Under, Label: v.Under})
	}
	v.Fields = []web.Field{
		{Kind: web.SelectKind, Name: "under", Label: "依据", Value: v.Under, Options: options, Placeholder: "请选择", Required: true, Error: v.Errors["under"],
			Help: "同样是“十日”，各法计算方法不同，所以先选依据"},
		{Kind: web.TextKind, Name: "limit", Label: "期限", Value: v.Limit, Required: true, MaxLen: 20, Error: v.Errors["limit"],
			Placeholder: "7日", Help: "如 7日、十五日、20个工作日、3个月、1年、24小时"},
		{Kind: web.DayKind, Name: "from", Label: "起算日期", Value: v.From, Required: true, Error: v.Errors["from"],
			Help: "收到、作出或者发生的那一天，当日不计入"},
		{Kind: web.SelectKind, Name: "count", Label: "怎么算", Value: v.Count, Required: true, Error: v.Errors["count"], Options: []web.Option{
			{Value: countForward, Label: "期限在几日内届满"}, {Value: countBefore, Label: "最迟在几日前"}, {Value: countAtLeast, Label: "不少于几日，何时期满"}}},
	}
	v.Special = []web.Field{
		{Kind: web.SelectKind, Name: "way", Label: "怎么收到的", Value: v.Way, Options: v.ways(book), Placeholder: "已知起算日期，不用选",
			Error: first(v.Errors, "way", "channel", "paper", "fact"), Help: "选了方式，“起算日期”就填括号里的那一天，收到之日由本页依条文确定"},
		{Kind: web.TextKind, Name: "time", Label: "起算时刻", Value: v.Time, MaxLen: 5, Placeholder: "14:20", Error: first(v.Errors, "time", "at"),
			Help: "只有以小时计的期间才填"},
		{Kind: web.TextKind, Name: "article", Label: "哪一条", Value: v.Article, MaxLen: 20, Placeholder: "第四十七条", Error: v.Errors["article"],
			Help: "规定这个期限的条文；同一部法律里按条文算法不同，或者只想看这一条的特别规定时填"},
	}
	rows := len(v.Turns)
	if v.More || rows == 0 {
		rows++
	}
	for i := range min(rows, maxTurns) {
		var t turnRow
		if i < len(v.Turns) {
			t = v.Turns[i]
		}
		n := "t" + strconv.Itoa(i+1)
		kind := web.Field{Kind: web.SelectKind, Name: n, Label: "第" + strconv.Itoa(i+1) + "件事", Value: t.Kind, Placeholder: "没有", Error: v.Errors[n],
			Options: []web.Option{{Value: string(law.Suspend), Label: "中止，或者不计入的时间开始"}, {Value: string(law.Resume), Label: "恢复，或者不计入的时间结束"},
				{Value: string(law.Extend), Label: "延长"}, {Value: string(law.Restart), Label: "重新计算（如收到补正）"}}}
		if i == 0 && kind.Error == "" {
			kind.Error = v.Errors["turns"]
		}
		v.Rows = append(v.Rows, []web.Field{kind,
			{Kind: web.DayKind, Name: n + "on", Label: "哪一天", Value: t.On, Error: v.Errors[n+"on"]},
			{Kind: web.TextKind, Name: n + "by", Label: "延长多久", Value: t.By, MaxLen: 20, Placeholder: "30日", Error: v.Errors[n+"by"], Help: "只有延长才填"},
		})
	}
}

// ways lists how something may be received: under the chosen statute, or under all.
func (v *calculatorView) ways(book *law.Book) (out []web.Option) {
	for _, s := range book.Statutes() {
		if chosen, err := book.Statute(v.Under); err == nil && chosen.Name != s.Name {
			continue
		}
		ways, err := book.ReceiptWays(s.Name, gov.Day{})
		if err != nil {
			continue
		}
		for _, w := range ways {
			o := web.Option{Value: w.Paper.ID + "/" + w.Channel.ID, Label: w.Paper.Name + "：" + w.Channel.Name + "（" + dayNames(w) + "）"}
			if v.Under == "" {
				o.Label = s.Name + "　" + o.Label
			}
			out = append(out, o)
		}
	}
	return out
}

func dayNames(w law.ReceiptWay) string {
	var names []string
	for _, d := range w.Days {
		names = append(names, d.Name)
	}
	return strings.Join(names, "或者")
}

func first(errors map[string]string, names ...string) string {
	for _, n := range names {
		if errors[n] != "" {
			return errors[n]
		}
	}
	return ""
}

// open reports that a fold holds something to be seen.
func open(fields ...web.Field) bool {
	return slices.ContainsFunc(fields, func(f web.Field) bool { return f.Value != "" || f.Error != "" })
}

// again is the address that gives the same answer, for sharing and for the second count.
func (v calculatorView) again() string {
	q := url.Values{"under": {v.Under}, "limit": {v.Limit}, "from": {v.From}}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	if v.Count != countForward {
		q.Set("count", v.Count)
	}
	set("article", v.Article)
	set("way", v.Way)
	set("time", v.Time)
	for i, t := range v.Turns {
		n := "t" + strconv.Itoa(i+1)
		set(n, t.Kind)
		set(n+"on", t.On)
		set(n+"by", t.By)
	}
	return "/calculator?" + q.Encode()
}
