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
	Under   string `placeholder:"行政处罚法" help:"依据的法律法规（名称或简称）"`
	Limit   string `placeholder:"7日" help:"期限：7日、十五日、20个工作日、3个月、1年、24小时"`
	From    string `placeholder:"2026-09-30" help:"起算日（不计入）；以小时计的期间写明时刻，如 2026-09-30T14:20"`
	Article string `placeholder:"第四十七条" help:"规定该期限的条文；同一法律内按条文区分算法时需要"`
	Before  bool   `help:"向前计算：某日若干日前（--from 为该日）"`
	AtLeast bool   `help:"最短期间：不少于若干日，给出期满的一日"`
	JSON    bool   `name:"json" help:"以 JSON 输出"`
}

// Run computes and writes the answer; an error carries one sentence for the user.
func (c *LawDueCmd) Run(out io.Writer) error {
	q, err := c.query()
	if err != nil {
		return err
	}
	book := law.Default()
	var due law.Due
	switch {
	case c.Before && c.AtLeast:
		return gov.FieldError("before", "向前计算与最短期间不能同时要求")
	case c.Before:
		due, err = book.Before(q)
	case c.AtLeast:
		due, err = book.AtLeast(q)
	default:
		due, err = book.Due(q)
	}
	if err != nil {
		return err
	}
	if c.JSON {
		enc := json.NewEncoder(out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(due)
	}
	_, err = io.WriteString(out, dueText(due))
	return err
}

func (c *LawDueCmd) query() (law.Query, error) {
	q := law.Query{Under: c.Under, Article: c.Article}
	switch {
	case strings.TrimSpace(c.Under) == "":
		return q, gov.FieldError("under", "请用 --under 指明依据的法律法规，如 --under 行政处罚法")
	case strings.TrimSpace(c.Limit) == "":
		return q, gov.FieldError("limit", "请用 --limit 写明期限，如 --limit 7日")
	case strings.TrimSpace(c.From) == "":
		return q, gov.FieldError("from", "请用 --from 写明起算日，如 --from 2026-09-30")
	}
	var err error
	if q.Limit, err = law.ParseLimit(c.Limit); err != nil {
		return q, err
	}
	if at, terr := time.ParseInLocation("2006-01-02T15:04", c.From, gov.China); terr == nil {
		q.At = gov.InstantOf(at)
		q.From = q.At.Day()
		return q, nil
	}
	q.From, err = gov.ParseDay(c.From)
	return q, err
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
	default:
		fmt.Fprintf(&b, "届满日：%s\n", d.Due.Chinese())
	}
	if d.Rolled {
		fmt.Fprintf(&b, "（调整前为%s）\n", d.Nominal.Chinese())
	}
	if d.Provisional {
		b.WriteString("【暂定】尚无放假安排通知，结果可能改变\n")
	}
	b.WriteString("推算：\n")
	for i, s := range d.Steps {
		fmt.Fprintf(&b, "%3d. %s\n", i+1, s.Text)
	}
	b.WriteString("依据：\n")
	for _, c := range d.Basis {
		fmt.Fprintf(&b, "  - %s%s%s%s\n", c.Statute, c.Article, wrap(c.Note), wrap(map[bool]string{true: "未核实"}[c.Unverified()]))
	}
	return b.String()
}

func wrap(s string) string {
	if s == "" {
		return ""
	}
	return "（" + s + "）"
}
