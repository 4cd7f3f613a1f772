package procedure

// Template makes a paper of a step from what the case holds (文书模板).
type Template struct {
	ID       string            `yaml:"id"`
	Paper    PaperID           `yaml:"paper"`
	Name     string            `yaml:"name"`
	Title    string            `yaml:"title"` // text: the heading; the name when absent
	Layout   Layout            `yaml:"layout"`
	Step     StepID            `yaml:"step"`    // the step that makes it
	Outcome  string            `yaml:"outcome"` // only with this outcome; empty: any
	When     string            `yaml:"when"`    // CEL with the act's own form laid over the case; empty: always
	Mark     string            `yaml:"mark"`    // text: 发文字号
	To       string            `yaml:"to"`      // text: 主送
	Sign     string            `yaml:"sign"`    // text: 署名
	Elements []TemplateElement `yaml:"elements"`
	Body     string            `yaml:"body"` // text of several lines; headings by GB/T 9704

	when *formula
}

// TemplateElement is one element of a paper (必备要素).
type TemplateElement struct {
	Name     string `yaml:"name"`
	Value    string `yaml:"value"` // text
	Required bool   `yaml:"required"`
}

// Layout is the form of a paper (文书格式).
type Layout string

// The layouts.
const (
	LayoutOpinion   Layout = "opinion"   // 意见书
	LayoutReport    Layout = "report"    // 报告
	LayoutNotice    Layout = "notice"    // 通知、公告
	LayoutLetter    Layout = "letter"    // 函
	LayoutAgenda    Layout = "agenda"    // 议程
	LayoutStatement Layout = "statement" // 说明
)

// Templates lists the templates of papers.
func (d *Definition) Templates() []Template { return d.src.Templates }
