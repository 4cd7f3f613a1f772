package law

import "slices"

// ClauseKind is what a clause does to a period.
type ClauseKind string

// The kinds of clause.
const (
	ClauseStop    ClauseKind = "stop"    // 不计入期间的时间、中止
	ClauseExtend  ClauseKind = "extend"  // 延长
	ClauseShorten ClauseKind = "shorten" // 缩短
	ClauseRestart ClauseKind = "restart" // 重新起算
	ClauseDeemed  ClauseKind = "deemed"  // 届满的法律后果（视为……）
	ClauseStart   ClauseKind = "start"   // 起算日的特别规定
	ClauseFloor   ClauseKind = "floor"   // 最短期间（不少于、不得少于）
	ClauseUsual   ClauseKind = "usual"   // 一般的最短期间（一般不少于）：例外须有理由
	ClauseCap     ClauseKind = "cap"     // 最长期间（最长不得超过）
)

// Clause is what a statute says may become of one of its periods (期间的特别规定): it is
// suspended, extended, started anew, or has a consequence when it ends. Whether its
// condition is met is the procedure's business; the words are the article's own.
type Clause struct {
	Kind    ClauseKind `yaml:"kind" json:"kind,omitzero"`
	Article string     `yaml:"article" json:"article,omitzero"`
	Of      []Period   `yaml:"of" json:"of,omitzero"`       // the periods it speaks of; empty: every period of the statute
	By      Limit      `yaml:"by" json:"by,omitzero"`       // of an extension: at most so much
	Times   int        `yaml:"times" json:"times,omitzero"` // of an extension: at most so often, where said
	Event   string     `yaml:"event" json:"event,omitzero"` // what brings it about, in a few words
	Says    string     `yaml:"says" json:"says,omitzero"`   // the words of the article
	Note    string     `yaml:"note" json:"note,omitzero"`
}

// Period names a period of a statute: the article that sets it, and its words.
type Period struct {
	Statute string `yaml:"statute" json:"statute,omitzero"` // where it is another statute's period
	Article string `yaml:"article" json:"article,omitzero"`
	Limit   Limit  `yaml:"limit" json:"limit,omitzero"` // none: the organ sets its length
}

// Clauses lists what the text in force on q.From (the newest, on no day) says may become of
// a period: clauses that name it, and those of the whole statute. Without an article in q
// every period of the same length is meant; without a limit, all clauses are listed.
// Clauses of other statutes that name a period of this one come after its own.
func (b *Book) Clauses(q Query) ([]BookClause, error) {
	s, err := b.Statute(q.Under)
	if err != nil {
		return nil, err
	}
	out := s.clauses(s, q)
	for _, from := range b.statutes {
		if from.Name != s.Name {
			out = append(out, from.clauses(s, q)...)
		}
	}
	return out, nil
}

// clauses are those of from that speak of the period q of statute s.
func (from *Statute) clauses(s *Statute, q Query) (out []BookClause) {
	v := from.at(q.From)
	for _, c := range v.Clauses {
		if c.speaksOf(s, from, q) {
			out = append(out, BookClause{Clause: c, Statute: from.Name, Mark: v.Mark})
		}
	}
	return out
}

// BookClause is a clause with its statute.
type BookClause struct {
	Clause
	Statute string `json:"statute"`
	Mark    Mark   `json:"mark"`
}

// Cite is the clause as a basis.
func (c BookClause) Cite() Citation {
	return Citation{Statute: c.Statute, Article: c.Article, Mark: c.Mark}
}

func (c Clause) speaksOf(s, from *Statute, q Query) bool {
	if len(c.Of) == 0 {
		return s == from
	}
	article, _ := articleNumber(q.Article)
	return slices.ContainsFunc(c.Of, func(p Period) bool {
		of := p.Statute
		if of == "" {
			of = from.Name
		}
		a, _ := articleNumber(p.Article)
		if of != s.Name || article != 0 && a != article {
			return false
		}
		return q.Limit.IsZero() || p.Limit == q.Limit || p.Limit.IsZero() && article != 0
	})
}

// usual finds the clause by which the period of q is only usually a minimum, if there is one.
func (v *Version) usual(s *Statute, q Query) *Clause {
	for i, c := range v.Clauses {
		if c.Kind == ClauseUsual && c.speaksOf(s, s, q) {
			return &v.Clauses[i]
		}
	}
	return nil
}

// beyond finds the clause by which extensions of total are too long, if there is one.
func (v *Version) beyond(s *Statute, q Query, total Limit) *Clause {
	for i, c := range v.Clauses {
		if c.Kind == ClauseExtend && len(c.Of) > 0 && c.By.Word == total.Word && c.speaksOf(s, s, q) {
			if total.N > c.By.N*max(c.Times, 1) {
				return &v.Clauses[i]
			}
			return nil
		}
	}
	return nil
}
