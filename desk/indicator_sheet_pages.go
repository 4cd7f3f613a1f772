package desk

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"zhunsheng/identity"
	"zhunsheng/indicator"
	"zhunsheng/indicator/indicatorsql"
	"zhunsheng/register"
)

// sheetQuery added to the address of an indicator page asks for what it shows as a table for
// spreadsheet programs.
const sheetQuery = "as=sheet"

func wantsSheet(v url.Values) bool { return v.Get("as") == "sheet" }

// sendSheet answers rows as CSV. The first bytes tell spreadsheet programs that the text is
// UTF-8.
func sendSheet(w http.ResponseWriter, name string, rows [][]string) error {
	out, err := sheet(w, name)
	if err != nil {
		return nil // the reader is gone
	}
	for _, row := range rows {
		writeRow(out, row)
	}
	out.Flush()
	return nil
}

func sheet(w http.ResponseWriter, name string) (*csv.Writer, error) {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", attachment(strings.ReplaceAll(name, " ", "")+".csv"))
	if _, err := w.Write([]byte("\ufeff")); err != nil {
		return nil, err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	return out, nil
}

func writeRow(out *csv.Writer, row []string) {
	cells := make([]string, len(row))
	for i := range row {
		cells[i] = plainCell(row[i])
	}
	_ = out.Write(cells)
}

func numbers(r indicator.Rate) []string {
	return []string{fmt.Sprint(r.Numerator), fmt.Sprint(r.Denominator), fmt.Sprint(r.Missed()), fmt.Sprint(r.Todo), fmt.Sprint(r.Suspended)}
}

func verified(def indicator.Definition) string {
	if def.Verified {
		return "已核实"
	}
	return "未核实"
}

// boardSheet is what the board shows.
func boardSheet(groups []indicator.Group, of map[indicator.ID]indicatorsql.Answer, p indicatorsql.Period, unit, at string) [][]string {
	rows := [][]string{{"统计期间", periodName(p), "单位", unit, "数据截至", at},
		{"一级指标", "二级指标", "编号", "指标", "数值", "分子", "分母", "未达到", "须办理", "中止", "口径"}}
	for _, g := range groups {
		for _, def := range g.Members {
			r := of[def.ID].Total
			rows = append(rows, append(append([]string{g.Part, g.Item, def.Catalogue, def.Name, def.Text(r)}, numbers(r)...), verified(def)))
		}
	}
	return rows
}

// unitSheet is what the page of an indicator shows.
func unitSheet(def indicator.Definition, units []unitRow, dir *register.Directory, p indicatorsql.Period, at string) [][]string {
	rows := [][]string{{"指标", def.Name, "编号", def.Catalogue, "统计期间", periodName(p), "数据截至", at, "口径", verified(def)},
		{"单位", "范围", "数值", "分子", "分母", "未达到", "须办理", "中止"}}
	for _, u := range units {
		reach := "含下级单位"
		if u.Own {
			reach = "不含下级单位"
		}
		rows = append(rows, append([]string{unitName(dir, u.Unit), reach, def.Text(u.Rate)}, numbers(u.Rate)...))
	}
	return rows
}

// sendCases is what the list of cases behind a rate shows, all of its pages, by the same
// predicate.
func (d *Desk) sendCases(w http.ResponseWriter, r *http.Request, who *identity.Principal, def indicator.Definition, q indicatorsql.CasesQuery) error {
	q.After, q.Limit = nil, exportAtOnce
	lines, more, err := d.Board.Cases(r.Context(), who, q)
	if err != nil {
		return err
	}
	dir, at, err := d.directoryAt(r.Context(), indicatorsql.Name)
	if err != nil {
		return err
	}
	out, err := sheet(w, def.Name+partName(def, q.Why))
	if err != nil {
		return nil // the reader is gone
	}
	writeRow(out, []string{"指标", def.Name, "范围", partName(def, q.Why), "统计期间", periodName(q.Period), "单位", unitLabel(who, dir, q.Unit), "数据截至", asOf(at)})
	writeRow(out, []string{"案件", "编号", "单位", d.cohortOf(def), "结果", "下一环节", "等待岗位", "违反程序项数", "补录", "案件号"})
	for n := 0; ; {
		for _, l := range lines {
			_, word := whyWord(def, l.Why)
			next, recorded := handler(l, dir), "否"
			if l.Recording {
				recorded = "是"
			}
			writeRow(out, []string{l.Title, l.Number, unitName(dir, l.Unit), l.Cohort.String(), word, next.Text, next.Sub,
				fmt.Sprint(l.Breaches), recorded, string(l.Case)})
		}
		out.Flush()
		if n += len(lines); out.Error() != nil || !more || n >= exportMost {
			return nil
		}
		q.After = &lines[len(lines)-1]
		if lines, more, err = d.Board.Cases(r.Context(), who, q); err != nil {
			return err
		}
	}
}
