package web

import (
	"net/http"

	"zhunsheng/gov"
	"zhunsheng/law"
)

// StyleGuideRoutes serve every component in every state, for tests and for people who
// build pages. Content is invented.
func StyleGuideRoutes(site Site) []Route {
	return []Route{
		{Method: http.MethodGet, Pattern: "/_style", Name: "web.style", Access: Public, Handler: StyleGuide(site)},
		{Method: http.MethodGet, Pattern: "/_style/{page}", Name: "web.style.page", Access: Public, Handler: StyleGuide(site)},
		{Method: http.MethodPost, Pattern: "/_style/form", Name: "web.style.form", Access: Public, MaxBody: 64 << 20, Handler: styleForm(site)},
	}
}

// StyleGuide is the handler of the style guide's pages: the components, case, list, form,
// portal, sign-in, error and paper.
func StyleGuide(site Site) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		s := guideShell(w, r, site)
		switch r.PathValue("page") {
		case "":
			s.Title = "界面规范"
			return OK(w, r, With(Page(s), guideComponents()))
		case "case":
			s.Title = "农村供水工程建设规划（2027—2030年）"
			return OK(w, r, With(Page(s), guideCase()))
		case "list":
			s.Title = "规范性文件"
			s.Nav[1].Current, s.Nav[0].Current = true, false
			return OK(w, r, With(Page(s), guideList()))
		case "form":
			s.Title = "提交合法性审核"
			f := guideForm()
			return OK(w, r, With(Page(s), guideFormPage(f, guideFields())))
		case "portal":
			s.Title, s.Viewer, s.Flash = "行政规范性文件库", Viewer{}, nil
			s.Nav = guidePortalNav()
			return OK(w, r, With(Portal(s), guidePortal()))
		case "sign-in":
			s.Title, s.Flash = "登录", nil
			return OK(w, r, SignInPage(s, SignIn{Action: "/_style/form", Error: r.FormValue("error"), Demo: guideAccounts}))
		case "error":
			return gov.Errorf(gov.Fault, "示例故障")
		case "refused":
			return &gov.Error{Kind: gov.Refused, Rule: "ND-G03", Text: "集体审议之前，须先通过合法性审核"}
		case "paper":
			s.Title = "合法性审查意见书"
			return OK(w, r, With(PaperPage(s, guidePaper), guidePaperText()))
		}
		return gov.Errorf(gov.NotFound, "界面规范里没有“%s”这一页", r.PathValue("page"))
	}
}

// styleForm answers the sample form: an empty title is refused, anything else accepted.
func styleForm(site Site) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := r.ParseMultipartForm(1 << 20); err != nil && err != http.ErrNotMultipart {
			return badForm(err)
		}
		f, fields := guideForm(), guideFields()
		for i := range fields {
			fields[i].Value, fields[i].Error = r.PostFormValue(fields[i].Name), ""
		}
		if r.PostFormValue("title") == "" {
			f.Key = RequestKey(r)
			f.Fail(gov.FieldError("title", "请填写文件名称"), fields)
			s := guideShell(w, r, site)
			s.Title = "提交合法性审核"
			return Render(w, r, http.StatusUnprocessableEntity, With(Page(s), guideFormPage(f, fields)))
		}
		return site.Redirect(w, r, "/_style/list", &Flash{Tone: Met, Text: "已提交合法性审核，经办人将收到消息。", Done: f.ID})
	}
}

func guideShell(w http.ResponseWriter, r *http.Request, site Site) Shell {
	s := NewShell(w, r, site, "")
	s.Viewer = Viewer{
		Actor: gov.Actor{Person: "p-zhoulan", Post: "reviewer", Unit: "qy-sfj"},
		Name:  "周岚", UnitName: "县司法局合法性审查科", PostName: "合法性审核员",
		Posts: []PostChoice{
			{Value: "1", UnitName: "县司法局", PostName: "合法性审核员", Current: true},
			{Value: "2", UnitName: "县依法治县办", PostName: "督察联络员", OnBehalf: "陈立"},
		},
	}
	s.Notices, s.AsOf = 3, "第 18201 号记录"
	s.Nav = []NavItem{
		{Label: "工作台", Href: "/_style", Icon: IconHome, Current: true},
		{Label: "案件", Href: "/_style/list", Icon: IconList, Count: 12},
		{Label: "指标", Href: "/_style/case", Icon: IconChart},
		{Label: "台账", Href: "/_style/form", Icon: IconBooks},
		{Label: "记录", Href: "/_style/portal", Icon: IconShieldCheck},
	}
	return s
}

func guidePortalNav() []NavItem {
	return []NavItem{
		{Label: "文件库", Href: "/_style/portal", Current: true},
		{Label: "公开征求意见", Href: "/_style/list", Count: 2},
		{Label: "期限计算", Href: "/_style/form"},
		{Label: "核验回执", Href: "/_style/case"},
	}
}

var (
	cite25    = law.Citation{Statute: "重大行政决策程序暂行条例", Article: "第二十五条", Mark: law.Text}
	cite15    = law.Citation{Statute: "重大行政决策程序暂行条例", Article: "第十五条", Mark: law.Text}
	citeLocal = law.Citation{Statute: "县政府工作规则", Mark: law.Local}
	citePage  = law.Citation{Statute: "省规范性文件管理办法", Mark: law.Memory}
)

// guideDue is a real derivation, so that the page shows what the law package says.
func guideDue() *law.Due {
	d, err := law.Default().Due(law.Query{Under: "行政处罚法", Limit: law.MustLimit("7日"), From: gov.MustDay("2026-09-30")})
	if err != nil {
		return nil
	}
	return &d
}

func guideForm() Form {
	f := NewForm("style-review", "/_style/form", "提交审核")
	f.Upload, f.Cancel = true, "/_style/list"
	f.Hidden = []Pair{{"version", "7"}}
	return f
}

func guideFields() []Field {
	return []Field{
		{Kind: TextKind, Name: "title", Label: "文件名称", Required: true, MaxLen: 120, UsedBy: "县司法局审核、文件库检索", Value: "清源县农村供水管理办法"},
		{Kind: SelectKind, Name: "basis", Label: "制定依据", Required: true, Placeholder: "请选择", Options: []Option{{Value: "1", Label: "上位法授权"}, {Value: "2", Label: "上级文件要求"}, {Value: "3", Label: "本级职权"}}, Value: "1"},
		{Kind: DayKind, Name: "assessed", Label: "评估论证完成日", Required: true, Value: "2026-10-09", Max: "2026-11-23", Help: "以评估报告落款日期为准。", UsedBy: "计算审核期限"},
		{Kind: NumberKind, Name: "opinions", Label: "收到意见", Value: "214", Min: "0", Suffix: "条", Filled: "取自公开征求意见环节"},
		{Kind: RadioKind, Name: "fair", Label: "公平竞争审查", Required: true, Value: "no", Options: []Option{
			{Value: "yes", Label: "涉及经营者经济活动", Note: "须附公平竞争审查结论"}, {Value: "no", Label: "不涉及", Note: "须写明理由"}}},
		{Kind: ChecksKind, Name: "parts", Label: "送审材料", Values: []string{"draft", "note"}, Options: []Option{{Value: "draft", Label: "送审稿"}, {Value: "note", Label: "起草说明"}, {Value: "basis", Label: "依据汇编"}}},
		{Kind: AreaKind, Name: "reason", Label: "说明", Rows: 4, MaxLen: 2000, Help: "写明主要制度和与上位法的关系，2000 字以内。", UsedBy: "审核员起草审核意见书"},
		{Kind: FileKind, Name: "paper", Label: "送审稿", Required: true, Accept: ".docx,.pdf", Multiple: true, Files: []FileItem{{Name: "清源县农村供水管理办法（送审稿）.docx", Size: 48213, Digest: "7f3a09b1d2c4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5cc19e", Verified: true}}},
		{Kind: CheckKind, Name: "open", Label: "本文件拟主动公开", Value: "1", Help: "公布前另作保密审查。"},
	}
}

var guideAccounts = []DemoAccount{
	{"县水利局 · 起草人", "shuili-qicao", "demo-2026"},
	{"县司法局 · 合法性审核员", "sifa-shenhe", "demo-2026"},
	{"县政府办 · 文件登记", "zfb-dengji", "demo-2026"},
}

var guidePaper = Paper{
	Issuer: "清源县司法局", Number: "清司审〔2026〕17号", Title: "关于《清源县农村供水管理办法（送审稿）》的合法性审核意见",
	To: "县水利局", Signer: "清源县司法局", Day: gov.MustDay("2026-10-21"), Foot: "打印于 2026年11月23日 09:30 · 记录 #18244",
}

func at(day string, h, m int) gov.Instant {
	return gov.MustDay(day).Start() + gov.Instant(h*3600+m*60)*1e6
}

const (
	guideHash  = "7f3a09b1d2c4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5cc19e"
	guideHash2 = "02bd09b1d2c4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c88f1"
)

var guideStations = []Station{
	{Name: "决策启动", Note: "9月2日", Status: StationDone, Href: "#"},
	{Name: "公众参与", Note: "30日 · 意见 214 条", Status: StationDone, Href: "#"},
	{Name: "专家论证", Note: "7 位专家", Status: StationDone},
	{Name: "风险评估", Note: "低风险", Status: StationDone},
	{Name: "公平竞争审查", Note: "不适用 · 有理由", Status: StationWaived},
	{Name: "合法性审查", Note: "10月14日受理", Status: StationNow},
	{Name: "集体讨论决定", Note: "须先通过合法性审查", Status: StationTodo},
	{Name: "请示县委", Note: "出台前", Status: StationTodo},
	{Name: "公布", Status: StationTodo},
	{Name: "执行与后评估", Status: StationTodo},
}

var guideStationsOther = []Station{
	{Name: "起草", Note: "8月3日", Status: StationDone, Recorded: true},
	{Name: "评估论证", Note: "8月21日", Status: StationDone, Late: true},
	{Name: "合法性审核", Note: "第 2 轮", Status: StationReturned},
	{Name: "集体审议", Status: StationTodo},
	{Name: "公布", Status: StationTodo},
}

func guideClocks() []Clock {
	return []Clock{
		{Title: "合法性审查", Tone: Soon, Right: "拟上会 10月21日", Text: "送审方应留足审查时间，一般不少于 7 个工作日：10月23日。提前上会须记明理由。", Rule: "MD-C04", Cites: []law.Citation{cite25}, ID: "clock-review"},
		{Title: "公开征求意见", Tone: Met, Right: "已满 30 日", Text: DaySpan(gov.MustDay("2026-09-05"), gov.MustDay("2026-10-05")), Rule: "MD-C02", Cites: []law.Citation{cite15}},
		{Title: "意见采纳情况公开", Tone: Late, Right: LeftText(-2, WorkingDay), Text: "责任单位：县水利局。督办函已拟，待签发。", Rule: "MD-C03", Cites: []law.Citation{citeLocal}},
		{Title: "处罚决定公示", Tone: Info, Right: "办理中", Text: "最后一日 " + ShortDay(gov.MustDay("2026-10-15")), Rule: "PEN-C07", Due: guideDue()},
		{Title: "听证", Tone: NA, Right: "未申请", Text: "当事人未在期限内申请听证。"},
	}
}

var guideRecords = []Record{
	{When: at("2026-10-14", 9, 12), Text: "周岚 受理合法性审查，材料 6 件齐备", Sealed: true, Verified: true, Number: 18201, Hash: guideHash, Href: "#"},
	{When: at("2026-10-13", 16, 40), Text: "县水利局 提交决策草案与说明", Sealed: true, Verified: true, Number: 18177, Hash: guideHash2, Href: "#"},
	{When: at("2026-10-11", 10, 5), Recorded: at("2026-10-15", 8, 30), Text: "县水利局 召开专题会议，集体讨论草案", Note: "录入人：赵敏。来源：会议纪要〔2026〕12号", Recording: true, Sealed: true, Number: 17920, Hash: "a5c009b1d2c4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c4d27",
		Breaches: []Breach{{Rule: "MD-G05", Text: "讨论之前未经合法性审查", Cites: []law.Citation{cite25}}}},
	{When: at("2026-10-11", 9, 50), Text: "风险评估报告 定为低风险（县委政法委备案）"},
}

var guideRefusals = []Refusal{
	{Rule: "ND-G03", Text: "提交集体审议之前，须先通过合法性审核。", Cites: []law.Citation{cite25, citePage}, Missing: []Missing{
		{"合法性审核意见书（结论为“合法”）", "#"}, {"对审核意见采纳情况的说明", "#"}}},
	{Rule: "ND-G05", Text: "起草人不得担任本件的审核人。", Missing: []Missing{{Text: "另行指定审核人"}}},
}

func guideTable() Table {
	return Table{
		Caption: "在办的规范性文件", ID: "docs",
		Columns: []Column{
			{Title: "文件", Main: true, Sort: "?sort=title"}, {Title: "承办单位"}, {Title: "当前环节"},
			{Title: "最近期限", Sort: "?sort=due&dir=desc", Sorted: "asc", Tight: true}, {Title: "状态", Tight: true}, {Title: "意见", Num: true, Tight: true},
		},
		Rows: []Row{
			{Href: "/_style/case", Tone: Late, Cells: []Cell{{Text: "清源县城镇燃气安全管理办法", Sub: "清民规登〔2026〕31号"}, Text("县住房和城乡建设局"), Text("备案"), {Text: "11月19日", Sub: "逾期 2 个工作日"}, Mark(Late, "逾期"), Text("86")}},
			{Href: "/_style/case", Tone: Soon, Cells: []Cell{{Text: "清源县农村供水管理办法"}, Text("县水利局"), Text("合法性审核"), {Text: "11月25日", Sub: "还剩 2 个工作日"}, Mark(Soon, "临近"), Text("214")}},
			{Href: "/_style/case", Cells: []Cell{{Text: "关于规范临时救助工作的通知", Sub: "2025年制定 · 补录"}, Text("县民政局"), Text("评估论证"), {Text: "12月10日", Sub: "还剩 13 个工作日"}, Mark(Met, "正常"), Text("12")}},
			{Href: "/_style/case", Cells: []Cell{{Text: "清源县公共资源交易目录"}, Text("县发展和改革局"), Text("起草"), Text(""), Mark(NA, "未起算"), Text("0")}},
		},
		Pager: &Pager{First: "?", Prev: "?before=a", Next: "?after=b", Note: "本页 4 件，按期限先后排列"},
	}
}

func guideFilter() Filter {
	return Filter{
		Action: "/_style/list", Clear: "/_style/list", Export: "/_style/list?export=xlsx", Hidden: []Pair{{"sort", "due"}},
		Fields: []Field{
			{Kind: TextKind, Name: "q", Label: "名称", Value: "管理办法"},
			{Kind: SelectKind, Name: "unit", Label: "承办单位", Placeholder: "全部单位", Options: []Option{{Value: "a", Label: "县水利局"}, {Value: "b", Label: "县民政局"}}},
			{Kind: SelectKind, Name: "state", Label: "状态", Placeholder: "全部", Value: "open", Options: []Option{{Value: "open", Label: "在办"}, {Value: "closed", Label: "办结"}}},
			{Kind: DayKind, Name: "from", Label: "立项起"},
		},
	}
}

var guideStats = []Stat{
	{Label: "备案及时率", Value: "96.8%", Href: "/_style/list", Tone: Met, Note: "应备 31 件，按期 30 件"},
	{Label: "五日内到期", Value: "4 件", Href: "/_style/list", Tone: Soon, Note: "最近 11月25日"},
	{Label: "逾期未办", Value: "1 件", Href: "/_style/list", Tone: Late, Note: "县住房和城乡建设局"},
	{Label: "行政应诉败诉率", Value: "无案件", Href: "/_style/list", Tone: NA, Note: "本期没有应计案件"},
}

var guideFiles = []FileItem{
	{Name: "决策草案（送审稿）.docx", Href: "#", Size: 48213, Verified: true, Digest: guideHash},
	{Name: "公开征求意见情况.pdf", Href: "#", Size: 2403118, Verified: true},
	{Name: "专家论证意见（7 份）.pdf", Href: "#", Size: 811022, Verified: true},
	{Name: "合法性审查意见书", Note: "待出具"},
}
