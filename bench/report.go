package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// section is one benchmark of the report.
type section struct {
	id    string
	title string
	text  string // what both sides do, and where the comparison is unfair
	sides []result
	rows  []row
	notes []string
}

// row is one figure held against its goal.
type row struct {
	what   string
	values []float64 // one a round
	unit   string    // "×" for ratios
	goal   float64
	floor  float64 // 0 for none
	most   bool    // the goal is an upper bound
}

// ratioRow compares two sides.
func ratioRow(what string, a, b result, goal, floor float64) row {
	return row{what: what, values: ratios(a, b), unit: "×", goal: goal, floor: floor}
}

func (r row) met(bound float64) bool {
	if r.most {
		return median(r.values) <= bound
	}
	return median(r.values) >= bound
}

func (r row) verdict() string {
	switch {
	case r.goal != 0 && r.met(r.goal):
		return "goal met"
	case r.floor != 0 && r.met(r.floor):
		return "goal missed, floor met"
	case r.floor != 0:
		return "**floor missed**"
	case r.goal != 0:
		return "goal missed"
	}
	return "–"
}

func (r row) bound(b float64) string {
	switch {
	case b == 0:
		return "–"
	case r.most:
		return "≤ " + number(b) + r.sep()
	}
	return "≥ " + number(b) + r.sep()
}

func (r row) sep() string {
	if r.unit == "×" {
		return "×"
	}
	return " " + r.unit
}

// report is docs/performance.md.
type report struct {
	machine
	options
	when     time.Time
	sections []section
}

func (r report) markdown() string {
	var b strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	p("# Performance\n\nWritten by `make bench`; do not edit. What is measured and why stands in `bench/`, a Go module of its own, so that no peer enters the product's `go.mod`.\n\n")
	p("**Method.** All sides run in one process tree on one machine, in turn: A, B, A, B, …; %d rounds of %s each after a short warm-up. A ratio is taken within each round, and the median of the rounds counts; the spread is the smallest and the largest. Absolute rates are medians for orientation only, because machines are shared and noisy. Clients are a closed loop: each waits for its answer before it asks again. *Processor* is the processor time of one operation: of the server where there is one, else of clients and engine together. Every side writes to the same file system. Where a comparison is unfair, it is meant to be unfair to us, and the text says how.\n\n", r.pairs, r.length())
	p("| | |\n|---|---|\n")
	p("| date | %s |\n| machine | %s, %d cores, Linux %s |\n| file system | %s |\n| Go | %s |\n| load average before the run | %s |\n",
		r.when.Format("2006-01-02"), r.cpu, r.cores, r.kernel, r.filesystem, r.goVersion, r.load)
	for _, peer := range r.peers {
		name, version, _ := strings.Cut(peer, " ")
		p("| %s | %s |\n", name, version)
	}
	if r.filesystem == "tmpfs" {
		p("\n**The files of this run lay in memory: what says *durable* was not, and no figure of this page counts. Use `-dir`.**\n")
	}
	p("\n## Result\n\n| | figure | median | spread | goal | floor | |\n|---|---|---:|---:|---:|---:|---|\n")
	for _, s := range r.sections {
		for _, w := range s.rows {
			p("| %s | %s | **%s%s** | %s – %s | %s | %s | %s |\n", s.id, w.what, number(median(w.values)), w.sep(),
				number(slices.Min(w.values)), number(slices.Max(w.values)), w.bound(w.goal), w.bound(w.floor), w.verdict())
		}
	}
	for _, s := range r.sections {
		p("\n## %s: %s\n\n%s\n\n| side | clients | rate | slowest – fastest round | p50 | p99 | processor |\n|---|---:|---:|---:|---:|---:|---:|\n", s.id, s.title, s.text)
		for _, x := range s.sides {
			rates := collect(x.samples, sample.rate)
			p("| %s | %d | %s/s | %s – %s | %s | %s | %s |\n", x.name, x.clients, number(x.rate()), number(slices.Min(rates)), number(slices.Max(rates)),
				milliseconds(time.Duration(median(collect(x.samples, func(s sample) float64 { return float64(s.p50) })))), milliseconds(x.p99()),
				milliseconds(time.Duration(median(collect(x.samples, func(s sample) float64 { return float64(s.cpu) })))))
		}
		for _, n := range s.notes {
			p("\n%s\n", n)
		}
	}
	return b.String()
}

// number rounds to three figures, with thin groups of thousands.
func number(v float64) string {
	if v == 0 {
		return "0"
	}
	digits := 2 - int(math.Floor(math.Log10(math.Abs(v))))
	if digits > 0 {
		s := fmt.Sprintf("%.*f", digits, v)
		if strings.Contains(s, ".") {
			s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
		}
		return s
	}
	scale := math.Pow10(-digits)
	s := fmt.Sprintf("%.0f", math.Round(v/scale)*scale)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + " " + s[i:]
	}
	return s
}

func milliseconds(d time.Duration) string {
	return number(float64(d)/float64(time.Millisecond)) + " ms"
}
