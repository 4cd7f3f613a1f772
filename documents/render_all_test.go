package documents

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zhunsheng/area"
	"zhunsheng/gov"
	"zhunsheng/law"
	"zhunsheng/procedure"
)

// papersFolder names the folder to write every paper of every definition to, for looking at
// them.
const papersFolder = "ZHUNSHENG_PAPERS"

// rendered is a paper of a definition, made from a story of its scenarios.
type rendered struct {
	def   *procedure.Definition
	tpl   procedure.Template
	paper Paper
	lacks []procedure.Lack
	told  string // the scenario
}

// definitions are those of every area, with what applies where the county sets nothing.
func definitions(t *testing.T) (defs []*procedure.Definition, params func(string, gov.Day) (procedure.Param, bool)) {
	t.Helper()
	dirs, err := filepath.Glob("../area/*/*.yaml")
	if err != nil || len(dirs) == 0 {
		t.Fatal("no areas", err)
	}
	seen := map[string]bool{}
	var all []area.Parameter
	for _, f := range dirs {
		dir := filepath.Dir(f)
		if seen[dir] {
			continue
		}
		seen[dir] = true
		a := area.Area{ID: filepath.Base(dir), Definitions: os.DirFS(dir), Indicators: "indicators.yaml"}
		if _, err := os.Stat(filepath.Join(dir, "parameters.yaml")); err == nil {
			a.Parameters = "parameters.yaml"
		}
		list, err := area.Parse(a)
		if err != nil {
			t.Fatal(err)
		}
		ps, err := area.LoadParameters(a)
		if err != nil {
			t.Fatal(err)
		}
		defs, all = append(defs, list...), append(all, ps...)
	}
	return defs, area.Values(all)
}

// worldOf is what a story does not tell: the names of units and people, and other cases.
func worldOf(params func(string, gov.Day) (procedure.Param, bool), unit, mark string) procedure.Env {
	names := map[gov.UnitID]string{"parent-unit": "清源县人民政府", "qy": "清源县人民政府", "qy-zfb": "清源县人民政府办公室", "qy-sfj": "清源县司法局", "qy-scj": "清源县市场监督管理局"}
	return procedure.Env{Book: law.Default(), Param: params,
		UnitName: func(id gov.UnitID) (string, string) {
			if name, ok := names[id]; ok {
				return name, mark
			}
			return unit, mark
		},
		Parent:     func(gov.UnitID) gov.UnitID { return "parent-unit" },
		PersonName: func(gov.PersonID) string { return "王敏" },
		Linked: func(id gov.CaseID) (procedure.Linked, bool) {
			return procedure.Linked{Case: id, Title: "清源县中心城区道路停车泊位收费标准", Status: procedure.Closed, Facts: []string{"held", "minutes"}}, true
		},
		Children: func(string) (int, int) { return 3, 0 }}
}

// renderAll makes every paper of a definition from the act of its scenarios that fills in
// most of it.
func renderAll(t *testing.T, d *procedure.Definition, params func(string, gov.Day) (procedure.Param, bool)) []rendered {
	t.Helper()
	out := map[string]rendered{}
	title, unit, mark := "清源县农村留守老年人关爱服务办法", "清源县民政局", "清民"
	if d.Area() == "decisions" {
		title, unit, mark = "清源县中心城区道路停车泊位收费标准调整方案", "清源县住房和城乡建设局", "清住建"
	}
	env := worldOf(params, unit, mark)
	for _, sc := range d.Scenarios() {
		state := procedure.NewState("case")
		for i, e := range d.Play(sc, env.Book, params).Events {
			if e.Step != "" && e.State != nil {
				act := procedure.Act{Step: e.Step, Outcome: e.State.Outcome, Occurred: e.State.Occurred, Actor: e.State.By, Fields: worded(d, e.Fields)}
				env.Now = e.State.Occurred
				for _, tpl := range d.Makes(state, act, env) {
					sheet, lacks := d.Draft(state, act, tpl, env)
					old, known := out[tpl.ID]
					if !known || len(lacks) < len(old.lacks) || len(lacks) == len(old.lacks) && size(sheet) > size(old.paper.Sheet) {
						out[tpl.ID] = rendered{d, tpl, withTables(sheet), lacks, sc.Title}
					}
				}
			}
			e.Fields = worded(d, e.Fields)
			if e.Open != nil {
				opening := *e.Open
				opening.Title = title
				e.Open = &opening
			}
			state.Apply(int64(i+1), gov.System, e)
		}
	}
	for _, tpl := range d.Templates() {
		if _, ok := out[tpl.ID]; !ok {
			t.Errorf("%s %s: no scenario makes it", d, tpl.ID)
		}
	}
	return slices.SortedFunc(maps.Values(out), func(a, b rendered) int { return strings.Compare(a.tpl.ID, b.tpl.ID) })
}

func size(s procedure.Sheet) int { return len(strings.Join(s.Body, "")) + len(fmt.Sprint(s.Elements)) }

// worded puts words of an office in the place of the examples of a scenario.
func worded(d *procedure.Definition, fields map[procedure.FieldID]string) map[procedure.FieldID]string {
	out := maps.Clone(fields)
	for id, v := range out {
		f, ok := d.Field(id)
		switch {
		case !ok:
		case f.Type == procedure.LongTextField && len([]rune(v)) < 12:
			out[id] = "经研究，" + f.Label + "已经逐项核对：一是依据充分，符合上位法的规定；二是程序完备，有关单位和社会公众的意见已经研究采纳；三是没有减损公民、法人和其他组织的合法权益或者增加其义务。\n有关材料已经归入案卷，可供查阅。"
		case f.Type == procedure.TextField && v == "示例":
			out[id] = inWords(f)
		}
	}
	return out
}

// inWords is what an office would write in a field of one line.
func inWords(f procedure.Field) string {
	for _, x := range [][2]string{{"发文字号", "清民规〔2026〕3号"}, {"文号", "清民规〔2026〕3号"}, {"会议", "县人民政府第12次常务会议"}, {"制定机关", "清源县民政局"}, {"决定机关", "清源县人民政府"},
		{"执行单位", "清源县综合行政执法局"}, {"承办单位", "清源县住房和城乡建设局"}, {"单位", "清源县交通运输局"}, {"途径", "县人民政府网站"}, {"依据", "《某省行政规范性文件管理办法》第十二条"},
		{"地点", "县政务服务中心三楼会议室"}, {"条款", "第五条第二款"}, {"所涉决策", "清源县中心城区道路停车泊位收费标准调整方案（决策登〔2026〕1号）"}} {
		if strings.Contains(f.Label, x[0]) {
			return x[1]
		}
	}
	return f.Label + "已经核对，符合规定"
}

func withTables(s procedure.Sheet) Paper {
	p := Paper{Sheet: s}
	if p.Names(CommentsTable) {
		p.Tables = map[string]Table{CommentsTable: {Head: []string{"意见编号", "意见", "研究处理情况"}, Widths: []float64{0.26, 0.3, 0.44}, Rows: [][]string{
			{"意〔2026〕1号", "建议降低第一小时的收费标准", "部分采纳\n首小时收费下调一元，其余时段维持不变，理由见说明。"},
			{"意〔2026〕2号", "建议明确老年人的年龄", "采纳\n已在第二条写明。"},
			{"意〔2026〕3号", "咨询办理时限", "与本事项无关\n已转有关单位答复。"}}}}
	}
	return p
}

// Every paper of every definition, made from a story of its scenarios: nothing required is
// lacking, nothing is left unfilled, docx and PDF say the same and are of a sane length.
func TestEveryTemplateIsMade(t *testing.T) {
	folder := os.Getenv(papersFolder)
	defs, params := definitions(t)
	n := 0
	for _, d := range defs {
		if len(d.Templates()) == 0 {
			continue
		}
		t.Run(d.ID(), func(t *testing.T) {
			for _, r := range renderAll(t, d, params) {
				n++
				checkRendered(t, r)
				if folder != "" {
					writePaper(t, folder, r)
				}
			}
		})
	}
	if n < 40 {
		t.Errorf("only %d papers", n)
	}
}

func checkRendered(t *testing.T, r rendered) {
	t.Helper()
	id := r.def.ID() + " " + r.tpl.ID
	for _, l := range r.lacks {
		t.Errorf("%s: in “%s” it lacks %s: %s", id, r.told, l.Element, l.Why)
	}
	lines, word := mustPDF(t, r.paper), strings.Join(mustDOCX(t, r.paper), "")
	var set strings.Builder
	pages := 0
	for _, l := range lines {
		if !strings.HasPrefix(l.text, "— ") { // the page number
			set.WriteString(l.text)
		}
		pages = max(pages, l.page)
	}
	if pages < 1 || pages > 6 {
		t.Errorf("%s: %d pages", id, pages)
	}
	for name, text := range map[string]string{"docx": solid(word), "pdf": solid(set.String())} {
		if strings.ContainsAny(text, "{}") || strings.Contains(text, "示例") || strings.Contains(text, "U+") {
			t.Errorf("%s as %s: not filled in: %s", id, name, text)
		}
		if !r.paper.Names("elements") && r.paper.Layout != procedure.LayoutAgenda {
			continue
		}
		for _, e := range r.paper.Elements {
			edges := columns(Table{Widths: []float64{nameShare, 1 - nameShare}, Rows: [][]string{{"", ""}}})
			lines, err := (&setter{used: map[*typeface]map[rune]bool{}}).cellLines(e.Value, fangsong, size4, edges[2]-edges[1]-2*pad)
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range lines {
				if !strings.Contains(text, solid(l.text())) {
					t.Errorf("%s as %s: element %s is not in it", id, name, e.Name)
				}
			}
		}
	}
}

func writePaper(t *testing.T, folder string, r rendered) {
	t.Helper()
	for as, make := range map[string]func(Paper) ([]byte, error){".docx": DOCX, ".pdf": asPDF(t)} {
		b, err := make(r.paper)
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, r.def.ID()+"."+r.tpl.ID+as), b, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
