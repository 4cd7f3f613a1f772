package indicator

import (
	"slices"
	"strings"

	"zhunsheng/gov"
)

// Sum is the rate of the cases of one unit alone, by its place in the tree of units.
type Sum struct {
	Unit gov.UnitID
	Path string // /root/…/unit/, as on the day the cases were opened
	Rate Rate
}

// Node is one unit in the roll-up by the tree of units (逐级汇总). Total is exactly Own plus
// the totals of Below.
type Node struct {
	Unit  gov.UnitID
	Path  string
	Own   Rate
	Total Rate
	Below []*Node
}

// RollUp adds the rates up the tree. shown says of which units above the reader may know;
// the others are left out, so that nobody takes the sum of a part for that of the whole.
// What comes back are the topmost nodes, each level in the order of paths.
func RollUp(sums []Sum, shown func(path string) bool) []*Node {
	nodes := map[string]*Node{}
	var tops []*Node
	var place func(path string) *Node
	place = func(path string) *Node {
		if n := nodes[path]; n != nil {
			return n
		}
		n := &Node{Unit: lastUnit(path), Path: path}
		nodes[path] = n
		for up := above(path); ; up = above(up) {
			if up == "" {
				tops = append(tops, n)
				break
			}
			if nodes[up] != nil || shown(up) {
				p := place(up)
				p.Below = append(p.Below, n)
				break
			}
		}
		return n
	}
	sorted := slices.Clone(sums)
	slices.SortFunc(sorted, func(a, b Sum) int { return strings.Compare(a.Path, b.Path) })
	for _, s := range sorted {
		n := place(s.Path)
		n.Own = n.Own.Add(s.Rate)
	}
	for _, n := range tops {
		n.add()
	}
	order(tops)
	return tops
}

func (n *Node) add() {
	n.Total = n.Own
	order(n.Below)
	for _, b := range n.Below {
		b.add()
		n.Total = n.Total.Add(b.Total)
	}
}

func order(list []*Node) {
	slices.SortFunc(list, func(a, b *Node) int { return strings.Compare(a.Path, b.Path) })
}

// above is the path of the unit above, "" above a root.
func above(path string) string { return path[:parentEnd(path)] }

// parentEnd is the length of the path of the unit above; 0 for a root.
func parentEnd(path string) int {
	i := strings.LastIndexByte(strings.TrimSuffix(path, "/"), '/')
	if i <= 0 {
		return 0
	}
	return i + 1
}

func lastUnit(path string) gov.UnitID {
	return gov.UnitID(strings.Trim(path[parentEnd(path):], "/"))
}
