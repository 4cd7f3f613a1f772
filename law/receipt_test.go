package law

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"zhunsheng/gov"
)

type receiptLine struct {
	q            ReceiptQuery
	day, article string
	why          string
}

func receiptTable(t testing.TB) (out []receiptLine) {
	for _, f := range tableLines(t, "testdata/receipts.txt", 7) {
		l := receiptLine{q: ReceiptQuery{Under: f[0], Paper: strings.Trim(f[1], "-"), Channel: f[2], Facts: map[string]gov.Day{}}, day: f[4], article: f[5], why: f[6]}
		for _, known := range strings.Fields(f[3]) {
			name, day, _ := strings.Cut(known, "=")
			l.q.Facts[name] = gov.MustDay(day)
		}
		out = append(out, l)
	}
	return out
}

// fault asks one line and says what is wrong with the answer, or "".
func (l receiptLine) fault(b *Book) string {
	got, err := b.ReceiptDay(l.q)
	switch {
	case err != nil && gov.KindOf(err) == gov.Fault:
		return err.Error()
	case (err != nil) != (l.day == "!"):
		return "refused or not: " + got.Day.String() + " " + errText(err)
	case err == nil && got.Day.String() != l.day:
		return "day " + got.Day.String()
	case err == nil && !slices.ContainsFunc(got.Steps, func(s Step) bool {
		return s.Kind == "receipt" && s.Cite != nil && s.Cite.Article == l.article
	}):
		return "the article is not " + l.article
	}
	return ""
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestReceiptDay_Table(t *testing.T) {
	for _, l := range receiptTable(t) {
		if fault := l.fault(Default()); fault != "" {
			t.Errorf("%+v: %s; want %s %s: %s", l.q, fault, l.day, l.article, l.why)
		}
	}
}

func TestReceiptDay_DerivationOfARequestOnTheWeb(t *testing.T) {
	got, err := Default().ReceiptDay(ReceiptQuery{Under: "政府信息公开条例", Channel: "互联网渠道",
		Facts: map[string]gov.Day{"提交": gov.MustDay("2026-07-05"), "双方确认之日": gov.MustDay("2026-07-10")}})
	if err != nil {
		t.Fatal(err)
	}
	var text []string
	for _, s := range got.Steps {
		text = append(text, s.Text)
	}
	want := []string{
		"适用政府信息公开条例2019年5月15日起施行的文本",
		"互联网渠道：“以双方确认之日为收到申请之日”",
		"双方确认之日为2026年7月10日",
		"提交之日（2026年7月5日）不作为收到申请之日",
		"收到申请之日为2026年7月10日；期间从该日起算的，该日不计入",
	}
	if !slices.Equal(text, want) {
		t.Errorf("%s", strings.Join(text, "\n"))
	}
	if len(got.Basis) != 1 || got.Basis[0] != (Citation{Statute: "政府信息公开条例", Article: "第三十一条", Mark: Text}) {
		t.Errorf("%+v", got.Basis)
	}
}

func TestReceiptDay_SaysWhatIsLateAndWhatItRestsOn(t *testing.T) {
	b, day := Default(), gov.MustDay
	ask := func(q ReceiptQuery) Receipt {
		t.Helper()
		got, err := b.ReceiptDay(q)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	kinds := func(r Receipt) (out string) {
		for _, s := range r.Steps {
			out += s.Kind + " "
		}
		return out
	}
	plain := func(confirmed string) Receipt {
		return ask(ReceiptQuery{Under: "公开条例", Channel: "平信", Facts: map[string]gov.Day{"arrived": day("2026-07-09"), "confirmed": day(confirmed)}})
	}
	if k := kinds(plain("2026-07-10")); !strings.Contains(k, "late") {
		t.Errorf("confirmed a day after arrival: %s", k)
	}
	if k := kinds(plain("2026-07-09")); strings.Contains(k, "late") {
		t.Errorf("confirmed on the day of arrival: %s", k)
	}
	served := ask(ReceiptQuery{Under: "处罚法", Channel: "公告", Facts: map[string]gov.Day{"announced": day("2026-09-01")}})
	if k := kinds(served); k != "version refer version receipt condition fact unit start count skip roll received " {
		t.Errorf("public notice: %s", k)
	}
	if served.Basis[0].Statute != "行政处罚法" || served.Basis[1].Article != "第九十五条" || served.Provisional {
		t.Errorf("%+v", served.Basis)
	}
	later := ask(ReceiptQuery{Under: "处罚法", Channel: "公告", Facts: map[string]gov.Day{"announced": day("2026-12-01")}})
	if !later.Provisional {
		t.Error("a notice that ends in the undecided days of December is final")
	}
	old := ask(ReceiptQuery{Under: "复议法", Paper: "review", Channel: "邮寄", Facts: map[string]gov.Day{"slip": day("2026-03-02")}})
	if !slices.ContainsFunc(old.Basis, Citation.Unverified) {
		t.Error("the text of 2007 is shown as read")
	}
}

func TestReceiptDay_Refusals(t *testing.T) {
	day := gov.MustDay("2026-07-06")
	for _, c := range []struct {
		q    ReceiptQuery
		want string
	}{
		{ReceiptQuery{Under: "许可法", Channel: "邮寄"}, "行政许可法没有条文规定收到之日如何确定"},
		{ReceiptQuery{Under: "公开条例", Channel: "飞鸽"}, "没有规定“飞鸽”的收到之日，规定了的有：申请当面提交、申请邮寄"},
		{ReceiptQuery{Under: "公开条例", Channel: "online", Facts: map[string]gov.Day{"submitted": day}}, "以双方确认之日为准，请写明该日，不能以提交之日代替"},
		{ReceiptQuery{Under: "公开条例", Channel: "online"}, "以双方确认之日为准，请写明该日"},
		{ReceiptQuery{Under: "公开条例", Channel: "online", Facts: map[string]gov.Day{"昨天": day}}, "没有“昨天”这种日期"},
		{ReceiptQuery{Under: "公开条例", Channel: "online", Facts: map[string]gov.Day{"confirmed": gov.MustDay("9999-01-01")}}, "超出可计算的范围"},
		{ReceiptQuery{Under: "复议法", Channel: "公告", Facts: map[string]gov.Day{"announced": day}}, "请写明是哪一种：行政复议申请期限的起算、法律文书"},
		{ReceiptQuery{Under: "没有的法", Channel: "公告"}, "登记中没有"},
	} {
		if _, err := Default().ReceiptDay(c.q); err == nil || !strings.Contains(err.Error(), c.want) || gov.KindOf(err) == gov.Fault {
			t.Errorf("%+v: %v, want %q", c.q, err, c.want)
		}
	}
}

// TestReceiptDay_Properties: the day is the deciding fact, or lies after it by as long as
// the article says; what is not asked for never changes the day.
func TestReceiptDay_Properties(t *testing.T) {
	b := Default()
	var all []struct {
		under string
		w     ReceiptWay
	}
	for _, s := range b.Statutes() {
		ways, err := b.ReceiptWays(s.Name, gov.Day{})
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range ways {
			all = append(all, struct {
				under string
				w     ReceiptWay
			}{s.Name, w})
		}
	}
	if len(all) < 50 {
		t.Fatalf("%d ways", len(all))
	}
	rapid.Check(t, func(t *rapid.T) {
		c := all[rapid.IntRange(0, len(all)-1).Draw(t, "way")]
		on := gov.MustDay("2026-07-01").AddDays(rapid.IntRange(0, 3000).Draw(t, "day"))
		q := ReceiptQuery{Under: c.under, Paper: c.w.Paper.ID, Channel: c.w.Channel.ID, Facts: map[string]gov.Day{c.w.Days[0].ID: on}}
		got, err := b.ReceiptDay(q)
		if err != nil {
			t.Fatal(err)
		}
		switch after := c.w.Rule.After; {
		case after.IsZero() && got.Day != on:
			t.Fatalf("%s, fact %s", got.Day, on)
		case !after.IsZero():
			due, err := b.Due(Query{Under: c.w.Source.Name, Limit: after, From: on})
			if err != nil || got.Day != due.Due || !got.Day.After(on) || got.Provisional != due.Provisional {
				t.Fatalf("%s, the period ends %s, %v", got.Day, due.Due, err)
			}
		}
		if last := got.Steps[len(got.Steps)-1]; last.Kind != "received" || last.Day != got.Day || got.Called != c.w.Paper.Day {
			t.Fatalf("%+v", last)
		}
		other := b.words.Facts[rapid.IntRange(0, len(b.words.Facts)-1).Draw(t, "other")].ID
		if slices.Contains(c.w.Rule.Day, other) {
			return
		}
		q.Facts[other] = on.AddDays(-rapid.IntRange(0, 30).Draw(t, "earlier"))
		if more, err := b.ReceiptDay(q); err != nil || more.Day != got.Day {
			t.Fatalf("with %s: %s, %v", other, more.Day, err)
		}
	})
}

// TestReceiptDay_AnyChangeOfARuleFailsTheTable mutates every rule of receipt: another day
// decides, the time after it is longer, it is not there; and every reference to another statute.
func TestReceiptDay_AnyChangeOfARuleFailsTheTable(t *testing.T) {
	lines, changes := receiptTable(t), 0
	change := func(s *Statute, i int, what string, f func(*Version)) {
		changes++
		b := Default().with(s, i, func(v *Version) {
			v.Receipt, v.ReceiptUse = slices.Clone(v.Receipt), slices.Clone(v.ReceiptUse)
			for k := range v.Receipt {
				v.Receipt[k].Day = slices.Clone(v.Receipt[k].Day)
			}
			f(v)
		})
		if !slices.ContainsFunc(lines, func(l receiptLine) bool { return l.fault(b) != "" }) {
			t.Errorf("%s, version %s: %s, and no row fails", s.Name, s.Versions[i].InForce, what)
		}
	}
	for _, s := range Default().Statutes() {
		for i, v := range s.Versions {
			for j, r := range v.Receipt {
				name := r.Paper + " " + r.Channel
				change(s, i, name+" dropped", func(v *Version) { v.Receipt = slices.Delete(v.Receipt, j, j+1) })
				change(s, i, name+" cites another article", func(v *Version) { v.Receipt[j].Article = "第一条" })
				for k, f := range r.Day {
					other := map[bool]string{true: "asked", false: "told"}[f != "asked"]
					change(s, i, name+": "+f+" does not decide", func(v *Version) { v.Receipt[j].Day[k] = other })
				}
				if !r.After.IsZero() {
					change(s, i, name+": a day longer", func(v *Version) { v.Receipt[j].After.N++ })
				}
			}
			for j, u := range v.ReceiptUse {
				change(s, i, "no reference to "+u.Statute, func(v *Version) { v.ReceiptUse = slices.Delete(v.ReceiptUse, j, j+1) })
			}
		}
	}
	t.Logf("%d changes", changes)
}
