package public_test

import (
	"html"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func calculator(values ...string) string {
	q := url.Values{}
	for i := 0; i < len(values); i += 2 {
		q.Set(values[i], values[i+1])
	}
	return "/calculator?" + q.Encode()
}

// TestCalculator_F135 asks the page without script, as a phone does.
func TestCalculator_F135(t *testing.T) {
	p := small(t)
	p.see("/calculator", "问一个期限", "从收到之日起算，以小时计，或者要指明条文", "开始以后中止、恢复、延长、重新计算过", "政府信息公开条例　申请：互联网渠道（双方确认之日）")
	p.see(calculator("under", "行政处罚法", "limit", "7日", "from", "2026-09-30"),
		"2026年10月15日", "依国务院办公厅2026年放假安排通知放假", "第八十五条")
	p.see(calculator("under", "行政复议法", "limit", "60日", "from", "2026-07-06",
		"t1", "suspend", "t1on", "2026-07-16", "t2", "resume", "t2on", "2026-08-06", "t3", "extend", "t3on", "2026-09-01", "t3by", "30日"),
		"2026年10月26日", "2026年7月16日中止，至当日已经过的时间计入，尚余50日", "2026年9月1日决定延长30日", "第六十二条",
		"关于这个期间，条文还规定", "鉴定所用时间不计入行政复议审理期限")
	p.see(calculator("under", "行政复议法", "limit", "60日", "from", "2026-07-06", "t1", "suspend", "t1on", "2026-07-16"),
		"中止，尚余50日", "恢复后才有最后一日")
	p.see(calculator("under", "政府信息公开条例", "limit", "20个工作日", "from", "2026-07-06", "way", "application/online"),
		"收到申请之日：2026年7月6日", "以双方确认之日为收到申请之日", "2026年8月3日", "延长的期限最长不得超过20个工作日")
	p.see(calculator("under", "行政处罚法", "limit", "15日", "from", "2026-09-01", "way", "document/announcement"),
		"送达之日：2026年10月8日", "自发出公告之日起，经过三十日，即视为送达", "2026年10月23日")
	p.see(calculator("under", "民事诉讼法", "limit", "24小时", "from", "2026-07-06", "time", "14:20"),
		"2026年7月7日15时00分", "开始的时不计入")
	p.see(calculator("under", "行政复议法", "limit", "5日", "from", "2026-07-06"), "审查期限届满之日起视为受理", "届满的后果")
	p.see(calculator("under", "行政许可法", "limit", "20日", "from", "2026-12-21"), "暂定")
	p.see(calculator("under", "行政许可法", "article", "第四十七条", "limit", "5日", "from", "2026-09-30"), "按自然日计算")
	if a := p.see(calculator("under", "行政复议法", "article", "第二十条", "limit", "60日", "from", "2026-07-06")); strings.Contains(a.text(), "鉴定所用时间") {
		t.Error("a clause of another period is shown")
	}
}

func TestCalculator_F135_AnotherRowKeepsWhatWasFilledIn(t *testing.T) {
	p := small(t)
	a := p.see(calculator("under", "行政复议法", "limit", "60日", "from", "2026-07-06", "t1", "suspend", "t1on", "2026-07-16", "more", "1"), "第2件事")
	for _, want := range []string{`value="2026-07-16"`, `value="60日"`, `name="t2on"`, `<option value="suspend" selected`} {
		if !strings.Contains(a.body, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(a.body, `name="t3"`) || strings.Contains(a.text(), "怎么算的") {
		t.Error("one more row, and no answer yet")
	}
	full := []string{"under", "行政复议法", "limit", "60日", "more", "1"}
	for _, n := range []string{"1", "2", "3", "4", "5", "6", "7", "8"} {
		full = append(full, "t"+n, "restart", "t"+n+"on", "2026-07-0"+n)
	}
	if a := p.see(calculator(full...)); strings.Contains(a.body, `name="t9"`) || strings.Contains(a.text(), "再加一件") {
		t.Error("more than eight rows")
	}
}

func TestCalculator_F135_FaultsStandAtTheirField(t *testing.T) {
	p := small(t)
	for _, c := range []struct {
		field, text string
		values      []string
	}{
		{"limit", "单位", []string{"under", "行政处罚法", "limit", "7", "from", "2026-09-30"}},
		{"from", "2026-09-30 的形式", []string{"under", "行政处罚法", "limit", "7日", "from", "昨天"}},
		{"t1", "没有中止", []string{"under", "行政处罚法", "limit", "7日", "from", "2026-09-30", "t1", "resume", "t1on", "2026-10-09"}},
		{"t1on", "2026-09-30 的形式", []string{"under", "行政处罚法", "limit", "7日", "from", "2026-09-30", "t1", "suspend"}},
		{"t1by", "延长多久", []string{"under", "行政处罚法", "limit", "7日", "from", "2026-09-30", "t1", "extend", "t1on", "2026-10-09"}},
		{"t1", "请选择发生了什么", []string{"under", "行政处罚法", "limit", "7日", "from", "2026-09-30", "t1on", "2026-10-09"}},
		{"t1", "不能“pause”", []string{"under", "行政处罚法", "limit", "7日", "from", "2026-09-30", "t1", "pause", "t1on", "2026-10-09"}},
		{"count", "不适用中止", []string{"under", "行政处罚法", "limit", "7日", "from", "2026-09-30", "count", "before", "t1", "suspend", "t1on", "2026-10-09"}},
		{"way", "没有条文规定收到之日", []string{"under", "行政许可法", "limit", "5日", "from", "2026-09-30", "way", "application/post"}},
		{"article", "第四十七条", []string{"under", "行政处罚法", "article", "甲", "limit", "7日", "from", "2026-09-30"}},
		{"time", "14:20 的形式", []string{"under", "民事诉讼法", "limit", "24小时", "from", "2026-09-30", "time", "下午"}},
	} {
		a := p.send(http.MethodGet, calculator(c.values...), nil)
		a.check(t, c.field)
		at := strings.Index(a.body, `id="f-`+c.field+`"`)
		next := strings.Index(a.body[max(at, 0):], `field-error`)
		if a.status != http.StatusUnprocessableEntity || at < 0 || next < 0 || !strings.Contains(a.text(), c.text) {
			t.Errorf("%v: %d, field %s, want %q", c.values, a.status, c.field, c.text)
		}
	}
}

func TestCalculator_F135_TheSecondImplementationIsServed(t *testing.T) {
	p := small(t)
	for _, name := range []string{"calculator.js", "calc.js", "course.js", "receipt.js", "words.js"} {
		a := p.send(http.MethodGet, "/calculator/js/"+name, nil)
		if a.status != http.StatusOK || !strings.HasPrefix(a.header.Get("Content-Type"), "text/javascript") {
			t.Errorf("%s: %d", name, a.status)
		}
	}
	if a := p.send(http.MethodGet, "/calculator/register.json", nil); !strings.Contains(a.body, `"receipt":{"papers"`) || !strings.Contains(a.body, `"clauses"`) {
		t.Error("the register lacks the words of receipt or the clauses")
	}
}

// second counts a page's question again, as calculator.js does in the browser.
const second = `
const { Calculator } = await import(process.argv[1]);
const [register, question] = JSON.parse(require("fs").readFileSync(0, "utf8"));
const calc = new Calculator(register);
const day = question.receipt ? calc.receipt(question.receipt).day : question.from;
const due = calc[question.op](question);
console.log([day === question.from, due.due, due.nominal, due.remaining || ""].join("|"));`

var (
	asked    = regexp.MustCompile(`data-question="([^"]*)"`)
	answered = regexp.MustCompile(`data-due="([^"]*)" data-nominal="([^"]*)" data-remaining="([^"]*)"`)
)

// TestCalculator_F135_TheSecondCountUnderstandsThePage: the question that the page carries
// is one that the other implementation takes, and both agree.
func TestCalculator_F135_TheSecondCountUnderstandsThePage(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed")
	}
	calc, err := filepath.Abs("../law/calc/calc.js")
	if err != nil {
		t.Fatal(err)
	}
	p := small(t)
	register := p.send(http.MethodGet, "/calculator/register.json", nil).body
	for _, path := range []string{
		calculator("under", "行政处罚法", "limit", "7日", "from", "2026-09-30"),
		calculator("under", "行政许可法", "article", "第四十七条", "limit", "5日", "from", "2026-09-30"),
		calculator("under", "决策条例", "limit", "30日", "from", "2026-09-30", "count", "at-least"),
		calculator("under", "行政许可法", "limit", "7日", "from", "2026-09-30", "count", "before"),
		calculator("under", "民事诉讼法", "limit", "24小时", "from", "2026-07-06", "time", "14:20"),
		calculator("under", "行政处罚法", "limit", "15日", "from", "2026-09-01", "way", "document/announcement"),
		calculator("under", "行政复议法", "limit", "60日", "from", "2026-07-06", "t1", "suspend", "t1on", "2026-07-16"),
		calculator("under", "行政复议法", "limit", "60日", "from", "2026-07-06", "t1", "suspend", "t1on", "2026-07-16",
			"t2", "resume", "t2on", "2026-08-06", "t3", "extend", "t3on", "2026-09-01", "t3by", "三十日"),
	} {
		a := p.see(path, "怎么算的")
		q, want := asked.FindStringSubmatch(a.body), answered.FindStringSubmatch(a.body)
		if q == nil || want == nil {
			t.Fatalf("%s carries no question", path)
		}
		cmd := exec.Command(node, "--input-type=module", "-e", `import { createRequire } from "module"; const require = createRequire("/");`+second, calc)
		cmd.Stdin = strings.NewReader("[" + register + "," + html.UnescapeString(q[1]) + "]")
		out, err := cmd.CombinedOutput()
		if got := strings.TrimSpace(string(out)); err != nil || got != "true|"+strings.Join(want[1:], "|") {
			t.Errorf("%s: %v, %s; the page says %v", path, err, got, want[1:])
		}
	}
}

// The Enter key presses the first submit button of a form.
func TestCalculator_F135_EnterCalculates(t *testing.T) {
	p := small(t)
	a := p.see("/calculator")
	form := a.body[strings.Index(a.body, "data-calculator-form"):]
	if i, j := strings.Index(form, `type="submit"`), strings.Index(form, `name="more"`); i < 0 || j < i || strings.Contains(form[:i+80], "more") {
		t.Error("the first button asks for another row")
	}
}
