package demo

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"zhunsheng/gov"
)

//go:embed year/*.yaml
var yearFiles embed.FS

// book is one file of the folder year: the cases of one procedure and the stories that they
// follow. Ids of procedures, steps, fields and papers stand in these files only.
type book struct {
	Procedure string `yaml:"procedure"`
	// Cases are drawn among the stories that have a weight, and spread over the year. Each
	// takes a title in turn.
	Cases   int     `yaml:"cases"`
	Titles  string  `yaml:"titles"` // a line each: unit, title
	Stories []story `yaml:"stories"`
	titles  []title
}

type title struct {
	unit gov.UnitID
	text string
}

// story is a course of acts. Cases take it in proportion to weight, or one case alone takes
// it, which Begins so many days before the end of the year, or Stands where it is left since so
// many days before, and has a title of its own. Like another story of the book it goes Through
// one of its steps, then its own acts.
type story struct {
	Name    string            `yaml:"name"`
	Weight  int               `yaml:"weight"`
	Begins  string            `yaml:"begins"`
	Stands  string            `yaml:"stands"`
	Like    string            `yaml:"like"`
	Through string            `yaml:"through"`
	Title   string            `yaml:"title"`  // unit, title
	Fields  map[string]string `yaml:"fields"` // of the opening
	Acts    []storyAct        `yaml:"acts"`
}

// storyAct is one act of a story. Values of fields may hold {title}, {unit}, {n}, {day},
// {day+30}, {day-3}, {on:step} (the day of an earlier act), {at:step} and {at:step+30} (that of
// a later one, the first of that name),
// {number:name} (a number taken earlier) and {case:name}.
type storyAct struct {
	// On is the case that is acted on: "" is the story's own, a procedure the last case of it
	// that the story opened, or a name given by As.
	On      string            `yaml:"on"`
	Post    string            `yaml:"post"` // see county.holder
	Step    string            `yaml:"step"`
	Outcome string            `yaml:"outcome"`
	Wait    string            `yaml:"wait"` // days since the act before: "3" or "2-5"
	Fields  map[string]string `yaml:"fields"`
	Papers  map[string]string `yaml:"papers"` // paper id to what it is called
	// Submit hands in a case of a procedure about On, as the public does, and names it As.
	Submit string `yaml:"submit"`
	As     string `yaml:"as"`
	// Record makes the act a recording (补录); its value is the reason. Wait then places the
	// day on which it really happened, and Entered how many days later it was entered.
	Record  string `yaml:"record"`
	Source  string `yaml:"source"`
	Entered string `yaml:"entered"`
}

func readYear() ([]*book, error) {
	names, err := fs.Glob(yearFiles, "year/*.yaml")
	if err != nil {
		return nil, err
	}
	var out []*book
	for _, name := range names {
		text, err := yearFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var b book
		dec := yaml.NewDecoder(bytes.NewReader(text))
		dec.KnownFields(true)
		if err := dec.Decode(&b); err != nil {
			return nil, fmt.Errorf("demo: %s: %w", name, err)
		}
		for i := range b.Stories {
			if err := b.like(&b.Stories[i]); err != nil {
				return nil, fmt.Errorf("demo: %s: %w", name, err)
			}
		}
		for line := range strings.Lines(b.Titles) {
			t, err := readTitle(line)
			if err != nil {
				return nil, fmt.Errorf("demo: %s: %w", name, err)
			}
			b.titles = append(b.titles, t)
		}
		out = append(out, &b)
	}
	return out, nil
}

// like puts the acts of the story that s is like, through one of its steps, before its own.
func (b *book) like(s *story) error {
	if s.Like == "" {
		return nil
	}
	i := slices.IndexFunc(b.Stories, func(o story) bool { return o.Name == s.Like })
	if i < 0 {
		return fmt.Errorf("%q is like no story: %q", s.Name, s.Like)
	}
	acts := b.Stories[i].Acts
	last := slices.IndexFunc(acts, func(a storyAct) bool { return s.Through == strings.TrimPrefix(a.On+"/"+a.Step, "/") })
	if last < 0 {
		return fmt.Errorf("%q has no step %q", s.Like, s.Through)
	}
	s.Acts = append(slices.Clone(acts[:last+1]), s.Acts...)
	return nil
}

func readTitle(line string) (title, error) {
	u, t, ok := strings.Cut(strings.TrimSpace(line), " ")
	if !ok {
		return title{}, fmt.Errorf("not a unit and a title: %q", line)
	}
	return title{gov.UnitID(u), t}, nil
}

// title is that of the n-th drawn case: where there are more cases than titles, the same
// matters come again in other words.
func (b *book) title(n int, end gov.Day) title {
	t := b.titles[n%len(b.titles)]
	switch n / len(b.titles) {
	case 0:
	case 1:
		t.text += "（修订）"
	case 2:
		t.text = strings.Replace(t.text, "清源县", "清源县"+strconv.Itoa(end.Year())+"年度", 1)
	default:
		t.text += "（试行）"
	}
	return t
}

// pick draws a story by weight; each is told at least once.
func (b *book) pick(r *rand.Rand, n int) story {
	var drawn []story
	total := 0
	for _, s := range b.Stories {
		if s.Weight > 0 {
			drawn = append(drawn, s)
			total += s.Weight
		}
	}
	k := r.IntN(total)
	if n < len(drawn) {
		return drawn[n]
	}
	for _, s := range drawn {
		if k -= s.Weight; k < 0 {
			return s
		}
	}
	return drawn[0]
}

// within reads "3" or "2-5" and draws from it.
func within(r *rand.Rand, s string) int {
	lo, hi, ok := strings.Cut(s, "-")
	a, _ := strconv.Atoi(lo)
	if !ok {
		return a
	}
	b, _ := strconv.Atoi(hi)
	return a + r.IntN(b-a+1)
}
