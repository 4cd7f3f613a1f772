package procedure

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zhunsheng/law"
)

var update = flag.Bool("update", false, "write what is found into the golden files")

// Each pair is a definition of testdata with lines replaced (- old, + new), a line of
// dashes, and everything that the parser or the checker then says.
func TestCheck_RefusesWhatEachPairShows(t *testing.T) {
	files, err := filepath.Glob("testdata/refused/*.pair")
	if err != nil || len(files) < 40 {
		t.Fatal("pairs are missing", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".pair"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			input, want, ok := strings.Cut(string(text), "----------\n")
			if !ok {
				t.Fatal("no line of dashes")
			}
			base, src := edited(t, input)
			got := said(t, base, src)
			if *update {
				if err := os.WriteFile(file, []byte(input+"----------\n"+got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != want {
				t.Errorf("said:\n%swant:\n%s", got, want)
			}
			if got == "" {
				t.Error("nothing was refused")
			}
		})
	}
}

func edited(t *testing.T, input string) (base, src string) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(input, "\n"), "\n")
	text, err := os.ReadFile(filepath.Join("testdata", lines[0]))
	if err != nil {
		t.Fatal(err)
	}
	src = string(text)
	for i := 1; i < len(lines); {
		var old, now []string
		for ; i < len(lines) && strings.HasPrefix(lines[i], "- "); i++ {
			old = append(old, lines[i][2:])
		}
		for ; i < len(lines) && strings.HasPrefix(lines[i], "+ "); i++ {
			now = append(now, lines[i][2:])
		}
		if len(old) == 0 {
			t.Fatalf("line %d is no edit: %q", i+1, lines[i])
		}
		from, to := strings.Join(old, "\n"), strings.Join(now, "\n")
		if strings.Count(src, from) == 0 {
			t.Fatalf("not in %s: %q", lines[0], from)
		}
		src = strings.Replace(src, from, to, 1)
	}
	return lines[0], src
}

// said is everything that parser and checker say, one a line.
func said(t *testing.T, base, src string) string {
	t.Helper()
	d, err := Parse(base, []byte(src))
	if err != nil {
		return err.Error() + "\n"
	}
	stem := strings.TrimSuffix(base, ".yaml")
	text, err := os.ReadFile("testdata/" + stem + ".scenario")
	if err != nil {
		t.Fatal(err)
	}
	if err := d.AddScenarios(stem+".scenario", text); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, p := range d.Check(law.Default()) {
		b.WriteString(p.String() + "\n")
	}
	return b.String()
}

func TestCheck_RefusesADefinitionWithoutScenarios(t *testing.T) {
	src, err := os.ReadFile("testdata/invented.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d, err := Parse("invented.yaml", src)
	if err != nil {
		t.Fatal(err)
	}
	problems := d.Check(law.Default())
	if len(problems) != 1 || !strings.Contains(problems[0].Text, "没有情形文件") {
		t.Errorf("%v", problems)
	}
}

func TestParse_NamesEveryFaultOfAScenario(t *testing.T) {
	src := `2026-01-01 clerk 收件 → ok
scenario
unit u1
person 甲
param x
scenario 甲
2026-01-01 clerk 收件
2026-13-01 clerk 收件 → ok
2026-01-01 clerk → ok
2026-01-01 clerk 收件 多余 → ok
2026-01-01 clerk 收件 记于=2026-01-02 → ok
2026-01-01 clerk 收件 →
2026-01-01 clerk 收件 → maybe; clock; clock X; clock X due; clock X due 2026; clock X soon; number a; refused; case; breach
2026-01-01 clerk "收件 → ok
`
	d := loadFile(t, "testdata/invented.yaml")
	err := d.AddScenarios("bad.scenario", []byte(src))
	if err == nil {
		t.Fatal("accepted")
	}
	want := `bad.scenario:1:1: 先要有一行 scenario
bad.scenario:2:1: 情形没有名称
bad.scenario:2:1: 情形“”没有内容
bad.scenario:3:1: 写作 unit 代码 名称 发文代字
bad.scenario:4:1: 写作 person 姓名 岗位,岗位
bad.scenario:5:1: 写作 param 参数名 值
bad.scenario:7:1: 这一行没有 →
bad.scenario:8:1: 这一行应以日期（2006-01-02）、scenario、unit、person、case、children 或 param 开头
bad.scenario:9:1: 没有写明办理哪个环节
bad.scenario:10:21: “多余”应写作 字段=值、+材料 或 -材料
bad.scenario:11:21: 记于=日期 只用于补录
bad.scenario:12:21: → 之后没有预期`
	got := err.Error()
	if !strings.HasPrefix(got, want) {
		t.Errorf("got\n%s\nwant it to begin\n%s", got, want)
	}
	for _, part := range []string{"不认识的预期“maybe”", "写作 clock 规则编号", "due 之后没有日期", "无法识别", "不认识的“soon”",
		"写作 number 名称 值", "写作 refused", "写作 case 值", "写作 breach", "引号没有成对"} {
		if !strings.Contains(got, part) {
			t.Errorf("nothing says %q in\n%s", part, got)
		}
	}
}
