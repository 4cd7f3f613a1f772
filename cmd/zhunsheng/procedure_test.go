package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zhunsheng/gov"
)

func TestLawCheck_FindsNothingInWhatTheBinaryContains(t *testing.T) {
	var out bytes.Buffer
	if err := (&LawCheckCmd{}).Run(&out); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	for _, want := range []string{"没有问题", "必经程序", "情形", "推演：", "穷尽", "核对过条文"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("nothing says %s:\n%s", want, out.String())
		}
	}
}

func TestLawCheck_TellsWhatIsWrongWithAFile(t *testing.T) {
	src, err := os.ReadFile("../../procedure/testdata/invented.yaml")
	if err != nil {
		t.Fatal(err)
	}
	scenarios, err := os.ReadFile("../../procedure/testdata/invented.scenario")
	if err != nil {
		t.Fatal(err)
	}
	write := func(src, scenarios string) string {
		file := filepath.Join(t.TempDir(), "x.yaml")
		if err := errors.Join(os.WriteFile(file, []byte(src), 0o600), os.WriteFile(strings.TrimSuffix(file, ".yaml")+".scenario", []byte(scenarios), 0o600)); err != nil {
			t.Fatal(err)
		}
		return file
	}
	var out bytes.Buffer
	file := write(strings.Replace(string(src), "limit: 7日", "limit: 7个自然日", 1), strings.Replace(string(scenarios), "refused INV-G01", "ok", 1))
	if err := (&LawCheckCmd{Files: []string{file}}).Run(&out); !errors.Is(err, errFound) {
		t.Errorf("%v\n%s", err, out.String())
	}
	for _, want := range []string{"x.yaml:74:12: INV-C01", "x.scenario:9:1: 情形“没有复核”", "预期 ok", "refused INV-G01"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("nothing says %s:\n%s", want, out.String())
		}
	}
	if err := (&LawCheckCmd{Files: []string{write("id: [", "")}}).Run(&out); gov.KindOf(err) != gov.Invalid || !strings.Contains(err.Error(), "x.yaml:1") {
		t.Errorf("a file that does not parse: %v", err)
	}
}

func TestLawExplainAndDraw_KnowProceduresByIDAndByFile(t *testing.T) {
	var out bytes.Buffer
	if err := (&LawExplainCmd{Procedure: "../../procedure/testdata/invented.yaml", On: "2026-09-30"}).Run(&out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "必经程序 INV-G01") {
		t.Error(out.String())
	}
	err := (&LawExplainCmd{Procedure: "没有的程序"}).Run(&out)
	if gov.KindOf(err) != gov.NotFound || !strings.Contains(err.Error(), "现有：") {
		t.Errorf("an unknown procedure: %v", err)
	}
	if err := (&LawExplainCmd{Procedure: "x", On: "昨天"}).Run(&out); gov.KindOf(err) != gov.Invalid {
		t.Errorf("a day that is none: %v", err)
	}
	to := filepath.Join(t.TempDir(), "x.svg")
	if err := (&LawDrawCmd{Procedure: "../../procedure/testdata/invented.yaml", To: to}).Run(&out); err != nil {
		t.Fatal(err)
	}
	if svg, err := os.ReadFile(to); err != nil || !bytes.HasPrefix(svg, []byte("<svg ")) {
		t.Errorf("%s %v", svg, err)
	}
}

// Overlays are laid over what the files say; a tight one passes its scenarios and the search,
// a loose one is told with its place.
func TestLawCheck_Overlays(t *testing.T) {
	const text = `overlay: qy.request
of: invented.request
version: 1
name: 清源县补充规定
basis: [{statute: 本地规定, mark: local}]
limits: [{rule: INV-C01, limit: 5日, cites: [{statute: 本地规定, mark: local}]}]
`
	const scenario = `scenario 五日以内
2026-09-01 clerk 收件 → clock INV-C01 due 2026-09-08 running
2026-09-02 checker 复核 → ok
2026-09-03 clerk 答复 → case closed
`
	files := []string{"../../procedure/testdata/invented.yaml"}
	check := func(text string) (string, error) {
		dir := t.TempDir()
		if err := errors.Join(os.WriteFile(filepath.Join(dir, "10-qy.yaml"), []byte(text), 0o600),
			os.WriteFile(filepath.Join(dir, "10-qy.scenario"), []byte(scenario), 0o600)); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		err := (&LawCheckCmd{Files: files, Overlays: dir}).Run(&out)
		return out.String(), err
	}
	if out, err := check(text); err != nil || !strings.Contains(out, "没有问题") || !strings.Contains(out, "1个情形") {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err := check(strings.Replace(text, "5日", "9日", 1)); gov.KindOf(err) != gov.Invalid || !strings.Contains(err.Error(), "10-qy.yaml:6") || !strings.Contains(err.Error(), "只能缩短") {
		t.Errorf("%v\n%s", err, out)
	}
	if err := (&LawCheckCmd{Files: files, Overlays: t.TempDir()}).Run(new(bytes.Buffer)); gov.KindOf(err) != gov.NotFound {
		t.Errorf("an empty folder: %v", err)
	}
}
