package web

import (
	"github.com/a-h/templ"

	"zhunsheng/gov"
	"zhunsheng/law"
)

// Station is one stop on the line of a procedure (环节).
type Station struct {
	Name   string
	Note   string // e.g. 9月2日, 须先通过合法性审查
	Status StationStatus
	Href   string
	// Recorded marks a fact recorded afterwards (补录); Late one that missed its limit.
	Recorded bool
	Late     bool
	Flags    []BadgeView // further marks, e.g. 补记过晚
}

// StationStatus is where one stop stands.
type StationStatus string

// The station statuses.
const (
	StationDone     StationStatus = "done"     // 已办
	StationNow      StationStatus = "now"      // 当前
	StationTodo     StationStatus = "todo"     // 未到
	StationWaived   StationStatus = "waived"   // 不适用
	StationReturned StationStatus = "returned" // 退回
)

func (s StationStatus) word() string {
	switch s {
	case StationDone:
		return "已办"
	case StationNow:
		return "当前环节"
	case StationWaived:
		return "不适用"
	case StationReturned:
		return "已退回，须重办"
	}
	return "未到"
}

// Clock is one statutory limit (期限) on a screen.
type Clock struct {
	Title string
	Tone  Tone
	Right string // e.g. 还剩 3 个工作日
	Text  string // explanation or who is to act
	Rule  string // rule id
	Cites []law.Citation
	// Due opens below the card as the derivation (怎么算的); nil shows none.
	Due *law.Due
	ID  string // anchor of the card
	// Turns is what happened to the limit since it began (中止、恢复、延长、重新计算).
	Turns []ClockTurn
}

// ClockTurn is one event in the course of a limit.
type ClockTurn struct {
	Day  gov.Day
	Text string
	Cite *law.Citation
}

// Refusal is one "no" (暂不能办理，尚缺……): the rule, its articles, what is missing and
// where each is mended.
type Refusal struct {
	Rule    string
	Text    string
	Cites   []law.Citation
	Missing []Missing
}

// Missing is one thing that is not there yet. Href leads to where it is mended.
type Missing struct{ Text, Href string }

// Record is one line of the record of acts (办理记录).
type Record struct {
	When     gov.Instant // the legal instant
	Recorded gov.Instant // when it was written down, shown when Recording
	Text     string
	Note     string // e.g. the outcome or a reason
	// Number and Hash are those of the ledger; Sealed is false for the second between an
	// act and its place in the ledger.
	Number    int64
	Hash      string
	Sealed    bool
	Verified  bool // 已核验: the hash was recomputed for this page
	Recording bool // 补录
	Breaches  []Breach
	Href      string // to the proof
}

// Breach is a rule that a recorded fact did not keep (违反程序).
type Breach struct {
	Rule     string
	Text     string
	Cites    []law.Citation
	Repaired bool
}

// FileItem is one file of a case (案卷材料).
type FileItem struct {
	Name     string
	Href     string // empty when it is not there yet or not for this reader
	Size     int64
	Note     string // e.g. 待出具
	Digest   string
	Verified bool
}

// CardHead is the head of a card. Actions stand on the right.
type CardHead struct {
	Title   string
	ID      string // anchor
	Actions templ.Component
	Flush   bool // the body has no padding: for tables and lists
}

// PageHead is the head of a page: what kind of thing, its name, and what can be done.
type PageHead struct {
	Kind    string // e.g. 重大行政决策 · 2026年度目录第7项
	Title   string
	Badges  []BadgeView
	Note    string
	Actions templ.Component
}

// BadgeView is a badge as data.
type BadgeView struct {
	Tone Tone
	Text string
	Href string
}

// Button is a link or a submit button that looks like one. With Href it is a link.
type Button struct {
	Text    string
	Icon    IconName
	Href    string
	Primary bool
	Danger  bool
	Small   bool
	Name    string // of a submit button
	Value   string
	Form    string // id of the form it submits, when it stands outside of it
}

// Def is one line of a definition list or of a key-value print table. Body wins over Text.
type Def struct {
	Term string
	Text string
	Body templ.Component
}

// Empty says why a list shows nothing and what to do next.
type Empty struct {
	Title  string
	Text   string
	Icon   IconName
	Action *Button
}

// Stat is a number that is a link to what it counts.
type Stat struct {
	Label string
	Value string // 96.8%, 214, 无案件
	Href  string
	Tone  Tone
	Note  string // e.g. 应备 31 件，按期 30 件
}

// Progress is long work that may be left and come back to. Total 0 means unknown.
type Progress struct {
	Label string
	Done  int64
	Total int64
	Note  string
}

// Table is a list as data. On a phone every row becomes a card whose cells carry their
// column's name.
type Table struct {
	Caption string // read out; shown when ShowCaption
	Shown   bool
	Columns []Column
	Rows    []Row
	Empty   Empty // shown when there are no rows
	Pager   *Pager
	ID      string
}

// Column is the head of one column. Sort is the address of the list sorted by it.
type Column struct {
	Title  string
	Sort   string
	Sorted string // "", "asc", "desc"
	Num    bool   // right-aligned figures
	Main   bool   // the card's headline on a phone
	Tight  bool   // no wider than its content
}

// Row is one line. Href makes the Main cell a link.
type Row struct {
	Cells []Cell
	Href  string
	Tone  Tone // a mark at the left edge; Info and "" show none
}

// Cell is one value. Body wins over Badge, Badge over Text.
type Cell struct {
	Text  string
	Sub   string // a second, quieter line
	Badge *BadgeView
	Body  templ.Component
}

// Text makes a plain cell.
func Text(s string) Cell { return Cell{Text: s} }

// Mark makes a cell with a badge.
func Mark(t Tone, s string) Cell { return Cell{Badge: &BadgeView{Tone: t, Text: s}} }

// Pager links the pages of a list read by keyset. Empty addresses are not shown.
type Pager struct {
	First, Prev, Next string
	Note              string // e.g. 本页 50 件
}

// Filter is a GET form that keeps the filter in the address. Hidden values (such as the
// sort order) go along.
type Filter struct {
	Action string
	Fields []Field
	Hidden []Pair
	Clear  string // address without any filter; empty when none is set
	Export string // address of the same list as a spreadsheet
}

// Pair is one hidden form value.
type Pair struct{ Name, Value string }

// DemoAccount is one line under the sign-in form of a demonstration.
type DemoAccount struct{ Role, Login, Password string }

// SignIn is the sign-in page.
type SignIn struct {
	Action string
	Next   string // where to go afterwards
	Login  string // as typed before
	Error  string
	Demo   []DemoAccount
}

// Paper is an official paper on screen and in print (A4).
type Paper struct {
	Issuer string // red head (发文机关标志); empty for a plain table or list
	Number string // 发文字号
	Title  string
	To     string // 主送机关
	Signer string
	Day    gov.Day
	Foot   string // e.g. where and when it was printed, record number
}
