package demo

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/indicator"
	"zhunsheng/procedure"
	"zhunsheng/publication"
)

// oldDocuments is one county's table of old documents, by the plan that reads it. Y stands for
// the year of a row: 2021, 2022, 2023 where the procedure reaches back so far.
type oldDocuments struct {
	post string
	unit gov.UnitID
	head string
	rows [3]string
	// gates are the rules that the rows break, their papers apart, which no table holds.
	gates [3]string
	rates map[indicator.ID]string
}

var oldTables = map[string]oldDocuments{
	"department-documents": {
		post: "registrar", unit: "qy-mzj",
		head: "文件名称,制定机关,是否涉企,起草完成日期,评估论证日期,公开征求意见日期,公开征求意见截止日期,征求意见方式,反馈采纳情况日期,公平竞争审查日期,是否听取利害关系人意见,是否涉及社会公众利益,公平竞争审查结果,合法性审核日期,审议日期,印发日期,发文字号,登记号,解读日期,公开审查日期,公布日期,施行日期,有效期至,备案日期",
		rows: [3]string{
			"甲办法,县民政局,是,Y-03-03,Y-03-05,Y-03-08,Y-04-12,县政府网站,Y-04-16,Y-04-19,是,否,符合,Y-04-30,Y-05-08,Y-05-10,清民规〔Y〕1号,规登〔Y〕1号,Y-05-10,Y-05-11,Y-05-12,Y-06-15,2030-06-14,Y-05-20",
			"乙办法,县民政局,是,Y-03-03,Y-03-05,Y-03-08,Y-04-12,县融媒体报纸,,Y-04-19,是,否,符合,Y-04-30,Y-05-08,Y-05-10,清民规〔Y〕2号,,,Y-05-11,Y-05-12,Y-06-15,,Y-07-20",
			"丙办法,县民政局,,,,,,,,,,,,,,Y-05-10,清民规〔Y〕3号,,,,Y-05-12,Y-06-15,,",
		},
		gates: [3]string{"ND-G01", "ND-G01 ND-G11 ND-G18", "ND-G05 ND-G06"},
		rates: map[indicator.ID]string{"document-filed": "2/3", "filing-in-time": "1/3", "document-reviewed": "2/3", "document-registered": "1/3",
			"document-published": "3/3", "document-published-in-time": "3/3", "document-competition-reviewed": "2/2", "document-firms-heard": "2/2",
			"document-five-steps": "2/3", "document-in-base": "3/3", "offline-consultation-answered": "1/2"},
	},
	"township-documents": {
		post: "supervisor", unit: "qyz-cg",
		head: "文件名称,制定机关,是否涉企,起草完成日期,评估论证日期,公开征求意见日期,反馈采纳情况日期,合法性审核日期,审核单位,审议日期,印发日期,发文字号,登记号,公开审查日期,公布日期,施行日期,备案日期",
		rows: [3]string{
			"甲办法,城关镇人民政府,否,Y-03-03,Y-03-05,Y-03-08,Y-04-16,Y-04-30,司法所,Y-05-08,Y-05-10,城政规〔Y〕1号,规登〔Y〕4号,Y-05-11,Y-05-12,Y-06-15,Y-05-20",
			"乙办法,城关镇人民政府,否,Y-03-03,Y-03-05,,,,,Y-05-08,Y-05-10,城政规〔Y〕2号,规登〔Y〕5号,Y-05-11,Y-05-12,Y-06-15,Y-07-20",
			"丙办法,城关镇人民政府,否,Y-03-03,Y-03-05,,,Y-04-30,本机关,Y-05-08,Y-05-10,城政规〔Y〕3号,规登〔Y〕6号,Y-05-11,Y-05-12,Y-05-01,",
		},
		gates: [3]string{"NDT-G01", "NDT-G03", "NDT-G01 NDT-G07"},
		rates: map[indicator.ID]string{"document-filed": "2/3", "filing-in-time": "1/3", "document-reviewed": "2/3", "document-registered": "3/3",
			"document-published": "3/3", "document-five-steps": "1/3", "offline-consultation-answered": "1/1"},
	},
	"government-documents": {
		post: "registrar", unit: "qy-zjj",
		head: "文件名称,起草单位,对经营者的影响,起草完成日期,评估论证日期,公开征求意见日期,公开征求意见截止日期,反馈采纳情况日期,听取企业意见日期,公平竞争初审日期,起草单位审核日期,局务会日期,公平竞争审查日期,报送日期,转送审核日期,合法性审核日期,采纳审核意见日期,列入议题日期,审议日期,签发日期,登记日期,印发日期,发文字号,登记号,解读日期,公开审查日期,公布日期,施行日期,报送市政府备案日期,人大备案日期",
		rows: [3]string{
			"甲办法,县住房和城乡建设局,密切相关,Y-01-05,Y-01-08,Y-01-12,Y-02-20,Y-02-25,Y-02-02,Y-02-26,Y-03-02,Y-03-05,Y-03-10,Y-03-12,Y-03-16,Y-03-30,Y-03-31,Y-04-02,Y-04-10,Y-04-13,Y-04-14,Y-04-14,清政规〔Y〕1号,规登〔Y〕7号,Y-04-15,Y-04-16,Y-04-20,Y-06-01,Y-04-28,Y-04-29",
			"乙办法,县住房和城乡建设局,涉及,Y-01-05,Y-01-08,Y-01-12,Y-02-20,Y-02-25,Y-02-02,Y-02-26,Y-03-02,Y-03-05,,Y-03-12,Y-03-16,Y-03-30,Y-03-31,Y-04-02,Y-04-10,Y-04-13,Y-04-14,Y-04-14,清政办规〔Y〕2号,规登〔Y〕8号,,Y-04-16,Y-04-20,Y-06-01,Y-07-28,",
			"丙办法,县住房和城乡建设局,,,,,,,,,,,,,,,,,,,,Y-04-14,清政规〔Y〕3号,,,,Y-04-20,Y-04-10,,",
		},
		gates: [3]string{"", "NDG-G20", "NDG-G16 NDG-G17 NDG-G21 NDG-G22 NDG-G29"},
		rates: map[indicator.ID]string{"document-filed": "1/3", "filing-in-time": "1/3", "document-reviewed": "2/3", "document-registered": "3/3",
			"document-published": "3/3", "document-published-in-time": "3/3", "legality-review-in-time": "2/2", "document-competition-reviewed": "1/2",
			"document-firms-heard": "1/1", "document-five-steps": "2/3", "document-in-base": "3/3", "offline-consultation-answered": "2/2",
			"normative-document.government.filing-congress": "1/3"},
	},
	"joint-documents": {
		post: "registrar", unit: "qy-jyj",
		head: "文件名称,牵头部门,联合发文单位,对经营者的影响,起草完成日期,评估论证日期,公开征求意见日期,公开征求意见截止日期,反馈采纳情况日期,征求部门意见日期,听取企业意见日期,公平竞争审查日期,送审日期,合法性审核日期,审议日期,会签日期,签发日期,印发日期,发文字号,登记号,解读日期,公开审查日期,公布日期,施行日期,备案日期",
		rows: [3]string{
			"甲办法,县教育局,县公安局、县卫生健康局,涉及,Y-01-05,Y-01-08,Y-01-12,Y-02-20,Y-02-25,Y-01-20,Y-02-02,Y-02-26,Y-03-16,Y-03-30,Y-04-02,Y-04-10,Y-04-13,Y-04-14,清教规〔Y〕1号,规登〔Y〕9号,Y-04-15,Y-04-16,Y-04-20,Y-06-01,Y-04-28",
			"乙办法,县教育局,县公安局,不涉及,Y-01-05,Y-01-08,Y-01-12,Y-02-20,,,,,Y-03-16,,Y-04-02,,Y-04-13,Y-04-14,清教规〔Y〕2号,规登〔Y〕10号,,Y-04-16,Y-04-20,Y-06-01,Y-07-28",
			"丙办法,县教育局,,,,,,,,,,,,,,,,Y-04-14,清教规〔Y〕3号,,,,Y-04-20,Y-06-01,",
		},
		gates: [3]string{"NDJ-G13 NDJ-G23", "NDJ-G02 NDJ-G09 NDJ-G11 NDJ-G17", "NDJ-G15 NDJ-G18"},
		rates: map[indicator.ID]string{"document-filed": "2/3", "filing-in-time": "1/3", "document-reviewed": "1/3", "document-registered": "2/3",
			"document-published": "3/3", "document-published-in-time": "3/3", "document-competition-reviewed": "1/1",
			"document-five-steps": "1/3", "offline-consultation-answered": "1/2"},
	},
}

// A table of old documents comes in as facts: what was not done is named as a breach and
// nothing is filled in, the indicators count by it, the registers show it, and the batch can
// be taken back with what came in beside it.
func TestImport_F128_OldDocumentsOfEveryTrack(t *testing.T) {
	o := open(t, "2026-11-23")
	for plan, table := range oldTables {
		t.Run(plan, func(t *testing.T) {
			o := office{o.stage, t}
			_, def, err := o.a.Importer.Plan(plan)
			if err != nil {
				t.Fatal(err)
			}
			years := []int{2021, 2022, 2023}
			if def.From().After(gov.MustDay("2021-01-01")) {
				years = []int{2026, 2026, 2026}
			}
			who := o.as(table.post, table.unit)
			rows := [][]string{strings.Split(table.head, ",")}
			for i, r := range table.rows {
				rows = append(rows, strings.Split(strings.ReplaceAll(r, "Y", fmt.Sprint(years[i])), ","))
			}
			batch, cases := o.imported(who, plan, rows...)
			for i, r := range rows[1:] {
				c := cases[r[0]]
				if got := gatesOf(c); got != table.gates[i] {
					t.Errorf("%s breaks %s, want %s", r[0], got, table.gates[i])
				}
				if !c.State.Recorded {
					t.Errorf("%s was not recorded", r[0])
				}
			}
			o.wantRates(table.unit, fmt.Sprint(years[0], "-01-01"), fmt.Sprint(years[2], "-12-31"), table.rates)
			o.inBase(cases, rows[1:])
			if err := o.a.Importer.Undo(t.Context(), who, batch, "拿错了表"); err != nil {
				t.Fatal(err)
			}
			o.ended(batch)
			for title, c := range cases {
				if now, err := o.a.Docket.Get(t.Context(), who, c.Row.ID); err != nil || now.State.Status != procedure.Voided {
					t.Errorf("%s was not taken back: %v", title, err)
				}
			}
			for id, r := range o.rates(table.unit, "2019-01-01", "2026-12-31") {
				if r != "0/0" {
					t.Errorf("%s still counts %s", id, r)
				}
			}
		})
	}
}

// inBase looks for each document in the public register.
func (o office) inBase(cases map[string]*docket.Case, rows [][]string) {
	o.t.Helper()
	for _, r := range rows {
		c := cases[r[0]]
		if asked, names := c.Definition.Field("issuer"); names && c.State.Fields[asked.ID] == "" {
			continue // no meeting decided in whose name it was issued: it cannot be shown as anybody's
		}
		e, _, err := o.a.Shelf.Get(o.t.Context(), publication.Documents, cases[r[0]].Row.ID)
		if err != nil {
			o.t.Errorf("%s is not in the register: %v", r[0], err)
			continue
		}
		if e.Number == "" || !slices.ContainsFunc(r, func(cell string) bool { return cell == e.Number }) {
			o.t.Errorf("%s stands in the register as %q", r[0], e.Number)
		}
	}
}

// gatesOf are the rules that a case breaks, but those of steps, which are about papers.
func gatesOf(c *docket.Case) string {
	var out []string
	for _, r := range ids(c.State.Breaches) {
		if _, kind, _ := strings.Cut(string(r), "-"); kind[0] != 'S' {
			out = append(out, string(r))
		}
	}
	return strings.Join(slices.Compact(out), " ")
}
