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
}

// answer is what Go says, in the form of a line of the other side.
func (q question) answer(b *Book) string {
	limit, err := ParseLimit(q.Limit)
	if err != nil {
		return "!" + err.Error()
	}
	if q.Op == "parse" {
		return line(limit.String())
	}
	f := map[string]func(Query) (Due, error){"due": b.Due, "before": b.Before, "atLeast": b.AtLeast}[q.Op]
	d, err := f(Query{Under: q.Under, Article: q.Article, Limit: limit, From: q.From, At: q.At, AsOf: q.AsOf, Count: q.Count})
	if err != nil {
		return "!" + err.Error()
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
			if _, err := fmt.Fprintln(w, line(g.next())); err != nil {
				return
			}
		}
	}()
	refused, wrong := 0, 0
	answers := bufio.NewReaderSize(out, 1<<20)
	for g := newAsker(seed); total > g.asked && wrong < 10; {
		q := g.next()
		got, err := answers.ReadString('\n')
		if err != nil {
			t.Fatalf("after %d answers: %v", g.asked, err)
		}
		want := q.answer(Default())
		if strings.HasPrefix(want, "!") {
			refused++
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
	t.Logf("%d questions, %d of them refused alike", total, refused)
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
