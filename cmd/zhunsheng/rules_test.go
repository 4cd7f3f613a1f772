package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"zhunsheng/gov"
	"zhunsheng/procedure"
)

// docs/rules.md is written from the definitions; ZHUNSHENG_UPDATE=1 writes it.
func TestRulesDocument_IsCurrent(t *testing.T) {
	defs, params, err := definitions(nil)
	if err != nil {
		t.Fatal(err)
	}
	got := procedure.RulesDocument(defs, params, gov.MustDay("2026-11-23"))
	const file = "../../docs/rules.md"
	if os.Getenv("ZHUNSHENG_UPDATE") == "1" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Error("docs/rules.md is stale: run ZHUNSHENG_UPDATE=1 go test ./cmd/zhunsheng -run RulesDocument")
	}
	for _, d := range defs {
		for _, r := range d.Rules() {
			if r.Rule != "" && !strings.Contains(got, "| "+string(r.Rule)+" |") {
				t.Errorf("%s does not stand in the document", r.Rule)
			}
		}
	}
}

func TestLawLeansOn_ListsRulesDefinitionsAndParameters(t *testing.T) {
	for args, want := range map[[2]string][]string{
		{"政府信息公开条例", "第二十六条"}: {"ND-C03", "ND-P01", "normative-document.department@1"},
		{"优化营商环境条例", ""}:      {"ND-G02", "ND-G07"},
		{"国办发〔2018〕115号", ""}: {"ND-C01", "legality-review-limit", "未核实"},
		{"城乡规划法", "第一条"}:      {"没有规则"},
	} {
		var out bytes.Buffer
		if err := (&LawLeansOnCmd{Statute: args[0], Article: args[1]}).Run(&out); err != nil {
			t.Fatal(err)
		}
		for _, w := range want {
			if !strings.Contains(out.String(), w) {
				t.Errorf("%v: nothing says %s:\n%s", args, w, out.String())
			}
		}
	}
}
