// Package exchange brings in what others hold in tables (导入): a year of old documents, a
// register kept in a spreadsheet. A table is read as it is, checked before anything is
// written, and then recorded row by row as facts that happened outside (补录), each with
// its breaches; it can be undone. What a table's columns mean is a plan, a text file of an
// area; no procedure is known here.
package exchange

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"zhunsheng/gov"
)

// The bounds of a table. What is larger is split by the user.
const (
	MaxBytes   = 64 << 20
	maxRows    = 200_000
	maxColumns = 200
)

// Table is one sheet of text cells (表格). Merged cells have their value in each place.
type Table struct {
	Sheet string
	Rows  [][]string
	// Epoch1904 counts day numbers from 1904, as old Macintosh files do.
	Epoch1904 bool
	filled    int // cells of merged blocks
}

// Ref names a cell as the user's program does, e.g. C7.
func Ref(row, column int) string {
	name, err := excelize.CoordinatesToCellName(column+1, row+1)
	if err != nil {
		return fmt.Sprintf("第%d行第%d列", row+1, column+1)
	}
	return name
}

// Read reads the first sheet that has anything: .xlsx and new .et, .xls and old .et, or
// comma-separated text in UTF-8 or GB 18030. The format is told by the content, never by
// the name. Errors are Invalid and say what can be done.
func Read(src []byte) (t Table, err error) {
	defer func() { // a damaged file must not take the program with it: the readers are others'
		if p := recover(); p != nil {
			err = gov.Errorf(gov.Invalid, "表格文件已损坏，无法读取，请用表格软件另存为 .xlsx 后再导入")
		}
	}()
	switch {
	case len(src) > MaxBytes:
		return t, gov.Errorf(gov.Invalid, "表格文件超过 %d MB，请分成几个文件导入", MaxBytes>>20)
	case bytes.HasPrefix(src, []byte("PK\x03\x04")):
		t, err = readXLSX(src)
	case bytes.HasPrefix(src, []byte("\xd0\xcf\x11\xe0")):
		t, err = readXLS(src)
	default:
		t, err = readCSV(src)
	}
	if err != nil {
		return Table{}, err
	}
	if t.trim(); len(t.Rows) == 0 {
		return Table{}, gov.Errorf(gov.Invalid, "表格中没有内容")
	}
	return t, nil
}

func readXLSX(src []byte) (Table, error) {
	f, err := excelize.OpenReader(bytes.NewReader(src), excelize.Options{RawCellValue: true, UnzipSizeLimit: 1 << 30})
	if err != nil {
		return Table{}, gov.Errorf(gov.Invalid, "无法读取这个表格（可能设有密码或者已损坏），请另存为没有密码的 .xlsx 后再导入")
	}
	defer f.Close()
	for _, sheet := range f.GetSheetList() {
		rows, err := f.GetRows(sheet)
		if err != nil {
			return Table{}, gov.Errorf(gov.Invalid, "无法读取工作表“%s”", sheet)
		}
		t := Table{Sheet: sheet, Rows: rows}
		if props, err := f.GetWorkbookProps(); err == nil && props.Date1904 != nil {
			t.Epoch1904 = *props.Date1904
		}
		merged, err := f.GetMergeCells(sheet)
		if err != nil {
			return Table{}, gov.Errorf(gov.Invalid, "无法读取工作表“%s”的合并单元格", sheet)
		}
		for _, m := range merged {
			c1, r1, err1 := excelize.CellNameToCoordinates(m.GetStartAxis())
			c2, r2, err2 := excelize.CellNameToCoordinates(m.GetEndAxis())
			if err1 == nil && err2 == nil {
				t.spread(r1-1, c1-1, r2-1, c2-1, m.GetCellValue())
			}
		}
		if t.trim(); len(t.Rows) > 0 {
			return t, nil
		}
	}
	return Table{}, nil
}

// maxSpread bounds how many cells the merged blocks of a table fill.
const maxSpread = 4 << 20

// spread gives a merged block's value to each of its cells, within the table.
func (t *Table) spread(r1, c1, r2, c2 int, v string) {
	if v == "" {
		return
	}
	for r := max(r1, 0); r <= r2 && r < len(t.Rows); r++ {
		if t.filled += max(min(c2, maxColumns-1)-c1+1, 1); t.filled > maxSpread {
			return
		}
		for len(t.Rows[r]) <= min(c2, maxColumns-1) {
			t.Rows[r] = append(t.Rows[r], "")
		}
		for c := max(c1, 0); c <= c2 && c < maxColumns; c++ {
			t.Rows[r][c] = v
		}
	}
}

func readXLS(src []byte) (Table, error) {
	tables, err := readOld(src)
	if err != nil {
		return Table{}, gov.Errorf(gov.Invalid, "无法读取这个旧版表格（可能设有密码或者已损坏），请用表格软件另存为 .xlsx 后再导入")
	}
	for _, t := range tables {
		if t.trim(); len(t.Rows) > 0 {
			return t, nil
		}
	}
	return Table{}, nil
}

func readCSV(src []byte) (Table, error) {
	src = bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(src) {
		decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(src)
		if err != nil || bytes.ContainsRune(decoded, utf8.RuneError) {
			return Table{}, gov.Errorf(gov.Invalid, "认不出这个文件的格式，请用 .xlsx、.xls、.et 或者 .csv 文件")
		}
		src = decoded
	}
	if bytes.IndexByte(src, 0) >= 0 {
		return Table{}, gov.Errorf(gov.Invalid, "认不出这个文件的格式，请用 .xlsx、.xls、.et 或者 .csv 文件")
	}
	r := csv.NewReader(bytes.NewReader(src))
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	rows, err := r.ReadAll()
	if err != nil {
		return Table{}, gov.Errorf(gov.Invalid, "无法读取这个文本表格：%v", err)
	}
	return Table{Rows: rows}, nil
}

// trim cleans the cells and drops empty rows at the end.
func (t *Table) trim() {
	if len(t.Rows) > maxRows {
		t.Rows = t.Rows[:maxRows]
	}
	last := 0
	for i, row := range t.Rows {
		if len(row) > maxColumns {
			row = row[:maxColumns]
		}
		for j, c := range row {
			row[j] = clean(c)
			if row[j] != "" {
				last = i + 1
			}
		}
		t.Rows[i] = row
	}
	t.Rows = t.Rows[:last]
}

// clean takes away what tables are full of and nobody means: blanks around, full-width
// blanks, line ends inside.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		switch r {
		case '\u3000', '\u00a0', '\t', '\r', '\n':
			return ' '
		case '\ufeff', '\u200b':
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.Join(strings.Fields(s), " ")
}

// Day reads a day as people write it: 2024-03-05, 2024/3/5, 2024.3.5, 2024年3月5日,
// 20240305, with a time behind it or not, or the day number of a spreadsheet.
func (t Table) Day(text string) (gov.Day, error) {
	s := strings.NewReplacer("年", "-", "月", "-", "日", " ", "/", "-", ".", "-", "．", "-", "－", "-").Replace(text)
	if f := strings.Fields(s); len(f) > 0 {
		s = strings.Trim(f[0], "-")
	}
	if i := strings.IndexByte(s, 'T'); i > 0 {
		s = s[:i]
	}
	bad := gov.Errorf(gov.Invalid, "“%s”不是日期，请写成 2024-03-05 或者 2024年3月5日", text)
	parts := strings.Split(s, "-")
	switch {
	case len(parts) == 3:
		y, err1 := strconv.Atoi(parts[0])
		m, err2 := strconv.Atoi(parts[1])
		d, err3 := strconv.Atoi(parts[2])
		if err1 != nil || err2 != nil || err3 != nil || y < 1949 || y > 2200 || m > 12 || d > 31 {
			return gov.Day{}, bad
		}
		return day(y, m, d, bad)
	case len(text) == 8 && strings.Trim(text, "0123456789") == "":
		n, _ := strconv.Atoi(text)
		return day(n/10000, n/100%100, n%100, bad)
	}
	serial, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || serial < 18264 || serial > 109939 { // 1950 … 2200
		return gov.Day{}, bad
	}
	start := gov.MustDay("1899-12-30")
	if t.Epoch1904 {
		start = gov.MustDay("1904-01-01")
	}
	return start.AddDays(int(serial)), nil
}

func day(y, m, d int, bad error) (gov.Day, error) {
	out, err := gov.ParseDay(fmt.Sprintf("%04d-%02d-%02d", y, m, d))
	if err != nil {
		return gov.Day{}, bad
	}
	return out, nil
}
