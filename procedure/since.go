package procedure

import (
	"slices"

	"gopkg.in/yaml.v3"

	"zhunsheng/gov"
	"zhunsheng/law"
)

// InForce reports that a citation binds an act of a day: it has no `since`, or the day is not
// before it.
func (c Cite) InForce(on gov.Day) bool { return c.Since.IsZero() || !on.Before(c.Since) }

// citations are those that bind an act of a day, without what only tests need.
func citations(cs []Cite, on gov.Day) []law.Citation {
	var out []law.Citation
	for _, c := range cs {
		if c.InForce(on) {
			out = append(out, c.Citation())
		}
	}
	return out
}

// badSince finds the days of `since` that are none.
func badSince(name string, n *yaml.Node, found Problems) Problems {
	if n.Kind == yaml.MappingNode && child(n, "statute") != nil {
		if since := child(n, "since"); since != nil {
			if _, err := gov.ParseDay(since.Value); err != nil {
				found = append(found, Problem{Pos: Pos{name, since.Line, since.Column}, Text: err.Error()})
			}
		}
	}
	for _, c := range n.Content {
		found = badSince(name, c, found)
	}
	return found
}

// since: a citation says since when it binds only where that is after the definition's own
// first day, and a rule has a basis from that day on. A gate that a later law brings is a gate
// of a new version, see docs/procedure-language.md.
func (c *checker) since(rule RuleID, cite Cite, path ...any) {
	if cite.Since.IsZero() {
		return
	}
	if from := c.d.src.From; !cite.Since.After(from) {
		c.report(rule, "since 不晚于起日"+from.Chinese()+"，不必写", append(slices.Clone(path), "since")...)
	}
}

// based wants a basis of the first day on.
func (c *checker) based(rule RuleID, what string, cites []Cite, path ...any) {
	if from := c.d.src.From; len(cites) > 0 && !slices.ContainsFunc(cites, func(x Cite) bool { return x.InForce(from) }) {
		c.report(rule, what+"自"+from.Chinese()+"起没有依据：各条依据（cites）都写了 since；后来的法律新设的，写在新的版本中", path...)
	}
}

// read wants a text in force on the first day on which the citation binds that was itself
// read: an article that was read in a later text may say something else, or stand elsewhere.
func (c *checker) read(rule RuleID, cite Cite, s *law.Statute, path ...any) {
	on := c.d.src.From
	if cite.Since.After(on) {
		on = cite.Since
	}
	v, assumed := s.On(on)
	switch {
	case assumed && on == cite.Since:
		c.report(rule, s.Name+"自"+v.InForce.Chinese()+"起施行，since（"+on.Chinese()+"）不能早于该日", path...)
	case assumed:
		c.report(rule, s.Name+"自"+v.InForce.Chinese()+"起施行，早于该日开始的案件不能以它为依据（from 为"+on.Chinese()+"）；该日以后办理的事项才适用的，写 since", path...)
	case v.Mark != law.Text:
		c.report(rule, on.Chinese()+"施行的"+s.Name+"的文本没有核对原文，不能写 mark: text；其后的文本核对过的，写 since", path...)
	}
}
