package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"zhunsheng/gov"
	"zhunsheng/law"
)

// LawCmd is `zhunsheng law`: questions to the register of statutes, without a database.
type LawCmd struct {
	Due LawDueCmd `cmd:"" help:"计算法定期间的届满日，并列出推算过程和依据"`
}

// LawDueCmd is `zhunsheng law due`. Flags are checked here and not by the flag parser, so
// that every fault of input is one Chinese sentence.
type LawDueCmd struct {
	Under   string   `placeholder:"行政处罚法" help:"依据的法律法规（名称或简称）"`
	Limit   string   `placeholder:"7日" help:"期限：7日、十五日、20个工作日、3个月、1年、24小时"`
	From    string   `placeholder:"2026-09-30" help:"起算日（不计入）；以小时计的期间写明时刻，如 2026-09-30T14:20"`
	Article string   `placeholder:"第四十七条" help:"规定该期限的条文；同一法律内按条文区分算法时需要"`
	Before  bool     `help:"向前计算：某日若干日前（--from 为该日）"`
	AtLeast bool     `help:"最短期间：不少于若干日，给出期满的一日"`
	Channel string   `placeholder:"公告送达" help:"怎么收到的：先依该法确定收到之日，再由该日起算（此时 --from 为决定收到之日的那一天，--limit 可以不写）"`
	Paper   string   `placeholder:"法律文书" help:"收到的是什么；同一种方式按收到的东西分别规定时需要"`
	Fact    []string `sep:"none" placeholder:"双方确认之日=2026-07-10" help:"已知的日期，可以写多次；与 --channel 同用"`
	Turn    []string `sep:"none" placeholder:"中止@2026-07-16" help:"期间开始后发生的事，按先后写多次：中止@、恢复@、延长30日@、重新计算@"`
	JSON    bool     `name:"json" help:"以 JSON 输出"`
}

// lawAnswer is what --json prints: the day of receipt where it was asked for, and the period.
type lawAnswer struct {
	Receipt *law.Receipt `json:"receipt,omitempty"`
	*law.Due
	Consequences []law.BookClause `json:"consequences,omitempty"` // what the statute says of this period
}

// Run computes and writes the answer; an error carries one sentence for the user.
func (c *LawDueCmd) Run(out io.Writer) error {
	answer, err := c.answer(law.Default())
	if err != nil {
		return err
	}
	if c.JSON {
		enc := json.NewEncoder(out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(answer)
	}
	text := ""
	if r := answer.Receipt; r != nil {
		text += receiptText(*r)
	}
	if d := answer.Due; d != nil {
		text += dueText(*d)
	}
	if len(answer.Consequences) > 0 {
		text += "该期间的特别规定：\n"
		for _, k := range answer.Consequences {
			text += fmt.Sprintf("  - %s：%s（%s%s）\n", k.Event, k.Says, k.Statute, k.Article)
		}
	}
	_, err = io.WriteString(out, text)
	return err
}

func (c *LawDueCmd) answer(book *law.Book) (lawAnswer, error) {
	if err := c.check(); err != nil {
		return lawAnswer{}, err
	}
	turns, err := c.turns()
	if err != nil {
		return lawAnswer{}, err
	}
	var a lawAnswer
	from := c.From
	if c.Channel != "" {
		r, err := c.receipt(book)
		if err != nil {
			return a, err
		}
		a.Receipt, from = &r, r.Day.String()
		if c.Limit == "" {
			return a, nil
		}
	}
	q, err := c.query(from)
	if err != nil {
		return a, err
	}
	var due law.Due
	switch {
	case c.Before:
		due, err = book.Before(q)
	case c.AtLeast:
		due, err = book.AtLeast(q)
	default:
		due, err = book.Course(q, turns)
	}
	if err != nil {
		return a, err
	}
	a.Due = &due
	a.Consequences, err = book.Clauses(law.Query{Under: q.Under, Article: q.Article, Limit: q.Limit, From: q.From})
	return a, err
}

func (c *LawDueCmd) check() error {
	switch {
	case strings.TrimSpace(c.Under) == "":
		return gov.FieldError("under", "请用 --under 指明依据的法律法规，如 --under 行政处罚法")
	case strings.TrimSpace(c.Limit) == "" && c.Channel == "":
		return gov.FieldError("limit", "请用 --limit 写明期限，如 --limit 7日")
	case strings.TrimSpace(c.From) == "" && len(c.Fact) == 0:
		return gov.FieldError("from", "请用 --from 写明起算日，如 --from 2026-09-30")
	case c.Before && c.AtLeast:
		return gov.FieldError("before", "向前计算与最短期间不能同时要求")
	case (c.Before || c.AtLeast) && len(c.Turn) > 0:
		return gov.FieldError("turns", "向前计算和最短期间不适用中止、延长")
	case c.Channel == "" && (len(c.Fact) > 0 || c.Paper != ""):
		return gov.FieldError("channel", "写明 --fact、--paper 时要用 --channel 写明怎么收到的")
	}
	return nil
}

func (c *LawDueCmd) turns() (out []law.Turn, err error) {
	for _, s := range c.Turn {
		t, err := law.ParseTurn(s)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

func (c *LawDueCmd) receipt(book *law.Book) (law.Receipt, error) {
	q := law.ReceiptQuery{Under: c.Under, Paper: c.Paper, Channel: c.Channel, Facts: map[string]gov.Day{}}
	var err error
	if c.From != "" {
		if q.On, err = gov.ParseDay(c.From); err != nil {
			return law.Receipt{}, err
		}
	}
	for _, f := range c.Fact {
		name, day, ok := strings.Cut(f, "=")
		if !ok {
			return law.Receipt{}, gov.FieldError("fact", "“%s”无法识别，应写作 双方确认之日=2026-07-10", f)
		}
		if q.Facts[name], err = gov.ParseDay(day); err != nil {
			return law.Receipt{}, err
		}
	}
	return book.ReceiptDay(q)
}

func (c *LawDueCmd) query(from string) (law.Query, error) {
	q := law.Query{Under: c.Under, Article: c.Article}
	var err error
	if q.Limit, err = law.ParseLimit(c.Limit); err != nil {
		return q, err
	}
	if at, terr := time.ParseInLocation("2006-01-02T15:04", from, gov.China); terr == nil {
		q.At = gov.InstantOf(at)
		q.From = q.At.Day()
		return q, nil
	}
	q.From, err = gov.ParseDay(from)
	return q, err
}

func receiptText(r law.Receipt) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s　%s　%s\n%s：%s\n", r.Under, r.Paper, r.Channel, r.Called, r.Day.Chinese())
	if r.Provisional {
		b.WriteString("【暂定】尚无放假安排通知，结果可能改变\n")
	}
	writeDerivation(&b, r.Steps, r.Basis)
	return b.String()
}

func writeDerivation(b *strings.Builder, steps []law.Step, basis []law.Citation) {
	b.WriteString("推算：\n")
	for i, s := range steps {
		fmt.Fprintf(b, "%3d. %s\n", i+1, s.Text)
	}
	b.WriteString("依据：\n")
	for _, c := range basis {
		fmt.Fprintf(b, "  - %s%s%s%s\n", c.Statute, c.Article, wrap(c.Note), wrap(map[bool]string{true: "未核实"}[c.Unverified()]))
	}
}

func dueText(d law.Due) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s　%s　起算日%s\n", d.Under, d.Limit, d.From.Chinese())
	switch {
	case d.Kind == law.Ahead:
		fmt.Fprintf(&b, "最迟：%s\n", d.Due.Chinese())
	case d.Kind == law.AtLeast:
		fmt.Fprintf(&b, "期满：%s终了\n", d.Due.Chinese())
	case !d.DueAt.IsZero():
		fmt.Fprintf(&b, "届满：%s\n", d.DueAt.Time().Format("2006年1月2日15时04分"))
	case d.Suspended:
		fmt.Fprintf(&b, "期间中止，尚余%s\n", d.Remaining)
	default:
		fmt.Fprintf(&b, "届满日：%s\n", d.Due.Chinese())
	}
	if d.Rolled {
		fmt.Fprintf(&b, "（调整前为%s）\n", d.Nominal.Chinese())
	}
	if d.Provisional {
		b.WriteString("【暂定】尚无放假安排通知，结果可能改变\n")
	}
	writeDerivation(&b, d.Steps, d.Basis)
	return b.String()
}

func wrap(s string) string {
	if s == "" {
		return ""
	}
	return "（" + s + "）"
}
