package law

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"zhunsheng/gov"
)

// question is one line for the second implementation.
type question struct {
	Op      string      `json:"op"`
	Under   string      `json:"under,omitempty"`
	Article string      `json:"article,omitempty"`
	Limit   string      `json:"limit"`
	From    gov.Day     `json:"from,omitzero"`
	At      gov.Instant `json:"at,omitzero"`
	AsOf    gov.Day     `json:"as_of,omitzero"`
	Count   Count       `json:"count,omitempty"`
	Turns   []Turn      `json:"turns,omitempty"`
	// Of papers that arrived, and of days of receipt. Of is how the period is counted.
	Of      string             `json:"of,omitempty"`
	Arrived gov.Day            `json:"arrived,omitzero"`
	Posted  gov.Day            `json:"posted,omitzero"`
	Paper   string             `json:"paper,omitempty"`
	Channel string             `json:"channel,omitempty"`
	Facts   map[string]gov.Day `json:"facts,omitempty"`
	On      gov.Day            `json:"on,omitzero"`
}

// answer is what Go says, in the form of a line of the other side.
func (q question) answer(b *Book) string {
	if q.Op == "receipt" {
		r, err := b.ReceiptDay(ReceiptQuery{Under: q.Under, Paper: q.Paper, Channel: q.Channel, Facts: q.Facts, On: q.On, AsOf: q.AsOf})
		if err != nil {
			return "!" + err.Error()
		}
		return line(r)
	}
	limit, err := ParseLimit(q.Limit)
	if err != nil {
		return "!" + err.Error()
	}
	if q.Op == "parse" {
		return line(limit.String())
	}
	course := func(k Query) (Due, error) { return b.Course(k, q.Turns) }
	f := map[string]func(Query) (Due, error){"due": b.Due, "before": b.Before, "atLeast": b.AtLeast, "course": course, "inTime": course}[q.Op]
	if q.Op == "inTime" && q.Of != "" {
		f = map[string]func(Query) (Due, error){"before": b.Before, "atLeast": b.AtLeast}[q.Of]
	}
	d, err := f(Query{Under: q.Under, Article: q.Article, Limit: limit, From: q.From, At: q.At, AsOf: q.AsOf, Count: q.Count})
	if err != nil {
		return "!" + err.Error()
	}
	if q.Op == "inTime" {
		var in struct {
			Met bool      `json:"met"`
			By  *Citation `json:"by,omitempty"`
		}
		if in.Met, in.By, err = b.InTime(d, q.Arrived, q.Posted); err != nil {
			return "!" + err.Error()
		}
		return line(in)
	}
	return line(d)
}

func line(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// TestCalc_AgreesWithGo asks both implementations the same random questions and compares
// whole answers, derivations included. ZHUNSHENG_AGREE sets how many (1000000 for a full run).
func TestCalc_AgreesWithGo(t *testing.T) {
	agree(t, (*asker).next)
}

// TestCalc_CoursesAgreeWithGo does the same for courses of periods and for what arrived in time.
func TestCalc_CoursesAgreeWithGo(t *testing.T) {
	agree(t, (*asker).nextCourse)
}

// TestCalc_ReceiptsAgreeWithGo does the same for days of receipt.
func TestCalc_ReceiptsAgreeWithGo(t *testing.T) {
	agree(t, (*asker).receipt)
}

func agree(t *testing.T, next func(*asker) question) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed: the two implementations are not compared")
	}
	total := 20000
	if !testing.Short() {
		total = 100000
	}
	if s := os.Getenv("ZHUNSHENG_AGREE"); s != "" {
		if total, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	folder, err := filepath.Abs("calc")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(node, "testdata/agree.mjs")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	const seed = 20261123
	go func() {
		defer in.Close()
		w := bufio.NewWriterSize(in, 1<<16)
		defer w.Flush()
		fmt.Fprintf(w, "%s\n%s\n", folder, line(Default().Export()))
		for g := newAsker(seed); total > g.asked; {
			if _, err := fmt.Fprintln(w, line(next(g))); err != nil {
				return
			}
		}
	}()
	refused, wrong := 0, 0
	kinds := map[string]int{}
	answers := bufio.NewReaderSize(out, 1<<20)
	for g := newAsker(seed); total > g.asked && wrong < 10; {
		q := next(g)
		got, err := answers.ReadString('\n')
		if err != nil {
			t.Fatalf("after %d answers: %v", g.asked, err)
		}
		want := q.answer(Default())
		kinds[q.Op]++
		if strings.HasPrefix(want, "!") {
			refused++
			kinds[q.Op+" refused"]++
		}
		if got != want+"\n" {
			wrong++
			t.Errorf("%s\n Go %s\n JS %s", line(q), want, got)
		}
	}
	if wrong > 0 {
		_, _ = io.Copy(io.Discard, answers)
	}
	if err := cmd.Wait(); err != nil && wrong == 0 {
		t.Fatal(err)
	}
	if refused == 0 || refused > total/2 {
		t.Errorf("%d of %d questions were refused: the sample is not a fair one", refused, total)
	}
	t.Logf("%d questions, %d of them refused alike: %v", total, refused, kinds)
}

// asker draws questions: mostly sensible ones around the known years, some absurd.
type asker struct {
	r     *rand.Rand
	asked int
	names []string
}

func newAsker(seed uint64) *asker {
	g := &asker{r: rand.New(rand.NewPCG(seed, 1))}
	for _, s := range Default().Statutes() {
		g.names = append(g.names, s.Name, s.Title)
		g.names = append(g.names, s.Aliases...)
	}
	return g
}

func (g *asker) next() question {
	g.asked++
	if g.r.IntN(20) == 0 {
		return question{Op: "parse", Limit: g.limit()}
	}
	q := question{
		Op: []string{"due", "due", "due", "before", "atLeast"}[g.r.IntN(5)], Under: g.names[g.r.IntN(len(g.names))],
		Limit: g.limit(), From: gov.DateOf(2005, 1, 1).AddDays(g.r.IntN(24 * 365)),
	}
	if g.r.IntN(3) == 0 {
		q.Under = []string{"行政处罚法", "行政许可法", "行政强制法", "行政复议法", "令310"}[g.r.IntN(5)]
	}
	if g.r.IntN(4) == 0 {
		q.Article = []string{"第四十七条", "第五十条", "47", "第八十五条第二款", "第38条", "章", "第二十六条"}[g.r.IntN(7)]
	}
	if g.r.IntN(4) == 0 {
		q.At = q.From.Start() + gov.Instant(g.r.Int64N(86400e6))
	}
	if g.r.IntN(10) == 0 {
		q.AsOf = q.From
	}
	if g.r.IntN(15) == 0 {
		q.Count = []Count{Working, Calendar, "moon"}[g.r.IntN(3)]
	}
	return q
}

// nextCourse draws a course of up to five events, mostly in an order that can be, or a paper
// that arrived.
func (g *asker) nextCourse() question {
	g.asked++
	q := question{Op: "course", Under: g.names[g.r.IntN(len(g.names))], From: gov.DateOf(2006, 1, 1).AddDays(g.r.IntN(22 * 365))}
	if g.r.IntN(2) == 0 {
		q.Under = []string{"行政处罚法", "行政许可法", "行政强制法", "行政复议法", "治安管理处罚法", "政府信息公开条例"}[g.r.IntN(6)]
	}
	q.Limit = []string{"30日", "60日", "20日", "20个工作日", "3日", "10日", "2个月", "6个月", "1年", "15日", "45日", "90个自然日", "24小时"}[g.r.IntN(13)]
	if g.r.IntN(2) == 0 {
		q.Limit = g.limit()
	}
	if g.r.IntN(4) == 0 {
		q.Article = []string{"第四十二条", "第六十二条", "第三十三条", "第二十条", "47", "第一百一十八条"}[g.r.IntN(6)]
	}
	if g.r.IntN(12) == 0 {
		q.AsOf = q.From
	}
	if g.r.IntN(25) == 0 {
		q.Count = []Count{Working, Calendar}[g.r.IntN(2)]
	}
	running, day := true, q.From
	for range g.r.IntN(6) {
		day = day.AddDays(g.r.IntN(16))
		t := Turn{On: day}
		switch k := g.r.IntN(20); {
		case k == 0:
			t.Kind = []TurnKind{Suspend, Resume, "pause"}[g.r.IntN(3)]
			t.On = day.AddDays(g.r.IntN(60) - 20)
		case k < 3:
			t.Kind, running = Restart, true
		case k < 7:
			t.Kind, t.By = Extend, MustLimit([]string{"30日", "10日", "15日", "20个工作日", "1个月", "31日", "5日", "1年", "24小时"}[g.r.IntN(9)])
		case running:
			t.Kind, running = Suspend, false
		default:
			t.Kind, running = Resume, true
		}
		if g.r.IntN(4) == 0 {
			t.Why = "鉴定"
		}
		if g.r.IntN(5) == 0 {
			t.Cite = &Citation{Statute: "行政复议法", Article: "第三十九条", Mark: Text}
		}
		q.Turns = append(q.Turns, t)
	}
	if g.r.IntN(6) == 0 {
		q.Op = "inTime"
		q.Of = []string{"", "", "", "", "before", "atLeast"}[g.r.IntN(6)]
		if g.r.IntN(4) == 0 {
			q.At = q.From.Start() + gov.Instant(g.r.Int64N(86400e6))
		}
		q.Arrived = q.From.AddDays(g.r.IntN(120))
		if g.r.IntN(3) > 0 {
			q.Posted = q.Arrived.AddDays(-g.r.IntN(30))
		}
	}
	return q
}

func (g *asker) receipt() question {
	g.asked++
	q := question{Op: "receipt", Under: []string{"政府信息公开条例", "国家赔偿法", "民诉法", "行政处罚法", "行政强制法", "行政诉讼法", "治安法", "行政复议法", "复议条例"}[g.r.IntN(9)]}
	if g.r.IntN(20) == 0 {
		q.Under = g.names[g.r.IntN(len(g.names))]
	}
	words := Default().words
	pick := func(list []ReceiptWord) string {
		w := list[g.r.IntN(len(list))]
		return append([]string{w.ID, w.Name}, w.Aliases...)[g.r.IntN(2+len(w.Aliases))]
	}
	on := gov.DateOf(2006, 1, 1).AddDays(g.r.IntN(22 * 365))
	if g.r.IntN(2) == 0 {
		on = gov.DateOf(2026, 7, 1).AddDays(g.r.IntN(300))
	}
	q.Channel = pick(words.Channels)
	if ways, err := Default().ReceiptWays(q.Under, on); err == nil && len(ways) > 0 && g.r.IntN(8) > 0 {
		w := ways[g.r.IntN(len(ways))]
		q.Channel = w.Channel.Name
		if g.r.IntN(3) > 0 {
			q.Paper = w.Paper.ID
		}
		switch g.r.IntN(3) {
		case 0:
			q.On = on
		default:
			q.Facts = map[string]gov.Day{pick(w.Days): on}
		}
	}
	for range g.r.IntN(3) {
		if q.Facts == nil {
			q.Facts = map[string]gov.Day{}
		}
		q.Facts[pick(words.Facts)] = on.AddDays(g.r.IntN(40) - 30)
	}
	if g.r.IntN(10) == 0 {
		q.AsOf = on
	}
	return q
}

func (g *asker) limit() string {
	words := []string{"日", "日", "日", "天", "个工作日", "工作日", "个月", "月", "年", "小时", "个自然日"}
	word := words[g.r.IntN(len(words))]
	n := 1 + g.r.IntN(40)
	switch g.r.IntN(100) {
	case 0, 1, 2, 3:
		n = g.r.IntN(400)
	case 4:
		n = []int{0, 99999, 36500, 1200, 100, 8760, 90, 60}[g.r.IntN(8)]
		if word == "年" && n > 100 && n < 99999 { // thousands of years exceed the range of days
			n = 100
		}
	case 5, 6, 7, 8:
		return string([]rune("一二两十百千零〇万半-五")[g.r.IntN(12)]) + string([]rune("一二两十百千零〇万半9五")[g.r.IntN(12)]) +
			string([]rune("一二两十百千零〇万半 五")[g.r.IntN(12)]) + word
	case 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28:
		return chineseNumeral(n) + word
	}
	return strconv.Itoa(n) + word
}
