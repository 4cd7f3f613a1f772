package public_test

import (
	"encoding/json"
	"html"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"zhunsheng/law"
)

// stage runs the page's script in node with as much of a browser as it touches, and tells
// what the visitor reads in the line about the second count.
const stage = `
import { readFileSync } from "node:fs";
const [data, register] = JSON.parse(readFileSync(0, "utf8"));
const says = { hidden: true, textContent: "" };
globalThis.document = {
  readyState: "complete",
  querySelector: (q) => ({ "[data-calculator]": { dataset: data }, "[data-second-count]": says })[q] ?? null,
};
globalThis.fetch = async () => ({ ok: register !== null, status: 500, json: async () => register });
await import("./calculator.js");
for (let i = 0; i < 500 && says.hidden; i++) await new Promise((r) => setTimeout(r, 10));
console.log(says.hidden ? "nothing" : says.textContent);
`

// browser lays the script out as it is served.
func browser(t *testing.T, p *portal) (run func(data map[string]string, register string) string) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed")
	}
	dir := t.TempDir()
	files := map[string]string{"stage.mjs": stage, "package.json": `{"type":"module"}`}
	for _, name := range []string{"calculator.js", "calc.js", "course.js", "receipt.js", "words.js"} {
		files[name] = p.send(http.MethodGet, "/calculator/js/"+name, nil).body
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return func(data map[string]string, register string) string {
		in, err := json.Marshal(data)
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(node, filepath.Join(dir, "stage.mjs"))
		cmd.Stdin = strings.NewReader("[" + string(in) + "," + register + "]")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%v: %s", err, out)
		}
		return strings.TrimSpace(string(out))
	}
}

// TestCalculator_F135_TheSecondCountIsShown: the visitor reads that both counts agree, that
// they do not, or that there was no second count.
func TestCalculator_F135_TheSecondCountIsShown(t *testing.T) {
	p := small(t)
	run := browser(t, p)
	register := p.send(http.MethodGet, "/calculator/register.json", nil).body
	page := func(values ...string) map[string]string {
		a := p.see(calculator(values...), "怎么算的")
		data := map[string]string{}
		for _, m := range dataset.FindAllStringSubmatch(a.body[strings.Index(a.body, "data-calculator"):], 5) {
			data[m[1]] = html.UnescapeString(m[2])
		}
		return data
	}
	const agree, wrong, none = "结果一致", "请勿使用这一结果", "没有完成"
	penalty := []string{"under", "行政处罚法", "limit", "7日", "from", "2026-09-30"}
	for _, c := range []struct {
		name   string
		values []string
		change map[string]string
		fails  bool
		want   string
	}{
		{"agree", penalty, nil, false, agree},
		{"hours agree", []string{"under", "民事诉讼法", "limit", "24小时", "from", "2026-07-06", "time", "14:20"}, nil, false, agree},
		{"standing still agrees", []string{"under", "行政复议法", "limit", "60日", "from", "2026-07-06", "t1", "suspend", "t1on", "2026-07-16"}, nil, false, agree},
		{"receipt agrees", []string{"under", "行政处罚法", "limit", "15日", "from", "2026-09-01", "way", "document/announcement"}, nil, false, agree},
		{"minimum agrees", []string{"under", "决策条例", "limit", "30日", "from", "2026-09-01", "count", "at-least"}, nil, false, agree},
		{"backward agrees", []string{"under", "决策条例", "limit", "7日", "from", "2026-10-12", "count", "before"}, nil, false, agree},
		{"another day", penalty, map[string]string{"due": "2026-10-14"}, false, wrong},
		{"another nominal day", penalty, map[string]string{"nominal": "2026-10-14"}, false, wrong},
		{"another hour", []string{"under", "民事诉讼法", "limit", "24小时", "from", "2026-07-06", "time", "14:20"}, map[string]string{"at": "1"}, false, wrong},
		{"another day of receipt", []string{"under", "行政处罚法", "limit", "15日", "from", "2026-09-01", "way", "document/announcement"},
			map[string]string{"question": `{"op":"course","under":"行政处罚法","limit":"15日","from":"2026-10-09","receipt":{"under":"行政处罚法","paper":"document","channel":"announcement","on":"2026-09-01"}}`}, false, wrong},
		{"no register", penalty, nil, true, none},
	} {
		data := page(c.values...)
		for k, v := range c.change {
			data[k] = v
		}
		sent := register
		if c.fails {
			sent = "null"
		}
		if got := run(data, sent); !strings.Contains(got, c.want) {
			t.Errorf("%s: the visitor reads %q", c.name, got)
		}
	}
}

// TestCalculator_F135_PageWeight: what a phone must load before the answer is read, and what
// the second count loads after it, in bytes as they lie on disk.
func TestCalculator_F135_PageWeight(t *testing.T) {
	p := small(t)
	a := p.see(calculator("under", "行政复议法", "limit", "60日", "from", "2026-07-06"))
	if n := len(a.body); n > 40<<10 {
		t.Errorf("the page with an answer has %d bytes", n)
	}
	total := len(p.send(http.MethodGet, "/calculator/register.json", nil).body)
	err := fs.WalkDir(law.Calc(), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		total += int(info.Size())
		return err
	})
	if err != nil || total > 160<<10 {
		t.Errorf("the second count loads %d bytes, %v", total, err)
	}
	if strings.Count(a.body, "<script") > 4 || strings.Contains(a.body, "modulepreload") {
		t.Error("the answer waits for scripts")
	}
}
