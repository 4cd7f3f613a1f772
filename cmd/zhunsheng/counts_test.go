package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"zhunsheng/law"
)

// docs/counts.md says of every definition how much it rules, how often it is played and how
// sure its citations are. It is generated, so that nobody writes a figure by hand.
func TestCountsDocument_IsCurrent(t *testing.T) {
	defs, _, err := definitions(nil)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("# Counts\n\nGenerated from the definitions; do not edit. *Proven*: the article was found in the statute's text and holds the number it is\nsaid to hold (tests in `area/*/cite_test.go`). *Stated*: the project's reference states it and the text was not at hand; shown 未核实.\n*Local*: a local rule or practice; shown 未核实. `never` lines are searched exhaustively, and each gate and separation taken out reaches one.\n\n")
	b.WriteString("| procedure | steps | gates | separations | clocks | never | templates | scenarios | lines | proven | stated | local |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n")
	var sum [11]int
	for _, d := range defs {
		apart, lines := 0, 0
		for _, r := range d.Roles() {
			if len(r.NotSameAs) > 0 {
				apart++
			}
		}
		for _, s := range d.Scenarios() {
			lines += len(s.Lines)
		}
		var text, stated, local int
		for _, c := range d.Citations() {
			switch c.Mark {
			case law.Text:
				text++
			case law.Local:
				local++
			default:
				stated++
			}
		}
		row := [11]int{len(d.Steps()), len(d.Gates()), apart, len(d.Clocks()), len(d.Never()), len(d.Templates()), len(d.Scenarios()), lines, text, stated, local}
		fmt.Fprintf(&b, "| %s `%s` |", d.Name(), d)
		for i, n := range row {
			sum[i] += n
			fmt.Fprintf(&b, " %d |", n)
		}
		b.WriteByte('\n')
	}
	b.WriteString("| **together** |")
	for _, n := range sum {
		fmt.Fprintf(&b, " **%d** |", n)
	}
	b.WriteByte('\n')
	const name = "../../docs/counts.md"
	if os.Getenv("ZHUNSHENG_UPDATE") != "" {
		if err := os.WriteFile(name, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if had, err := os.ReadFile(name); err != nil || string(had) != b.String() {
		t.Error("docs/counts.md is stale: run ZHUNSHENG_UPDATE=1 go test ./cmd/zhunsheng -run CountsDocument")
	}
}
