package law

import (
	"fmt"
	"slices"
)

var clauseKinds = []ClauseKind{ClauseStop, ClauseExtend, ClauseShorten, ClauseRestart, ClauseDeemed, ClauseStart, ClauseFloor, ClauseUsual, ClauseCap}

func (b *Book) addReceiptWords(d *document) error {
	if err := d.decode(&b.words); err != nil {
		return err
	}
	for k, list := range [][]ReceiptWord{b.words.Papers, b.words.Channels, b.words.Facts} {
		key, seen := []string{"papers", "channels", "facts"}[k], map[string]bool{}
		if len(list) == 0 {
			return d.errorf(nil, "%s is empty", key)
		}
		for i, w := range list {
			if w.ID == "" || w.Name == "" || (w.Day == "") != (key != "papers") {
				return d.errorf([]any{key, i}, "id and name are required, and of a paper what its day is called")
			}
			for _, name := range append([]string{w.ID, w.Name}, w.Aliases...) {
				if seen[name] {
					return d.errorf([]any{key, i}, "%q stands twice", name)
				}
				seen[name] = true
			}
		}
	}
	return nil
}

func known(list []ReceiptWord, id string) bool {
	return slices.ContainsFunc(list, func(w ReceiptWord) bool { return w.ID == id })
}

func (b *Book) checkReceipt(d *document, v *Version, at []any) error {
	seen := map[string]bool{}
	for j, r := range v.Receipt {
		where := slices.Concat(at, []any{"receipt", j})
		key := r.Paper + "/" + r.Channel
		if !known(b.words.Papers, r.Paper) || !known(b.words.Channels, r.Channel) || len(r.Day) == 0 {
			return d.errorf(where, "paper %q, channel %q or day is not among the words of receipt.yaml", r.Paper, r.Channel)
		}
		for _, f := range append(slices.Clone(r.Day), r.SameDay) {
			if f != "" && !known(b.words.Facts, f) {
				return d.errorf(where, "the day %q is not among the words of receipt.yaml", f)
			}
		}
		if seen[key] {
			return d.errorf(where, "a second rule for %s", key)
		}
		seen[key] = true
		if _, ok := articleNumber(r.Article); !ok || v.Mark == Text && r.Says == "" {
			return d.errorf(where, "a rule names its article, and its words where the text was read")
		}
		if r.After.Word == Hours {
			return d.errorf(where, "a day does not follow from hours")
		}
	}
	for j, u := range v.ReceiptUse {
		where := slices.Concat(at, []any{"receipt_use", j})
		if !known(b.words.Papers, u.Paper) || u.As != "" && !known(b.words.Papers, u.As) || u.Statute == "" {
			return d.errorf(where, "paper %q or %q is not among the words of receipt.yaml, or statute is missing", u.Paper, u.As)
		}
		if _, ok := articleNumber(u.Through); u.Through != "" && (!ok || u.Says == "") || u.Through == "" && u.Note == "" {
			return d.errorf(where, "the article that refers and its words are required, or a note says why the rules apply")
		}
	}
	return nil
}

func checkClauses(d *document, v *Version, at []any) error {
	for j, c := range v.Clauses {
		where := slices.Concat(at, []any{"clauses", j})
		if !slices.Contains(clauseKinds, c.Kind) {
			return d.errorf(where, "unknown kind %q", c.Kind)
		}
		if _, ok := articleNumber(c.Article); !ok || c.Event == "" || v.Mark == Text && c.Says == "" {
			return d.errorf(where, "a clause names its article and its event, and its words where the text was read")
		}
		if (c.Times != 0 || !c.By.IsZero()) && c.Kind != ClauseExtend || c.Times < 0 || c.By.Word == Hours {
			return d.errorf(where, "by and times belong to an extension")
		}
		for _, p := range c.Of {
			if _, ok := articleNumber(p.Article); !ok {
				return d.errorf(where, "a period is an article, and its limit where that is set")
			}
		}
	}
	return nil
}

// checkUses: every statute named by another's rules or by the rules on periods is in the
// register, and has rules.
func (b *Book) checkUses() error {
	for id, t := range b.terms {
		for _, name := range []string{t.Statute, t.MatchFrom, t.ClosesOf} {
			if _, err := b.Statute(name); name != "" && err != nil {
				return fmt.Errorf("terms.yaml: set %q: %w", id, err)
			}
		}
	}
	for _, s := range b.statutes {
		for _, v := range s.Versions {
			for _, u := range v.ReceiptUse {
				src, err := b.Statute(u.Statute)
				if err != nil {
					return fmt.Errorf("%s: receipt_use: %w", s.Name, err)
				}
				has := func(r ReceiptRule) bool { return r.Paper == u.there() }
				if !slices.ContainsFunc(src.Versions, func(v Version) bool { return slices.ContainsFunc(v.Receipt, has) }) {
					return fmt.Errorf("%s: receipt_use: %s has no rule for %s", s.Name, src.Name, u.there())
				}
			}
			for _, c := range v.Clauses {
				for _, p := range c.Of {
					if p.Statute == "" {
						continue
					}
					if _, err := b.Statute(p.Statute); err != nil {
						return fmt.Errorf("%s: clauses: %w", s.Name, err)
					}
				}
			}
		}
	}
	return nil
}
