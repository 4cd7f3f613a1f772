package law

import "zhunsheng/gov"

// Count is how a day of a period is counted (工作日 or 自然日).
type Count string

// The ways to count a day.
const (
	Working  Count = "working"
	Calendar Count = "calendar"
)

// Statute is one entry of the register of statutes (法律法规登记). Facts are as sure as
// Mark says; a document number that no source proves is absent.
type Statute struct {
	Name     string    `yaml:"name" json:"name,omitzero"`       // the short official name by which it is cited
	Title    string    `yaml:"title" json:"title,omitzero"`     // the full official name
	Aliases  []string  `yaml:"aliases" json:"aliases,omitzero"` // names under which it is found
	Kind     string    `yaml:"kind" json:"kind,omitzero"`
	Number   string    `yaml:"number" json:"number,omitzero"` // document number, proven or absent
	Mark     Mark      `yaml:"mark" json:"mark,omitzero"`
	Source   string    `yaml:"source" json:"source,omitzero"`
	Earlier  string    `yaml:"earlier" json:"earlier,omitzero"`   // what is known of texts older than the oldest version
	Versions []Version `yaml:"versions" json:"versions,omitzero"` // oldest first
}

// Version is the text of a statute (版本) in force from a day on, with the rule by which
// it counts its periods.
type Version struct {
	InForce gov.Day  `yaml:"in_force" json:"in_force,omitzero"`                   // 施行日
	Assumed bool     `yaml:"in_force_unproven" json:"in_force_unproven,omitzero"` // no source gives it: the day of adoption stands in
	Adopted gov.Day  `yaml:"adopted" json:"adopted,omitzero"`                     // day of adoption, or of publication by an order
	Number  string   `yaml:"number" json:"number,omitzero"`
	Mark    Mark     `yaml:"mark" json:"mark,omitzero"`
	Source  string   `yaml:"source" json:"source,omitzero"`
	Text    string   `yaml:"text" json:"text,omitzero"` // name of the text against which the rules were read
	Note    string   `yaml:"note" json:"note,omitzero"`
	Days    DayRules `yaml:"days" json:"days,omitzero"`
	Terms   TermsUse `yaml:"terms" json:"terms,omitzero"`
	// Receipt and ReceiptUse say when something is received or served under this text.
	Receipt    []ReceiptRule `yaml:"receipt" json:"receipt,omitzero"`
	ReceiptUse []ReceiptUse  `yaml:"receipt_use" json:"receipt_use,omitzero"`
	// Clauses are what the text says may become of a period: time not counted, extension,
	// a new start, what follows when it ends.
	Clauses []Clause `yaml:"clauses" json:"clauses,omitzero"`
}

// DayRules say how a bare 日 is counted: the first rule that fits, else Otherwise.
type DayRules struct {
	Rules     []DayRule `yaml:"rules" json:"rules,omitzero"`
	Otherwise DayRule   `yaml:"otherwise" json:"otherwise,omitzero"`
	// Explicit lists the articles that say 工作日 in so many words, with their numbers.
	Explicit []Explicit `yaml:"explicit" json:"explicit,omitzero"`
}

// Explicit is an article that words its period in 工作日.
type Explicit struct {
	Article string `yaml:"article" json:"article,omitzero"`
	Numbers []int  `yaml:"numbers" json:"numbers,omitzero"`
}

// DayRule is one rule for a bare 日. Empty conditions fit everything.
type DayRule struct {
	At      []string `yaml:"at" json:"at,omitzero"`           // only in these articles
	Numbers []int    `yaml:"numbers" json:"numbers,omitzero"` // only these numbers (行政处罚法: 二日、三日、五日、七日)
	UpTo    int      `yaml:"up_to" json:"up_to,omitzero"`     // only numbers at or below (行政强制法: 十日以内)
	Count   Count    `yaml:"count" json:"count,omitzero"`
	Article string   `yaml:"article" json:"article,omitzero"` // the article that says so; empty when none does
	Note    string   `yaml:"note" json:"note,omitzero"`       // what an inference rests on
	Open    bool     `yaml:"open" json:"open,omitzero"`       // practice differs: a local rule may count otherwise
}

// TermsUse names the set of rules for start, end and roll-forward, and whether the
// statute itself (or one it refers to) lays them down, or they apply by analogy only.
type TermsUse struct {
	Set     string `yaml:"set" json:"set,omitzero"`
	Express bool   `yaml:"express" json:"express,omitzero"`
	Through string `yaml:"through" json:"through,omitzero"` // the article that refers to the set
}

// Terms are one law's rules for start, end, hours and roll-forward of periods (期间计算).
type Terms struct {
	ID        string  `yaml:"id" json:"id,omitzero"`
	Statute   string  `yaml:"statute" json:"statute,omitzero"`
	Since     gov.Day `yaml:"since" json:"since,omitzero"`       // 施行日, where known
	Start     string  `yaml:"start" json:"start,omitzero"`       // the starting day is not counted
	Match     string  `yaml:"match" json:"match,omitzero"`       // months and years end on the corresponding day
	MatchFrom string  `yaml:"match_of" json:"match_of,omitzero"` // statute of Match where Statute has no such article
	Roll      string  `yaml:"roll" json:"roll,omitzero"`         // a last day that is a rest day rolls forward
	Hours     string  `yaml:"hours" json:"hours,omitzero"`       // the article on hours
	// Posted is the article by which what is posted before the end is in time, where the
	// law has such a rule (在途时间不计入).
	Posted     string `yaml:"posted" json:"posted,omitzero"`
	PostedSays string `yaml:"posted_says" json:"posted_says,omitzero"`
	// Closes is the article on the hour at which the last day ends (截止时间), of another
	// statute where this one has none.
	Closes     string `yaml:"closes" json:"closes,omitzero"`
	ClosesOf   string `yaml:"closes_of" json:"closes_of,omitzero"`
	ClosesSays string `yaml:"closes_says" json:"closes_says,omitzero"`
	SkipHour   bool   `yaml:"skip_hour" json:"skip_hour,omitzero"` // the starting hour is not counted either
}

func (r DayRule) fits(n, article int) bool {
	if len(r.At) > 0 && !r.at(article) {
		return false
	}
	return r.fitsNumber(n)
}

func (r DayRule) fitsNumber(n int) bool {
	if r.UpTo > 0 && n > r.UpTo {
		return false
	}
	if len(r.Numbers) == 0 {
		return true
	}
	for _, x := range r.Numbers {
		if x == n {
			return true
		}
	}
	return false
}

func (r DayRule) at(article int) bool {
	for _, a := range r.At {
		if n, ok := articleNumber(a); ok && n == article {
			return true
		}
	}
	return false
}

// pick gives the rule for a bare 日 of number n in an article (0: not said), and the
// article-bound rules that would have counted differently had the article been named.
func (d DayRules) pick(n, article int) (rule DayRule, unless []DayRule) {
	rule = d.Otherwise
	for i := len(d.Rules) - 1; i >= 0; i-- {
		if d.Rules[i].fits(n, article) {
			rule = d.Rules[i]
		}
	}
	for _, r := range d.Rules {
		if article == 0 && len(r.At) > 0 && r.fitsNumber(n) && r.Count != rule.Count {
			unless = append(unless, r)
		}
	}
	return rule, unless
}

// explicit finds the article that words n in 工作日: the one asked for, else any.
func (d DayRules) explicit(n, article int) (found []string) {
	for _, e := range d.Explicit {
		if a, _ := articleNumber(e.Article); article != 0 && a != article {
			continue
		}
		for _, x := range e.Numbers {
			if x == n {
				found = append(found, e.Article)
				break
			}
		}
	}
	return found
}

// On gives the text in force on a day (当时有效的版本); assumed is true when the day is
// before the oldest text of the register, whose counting rule is then used.
func (s *Statute) On(on gov.Day) (v *Version, assumed bool) {
	v = &s.Versions[0]
	assumed = on.Before(v.InForce)
	for i := range s.Versions {
		if !on.Before(s.Versions[i].InForce) {
			v = &s.Versions[i]
		}
	}
	return v, assumed
}
