package indicator

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func all(string) bool { return true }

func TestRollUp_ParentIsOwnPlusBelow(t *testing.T) {
	one := Rate{Numerator: 1, Denominator: 1}
	late := Rate{Denominator: 1, Todo: 1}
	tops := RollUp([]Sum{
		{"qy-a", "/qy/qy-a/", one}, {"qy-a1", "/qy/qy-a/qy-a1/", late}, {"qy-a2", "/qy/qy-a/qy-a2/", one},
		{"qy-b", "/qy/qy-b/", Rate{Suspended: 2}},
	}, all)
	if len(tops) != 1 || tops[0].Unit != "qy" || tops[0].Own != (Rate{}) {
		t.Fatalf("%+v", tops)
	}
	if got := tops[0].Total; got != (Rate{Numerator: 2, Denominator: 3, Suspended: 2, Todo: 1}) {
		t.Errorf("the county: %+v", got)
	}
	a := tops[0].Below[0]
	if a.Unit != "qy-a" || a.Own != one || a.Total != (Rate{Numerator: 2, Denominator: 3, Todo: 1}) || len(a.Below) != 2 {
		t.Errorf("the department: %+v", a)
	}
}

// Whoever may see a department only is not shown its part as the sum of the county.
func TestRollUp_LeavesOutUnitsAboveThatTheReaderMayNotSee(t *testing.T) {
	one := Rate{Numerator: 1, Denominator: 1}
	sums := []Sum{{"qy-a", "/qy/qy-a/", one}, {"qy-b1", "/qy/qy-b/qy-b1/", one}}
	tops := RollUp(sums, func(p string) bool { return strings.HasPrefix(p, "/qy/qy-a/") })
	if len(tops) != 2 || tops[0].Unit != "qy-a" || tops[1].Unit != "qy-b1" {
		t.Fatalf("%+v", tops)
	}
}

func TestRollUp_SumsAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		paths := rapid.SliceOf(rapid.StringMatching(`/r(/[a-c]){0,4}/`)).Draw(t, "paths")
		hidden := rapid.StringMatching(`/r(/[a-c]){0,2}/`).Draw(t, "hidden")
		var sums []Sum
		var want Rate
		for i, p := range paths {
			r := Rate{Numerator: int64(i), Denominator: int64(2 * i), Suspended: 1}
			sums, want = append(sums, Sum{lastUnit(p), p, r}), want.Add(r)
		}
		var got Rate
		seen := map[string]bool{}
		var walk func(n *Node)
		walk = func(n *Node) {
			if seen[n.Path] {
				t.Fatalf("%s stands twice", n.Path)
			}
			seen[n.Path] = true
			sum := n.Own
			for _, b := range n.Below {
				if !strings.HasPrefix(b.Path, n.Path) {
					t.Fatalf("%s below %s", b.Path, n.Path)
				}
				walk(b)
				sum = sum.Add(b.Total)
			}
			if sum != n.Total {
				t.Fatalf("%s: own and below are %+v, total is %+v", n.Path, sum, n.Total)
			}
		}
		for _, n := range RollUp(sums, func(p string) bool { return p != hidden }) {
			walk(n)
			got = got.Add(n.Total)
		}
		if got != want {
			t.Fatalf("all together %+v, want %+v", got, want)
		}
	})
}

func TestGrouped_ByTheCatalogueInTheOrderOfNumbers(t *testing.T) {
	groups := Grouped([]Definition{{ID: "x"}, {ID: "d", Catalogue: "3.1.2"}, {ID: "c", Catalogue: "2.2.10"}, {ID: "b", Catalogue: "2.2.5"}, {ID: "a", Catalogue: "1.3.3"}})
	var got []string
	for _, g := range groups {
		for _, d := range g.Members {
			got = append(got, g.Part+"|"+g.Item+"|"+string(d.ID))
		}
	}
	want := "1 政府职能依法全面履行|1.3 法治化营商环境|a\n2 依法行政制度体系完善|2.2 行政规范性文件|b\n" +
		"2 依法行政制度体系完善|2.2 行政规范性文件|c\n3 重大行政决策科学民主合法|3.1 决策程序|d\n其他||x"
	if strings.Join(got, "\n") != want {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), want)
	}
}
