package law

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

const (
	goodTerms = "terms:\n  - {id: 甲, statute: 甲法, start: 第一条, match: 第二条, roll: 第三条, hours: 第一条, closes: 第三条, closes_says: 二十四时, skip_hour: false}\n"
	goodWords = "papers: [{id: application, name: 申请, day: 收到申请之日}]\nchannels: [{id: post, name: 邮寄}]\nfacts: [{id: signed, name: 签收之日}]\n"
	goodTail  = "from: 12-28\nwhy: 理由\n"
	goodLaw   = `name: 甲法
title: 中华人民共和国甲法
aliases: [甲]
kind: law
mark: memory
source: 出处
versions:
  - in_force: 2020-01-01
    mark: memory
    source: 出处
    days:
      rules:
        - {numbers: [3], count: working, article: 第九条}
      otherwise: {count: calendar, note: 没有条款}
    terms: {set: 甲, express: true}
`
	goodYear = `year: 2020
mark: page
source: 出处
notices:
  - page: https://example.org/1
    off: [2020-01-01, 2020-10-01..2020-10-08]
    work: [2020-01-19]
  - page: https://example.org/2
    effect: 2020-01-27
    amends: https://example.org/1
    off: [2020-01-31]
    work: [2020-02-03]
`
)

func register(terms, tail, law, year string) fstest.MapFS {
	return fstest.MapFS{
		"terms.yaml": {Data: []byte(terms)}, "receipt.yaml": {Data: []byte(goodWords)}, "calendar/tail.yaml": {Data: []byte(tail)},
		"statutes/甲法.yaml": {Data: []byte(law)}, "calendar/2020.yaml": {Data: []byte(year)},
	}
}

func TestLoad_ASmallRegister(t *testing.T) {
	b, err := Load(register(goodTerms, goodTail, goodLaw, goodYear))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"甲", "甲法", "《甲法》", "中华人民共和国甲法", "《中华人民共和国甲法》"} {
		if s, err := b.Statute(name); err != nil || s.Name != "甲法" {
			t.Errorf("%s: %v, %v", name, s, err)
		}
	}
}

func TestLoad_ErrorsSayWhere(t *testing.T) {
	for _, c := range []struct{ file, from, to, want string }{
		{"law", "kind: law", "kind: edict", "甲法.yaml: line 4:7: unknown kind"},
		{"law", "kind: law", "sort: law", "甲法.yaml: yaml: unmarshal errors:\n  line 4: field sort not found"},
		{"law", "mark: memory\nsource: 出处\nversions", "mark: sure\nsource: 出处\nversions", "line 5:7: unknown mark"},
		{"law", "2020-01-01", "2020-13-01", "line 8:15: 日期"},
		{"law", "count: working", "count: wking", "line 13:11: count must be"},
		{"law", "numbers: [3], ", "", "line 13:11: a rule needs a condition"},
		{"law", "numbers: [3]", "numbers: [0]", "line 13:11: 0 is no number"},
		{"law", ", article: 第九条", "", "line 13:11: a rule names its article"},
		{"law", "第九条", "九章", "is no article"},
		{"law", "set: 甲", "set: 乙", `line 15:12: no terms "乙"`},
		{"law", "name: 甲法", "name: 乙法", "line 1:7: the file must be named"},
		{"law", "    mark: memory\n", "    mark: text\n", "line 9:11: a version marked text names the text"},
		{"law", "  - in_force: 2020-01-01\n    mark", "  - mark", "line 8:5: a version without in_force"},
		{"law", "versions:", "aliases: &a [x]\nversions: *a\nextra:", "line 8:11: aliases and deep nesting"},
		{"law", "[甲]", "&x [甲]\nearlier: *x", "aliases and deep nesting"},
		{"law", "terms: {set: 甲, express: true}\n", "terms: {set: 甲, express: true}\n---\na: 1\n", "more than one document"},
		{"year", "year: 2020", "year: 2021", "2020.yaml: line 1:7: the file must be named"},
		{"year", "2020-01-19]", "2020-01-20]", "line 7:12: 2020-01-20 is a weekday"},
		{"year", "2020-01-19]", "2020-10-04]", "line 7:12: 2020-10-04 is named twice"},
		{"year", "2020-10-08]", "2020-09-08]", "line 6:23: 日期范围"},
		{"year", "2020-10-08]", "2029-10-08]", "line 6:23: 日期范围"},
		{"year", "[2020-01-01,", "[2019-11-30,", "line 6:11: 2019-11-30 does not belong"},
		{"year", "    effect: 2020-01-27\n", "", "line 8:5: the yearly notice has no day of effect"},
		{"year", "    amends: https://example.org/1\n", "", "a change names in amends"},
		{"year", "amends: https://example.org/1", "amends: https://example.org/3", "a change names in amends"},
		{"year", "  - page: https://example.org/1\n    off", "  - off", "page is required"},
		{"law", ", express: true", "", "甲法.yaml: line 15:12: express says whether"},
		{"law", "article: 第九条", `article: ""`, "甲法.yaml: line 13:51: an empty value"},
		{"law", "numbers: [3]", `numbers: [3], at: [""]`, "an empty value: what does not apply is left out"},
		{"year", "    work: [2020-01-19]\n", "", "2020.yaml: line 5:5: off and work are required"},
		{"terms", ", skip_hour: false", "", `terms.yaml: line 2:5: set "甲": skip_hour says`},
		{"tail", "why: 理由", "why:", "tail.yaml: line 2:5: an empty value"},
		{"tail", "12-28", "11-28", "tail.yaml: line 1:7: a day of December"},
		{"tail", "12-28", "12-32", "tail.yaml: line 1:7: a day of December"},
		{"tail", "why: 理由", "reason: 理由", "tail.yaml: yaml: unmarshal errors:\n  line 2: field reason not found"},
		{"tail", "\nwhy: 理由", "", "tail.yaml: line 1:7: a day of December (12-28) and the reason"},
		{"terms", "roll: 第三条, ", "", `terms.yaml: line 2:5: set "甲": roll names an article (第八十五条), not ""`},
		{"terms", "hours: 第一条", "hours: 次条", `terms.yaml: line 2:68: set "甲": hours names an article (第八十五条), not "次条"`},
		{"terms", "closes: 第三条, ", "", `set "甲": closes names an article`},
		{"terms", "closes_says: 二十四时, ", "", `terms.yaml: line 2:5: set "甲" is incomplete`},
		{"terms", "closes_says", "posted: 第四条, closes_says", `terms.yaml: line 2:5: set "甲" is incomplete`},
		{"terms", "statute: 甲法", "statute: 乙法", `terms.yaml: set "甲": 登记中没有“乙法”`},
		{"terms", "match: 第二条", "match: 第二条, match_of: 乙法", `terms.yaml: set "甲": 登记中没有“乙法”`},
		{"terms", "skip_hour: false", "skip_hours: false", "terms.yaml: yaml: unmarshal errors:\n  line 2: field skip_hours not found"},
	} {
		files := map[string]string{"terms": goodTerms, "tail": goodTail, "law": goodLaw, "year": goodYear}
		changed := strings.Replace(files[c.file], c.from, c.to, 1)
		if changed == files[c.file] {
			t.Fatalf("%q changes nothing", c.from)
		}
		files[c.file] = changed
		_, err := Load(register(files["terms"], files["tail"], files["law"], files["year"]))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q for %q: %v\n  want %q", c.to, c.from, err, c.want)
		}
	}
}

func TestLoad_RefusesTwoStatutesUnderOneName(t *testing.T) {
	files := register(goodTerms, goodTail, goodLaw, goodYear)
	files["statutes/乙法.yaml"] = &fstest.MapFile{Data: []byte(strings.NewReplacer("甲法", "乙法").Replace(goodLaw))}
	if _, err := Load(files); err == nil || !strings.Contains(err.Error(), "also stands for") {
		t.Errorf("%v", err)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(goodTerms, goodTail, goodLaw, goodYear)
	for _, name := range []string{"statutes/行政许可法.yaml", "statutes/行政强制法.yaml"} {
		src, err := fs.ReadFile(Data(), name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(goodTerms, goodTail, string(src), goodYear)
	}
	f.Fuzz(func(t *testing.T, terms, tail, law, year string) {
		b, err := Load(register(terms, tail, law, year))
		if err != nil {
			return
		}
		for _, s := range b.Statutes() {
			for _, l := range []string{"3日", "10个工作日", "2个月"} {
				got, err := b.Due(Query{Under: s.Name, Limit: MustLimit(l), From: b.statutes[0].Versions[0].InForce.AddDays(40)})
				if err == nil && (!got.Nominal.After(got.From) || got.Due.Before(got.Nominal)) {
					t.Fatalf("%+v", got)
				}
			}
		}
	})
}
