package indicator

import (
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"
)

// Part is one level-1 area of the working catalogue (一级指标), with its level-2 items.
type Part struct {
	Number string `yaml:"number"`
	Name   string `yaml:"name"`
	Items  []struct {
		Number string `yaml:"number"`
		Name   string `yaml:"name"`
	} `yaml:"items"`
}

//go:embed catalogue.yaml
var catalogueText []byte

// Catalogue is the working catalogue in its order.
var Catalogue = sync.OnceValue(func() []Part {
	var file struct {
		Parts []Part `yaml:"parts"`
	}
	if err := yaml.Unmarshal(catalogueText, &file); err != nil {
		panic(err)
	}
	return file.Parts
})

// Group is the indicators of one level-2 item, in the order of their catalogue numbers.
type Group struct {
	Part    string // level-1 number and name, e.g. 2 依法行政制度体系完善
	Item    string // level-2 number and name; empty when the catalogue has none
	Members []Definition
}

// Grouped puts indicators together by the catalogue. One with a number that the catalogue
// does not have stands in a group of its own part at the end.
func Grouped(defs []Definition) []Group {
	sorted := slices.Clone(defs)
	slices.SortStableFunc(sorted, func(a, b Definition) int { return compareNumbers(a.Catalogue, b.Catalogue) })
	var out []Group
	for _, d := range sorted {
		part, item := heading(d.Catalogue)
		if n := len(out); n == 0 || out[n-1].Part != part || out[n-1].Item != item {
			out = append(out, Group{Part: part, Item: item})
		}
		g := &out[len(out)-1]
		g.Members = append(g.Members, d)
	}
	return out
}

func heading(number string) (part, item string) {
	for _, p := range Catalogue() {
		if !strings.HasPrefix(number+".", p.Number+".") {
			continue
		}
		for _, i := range p.Items {
			if strings.HasPrefix(number+".", i.Number+".") {
				item = i.Number + " " + i.Name
			}
		}
		return p.Number + " " + p.Name, item
	}
	return "其他", ""
}

// compareNumbers orders 2.2.5 before 2.2.10, and what has no number last.
func compareNumbers(a, b string) int {
	if (a == "") != (b == "") {
		return strings.Compare(b, a)
	}
	return slices.CompareFunc(strings.Split(a, "."), strings.Split(b, "."), func(x, y string) int {
		m, err1 := strconv.Atoi(x)
		n, err2 := strconv.Atoi(y)
		if err1 != nil || err2 != nil {
			return strings.Compare(x, y)
		}
		return m - n
	})
}
