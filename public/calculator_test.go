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

// TestCalculator_F135 asks the page without script, as a phone does: every way to ask.
func TestCalculator_F135(t *testing.T) {
	p := small(t)
	p.see("/calculator", "问一个期限", "从收到之日起算，以小时计，或者要指明条文", "开始以后中止、恢复、延长、重新计算过", "政府信息公开条例　申请：互联网渠道（双方确认之日）")
	for _, c := range []struct {
		name   string
		values []string
		want   []string
	}{
		{"working days", []string{"under", "行政处罚法", "limit", "7日", "from", "2026-09-30"},
			[]string{"最后一日2026年10月15日，星期四", "7日，按工作日计算", "2026年9月30日，当日不计入", "依国务院办公厅2026年放假安排通知放假", "第八十五条",
				"截止时间为二十四时；有业务时间的，停止业务活动的时间为截止时间"}},
		{"calendar days that roll by analogy", []string{"under", "行政处罚法", "limit", "十五日", "from", "2026-09-16"},
			[]string{"2026年10月8日，星期四", "按自然日计算", "推算到2026年10月1日，逢休息日，参照一般规定顺延；机关自己的义务，宜在顺延前的这一日以前履行"}},
		{"calendar days that roll expressly", []string{"under", "行政诉讼法", "limit", "15日", "from", "2026-09-16"},
			[]string{"2026年10月8日，星期四", "推算到2026年10月1日，逢休息日，依法顺延", "诉讼文书在期满前交邮的，视为在期限内发送"}},
		{"months", []string{"under", "行政诉讼法", "limit", "六个月", "from", "2025-08-31"},
			[]string{"2026年2月28日，星期六", "按月推算到对应日", "以月末日2026年2月28日为期间的最后一日", "第二百零二条"}},
		{"years", []string{"under", "行政处罚法", "limit", "2年", "from", "2024-02-29"},
			[]string{"2026年2月28日，星期六", "按年推算到对应日", "2024年2月29日，当日不计入"}},
		{"backward", []string{"under", "决策条例", "limit", "7日", "from", "2026-10-12", "count", "before"},
			[]string{"最迟应在这一日2026年9月30日，星期三", "当日不计入，向前计算", "推算到2026年10月5日，逢休息日，提前（推断）"}},
		{"minimum", []string{"under", "决策条例", "limit", "30日", "from", "2026-09-01", "count", "at-least"},
			[]string{"期满之日2026年10月1日，星期四", "最早从2026年10月2日起可以进行；最短期间不因休息日顺延", "因情况紧急等原因需要缩短期限的"}},
		{"minimum in working days", []string{"under", "决策条例", "limit", "7个工作日", "from", "2026-09-30", "count", "at-least"},
			[]string{"期满之日2026年10月15日，星期四", "最早从2026年10月16日起"}},
		{"hours, the first left out", []string{"under", "民事诉讼法", "limit", "24小时", "from", "2026-07-06", "time", "14:20"},
			[]string{"届满时刻2026年7月7日15时00分", "开始的时不计入", "按小时连续计算"}},
		{"hours from the act", []string{"under", "行政强制法", "limit", "24小时", "from", "2026-10-03", "time", "14:20"},
			[]string{"届满时刻2026年10月4日14时20分"}},
		{"suspended, resumed, extended", []string{"under", "行政复议法", "limit", "60日", "from", "2026-07-06",
			"t1", "suspend", "t1on", "2026-07-16", "t2", "resume", "t2on", "2026-08-06", "t3", "extend", "t3on", "2026-09-01", "t3by", "30日"},
			[]string{"2026年10月26日，星期一", "60日，延长30日，按自然日计算", "2026年7月16日中止，至当日已经过的时间计入，尚余50日", "2026年9月1日决定延长30日", "第六十二条",
				"关于这个期间，条文还规定", "没有指明条文", "第六十二条的60日，鉴定", "鉴定所用时间不计入行政复议审理期限"}},
		{"standing still", []string{"under", "行政复议法", "limit", "60日", "from", "2026-07-06", "t1", "suspend", "t1on", "2026-07-16"},
			[]string{"现在的状态中止，尚余50日", "恢复后才有最后一日"}},
		{"extended too long", []string{"under", "行政复议法", "limit", "60日", "from", "2026-07-06", "t1", "extend", "t1on", "2026-09-01", "t1by", "31日"},
			[]string{"延长不得超过30日；这里共延长31日，已经超过"}},
		{"begun anew", []string{"under", "政府信息公开条例", "limit", "20个工作日", "from", "2026-06-01", "t1", "restart", "t1on", "2026-07-06"},
			[]string{"2026年8月3日，星期一", "后来重新计算，见下", "2026年7月6日起重新计算", "答复期限自行政机关收到补正的申请之日起计算"}},
		{"from the day of receipt", []string{"under", "政府信息公开条例", "limit", "20个工作日", "from", "2026-07-06", "way", "application/online"},
			[]string{"收到申请之日：2026年7月6日", "以双方确认之日为收到申请之日", "2026年8月3日", "延长的期限最长不得超过20个工作日"}},
		{"from service by announcement", []string{"under", "行政处罚法", "limit", "15日", "from", "2026-09-01", "way", "document/announcement"},
			[]string{"送达之日：2026年10月8日", "自发出公告之日起，经过三十日，即视为送达", "2026年10月23日"}},
		{"a deemed consequence", []string{"under", "行政复议法", "limit", "5日", "from", "2026-07-06"}, []string{"审查期限届满之日起视为受理", "届满的后果"}},
		{"by article", []string{"under", "行政许可法", "article", "第四十七条", "limit", "5日", "from", "2026-09-30"}, []string{"按自然日计算"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := p.see(calculator(c.values...), "怎么算的", "计算日期：", "改一改，再算一次")
			for _, want := range c.want {
				if !strings.Contains(oneLine(a.text()), want) {
					t.Errorf("no %q", want)
				}
			}
			if strings.Contains(a.text(), "暂定的") {
				t.Error("the answer is final")
			}
			a.check(t, c.name)
		})
	}
	if a := p.see(calculator("under", "行政复议法", "article", "第二十条", "limit", "60日", "from", "2026-07-06")); strings.Contains(a.text(), "鉴定所用时间") || strings.Contains(a.text(), "没有指明条文") {
		t.Error("a clause of another period is shown")
	}
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// TestCalculator_F135_EveryWayOfReceiptCanBeChosen: each way that the page offers gives an
// answer that names the article, and the page offers those of the chosen statute only.
func TestCalculator_F135_EveryWayOfReceiptCanBeChosen(t *testing.T) {
	p := small(t)
	ways := regexp.MustCompile(`<option value="([a-z]+/[a-z_]+)"`)
	n := 0
	for _, under := range []string{"政府信息公开条例", "行政处罚法", "行政复议法", "行政诉讼法", "民事诉讼法", "国家赔偿法", "治安管理处罚法", "行政强制法"} {
		found := ways.FindAllStringSubmatch(p.see(calculator("under", under, "more", "1")).body, -1)
		if len(found) == 0 {
			t.Errorf("%s: no way of receipt", under)
		}
		for _, w := range found {
			n++
			a := p.see(calculator("under", under, "limit", "15日", "from", "2026-07-06", "way", w[1]), "之日：2026年", "怎么算的")
			if !strings.Contains(a.body, `<option value="`+w[1]+`" selected`) || asked.FindString(a.body) == "" {
				t.Errorf("%s %s: the choice is lost", under, w[1])
			}
		}
	}
	if a := p.see(calculator("under", "国家赔偿法", "more", "1")); len(ways.FindAllString(a.body, -1)) != 1 {
		t.Error("ways of other statutes are offered")
	}
	t.Logf("%d ways", n)
}

// TestCalculator_F135_ProvisionalYearsAreSaid: by name, first thing after the day.
func TestCalculator_F135_ProvisionalYearsAreSaid(t *testing.T) {
	p := small(t)
	for _, c := range []struct {
		limit, from string
		want        []string
	}{
		{"20日", "2026-12-21", []string{"最后一日（暂定）", "结果是暂定的", "没有2027年的放假安排通知", "它可能移动2026年12月28日至年末的休假日"}},
		{"5日", "2026-12-22", []string{"最后一日（暂定）", "2027年的放假安排通知尚未登记"}},
		{"20日", "2028-03-01", []string{"没有2028年的放假安排通知"}},
	} {
		a := p.see(calculator("under", "行政许可法", "limit", c.limit, "from", c.from), c.want...)
		if strings.Index(a.text(), "结果是暂定的") > strings.Index(a.text(), "怎么算的") {
			t.Error("the doubt comes after the derivation")
		}
	}
}

// TestCalculator_F135_PrintedPage: the answer and its derivation, not the form.
func TestCalculator_F135_PrintedPage(t *testing.T) {
	p := small(t)
	a := p.see(calculator("under", "行政处罚法", "limit", "7日", "from", "2026-09-30"), "放假安排通知收录至2026年，此后另有通知的，须重新计算")
	form := strings.Index(a.body, "data-calculator-form")
	hidden := strings.LastIndex(a.body[:form], `<div class="d-print-none">`)
	if hidden < strings.Index(a.body, "</section>") || !strings.Contains(a.body, "data-print") {
		t.Error("the form would be printed with the answer, or nothing prints")
	}
	if a := p.see("/calculator"); strings.Contains(a.body, "data-print") {
		t.Error("there is nothing to print yet")
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
		{"time", "直接从该时刻起算", []string{"under", "民事诉讼法", "limit", "24小时", "from", "2026-09-30", "time", "14:20", "way", "document/left"}},
		{"under", "请选择依据", []string{"limit", "7日", "from", "2026-09-30"}},
		{"under", "相近的有：行政处罚法", []string{"under", "行政处罚罚", "limit", "7日", "from", "2026-09-30"}},
		{"limit", "最长", []string{"under", "行政处罚法", "limit", "9999年", "from", "2026-09-30"}},
		{"limit", "不适用中止、延长", []string{"under", "民事诉讼法", "limit", "24小时", "from", "2026-09-30", "time", "14:20", "t1", "suspend", "t1on", "2026-10-09"}},
		{"limit", "不能向前计算", []string{"under", "民事诉讼法", "limit", "24小时", "from", "2026-09-30", "time", "14:20", "count", "before"}},
		{"from", "应写明时刻", []string{"under", "民事诉讼法", "limit", "24小时", "from", "2026-09-30"}},
		{"from", "超出", []string{"under", "行政处罚法", "limit", "7日", "from", "1900-01-01"}},
		{"t1", "已于2026年10月15日届满", []string{"under", "行政处罚法", "limit", "7日", "from", "2026-09-30", "t1", "suspend", "t1on", "2026-10-16"}},
		{"t1", "次序有误", []string{"under", "行政处罚法", "limit", "7日", "from", "2026-09-30", "t1", "suspend", "t1on", "2026-09-29"}},
		{"count", "只有向后、向前和最短期间三种", []string{"under", "行政处罚法", "limit", "7日", "from", "2026-09-30", "count", "sideways"}},
	} {
		a := p.send(http.MethodGet, calculator(c.values...), nil)
		a.check(t, c.field)
		at := strings.Index(a.body, `id="f-`+c.field+`"`)
		if a.status != http.StatusUnprocessableEntity || at < 0 || !strings.Contains(a.text(), c.text) || strings.Contains(a.text(), "怎么算的") {
			t.Errorf("%v: %d, field %s, want %q", c.values, a.status, c.field, c.text)
			continue
		}
		rest := a.body[at:]
		if next := control.FindStringIndex(rest[1:]); next != nil {
			rest = rest[:next[0]+1]
		}
		if !strings.Contains(html.UnescapeString(rest), c.text) && !strings.Contains(oneLine(html.UnescapeString(tags.ReplaceAllString(rest, ""))), c.text) {
			t.Errorf("%v: %q does not stand at %s", c.values, c.text, c.field)
		}
		if !strings.Contains(a.body, `<a href="#f-`+c.field+`">`) {
			t.Errorf("%v: the summary does not lead to %s", c.values, c.field)
		}
	}
	a := p.send(http.MethodGet, calculator("limit", "7", "from", "昨天", "t1on", "明天", "t2", "extend", "t2on", "2026-07-06"), nil)
	if !strings.Contains(a.text(), "有 6 处需要改正") {
		t.Errorf("all faults are said at once:\n%s", a.text())
	}
}

var (
	tags    = regexp.MustCompile(`<[^>]*>`)
	control = regexp.MustCompile(`id="f-[a-z0-9]+"`)
)

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
	dataset  = regexp.MustCompile(`data-(question|due|nominal|remaining|at)="([^"]*)"`)
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
