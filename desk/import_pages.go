package desk

import (
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"zhunsheng/evidence"
	"zhunsheng/exchange"
	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/procedure"
	"zhunsheng/web"
)

// batchesShown is how many of the own batches the page lists.
const batchesShown = 20

func (d *Desk) imports(w http.ResponseWriter, r *http.Request) error {
	who, err := principal(r.Context())
	if err != nil {
		return err
	}
	plans, err := d.Importer.Usable(r.Context(), who)
	if err != nil {
		return err
	}
	list, err := d.Importer.Batches(r.Context(), who, batchesShown)
	if err != nil {
		return err
	}
	v := importsView{Batches: d.batchTable(list)}
	for _, p := range plans {
		v.Plans = append(v.Plans, planLine{p.Name, p.About, planURL(p.ID)})
	}
	s := d.shell(w, r, "导入历史台账", navCases)
	s.Crumbs = importCrumbs()
	return web.OK(w, r, importsPage(s, v))
}

// importCrumbs is the way to a page of the import; labels and addresses follow in pairs.
func importCrumbs(then ...string) []web.Crumb {
	out := []web.Crumb{{Label: "案件", Href: navCases}, {Label: "导入历史台账", Href: navImport}}
	for i := 0; i+1 < len(then); i += 2 {
		out = append(out, web.Crumb{Label: then[i], Href: then[i+1]})
	}
	out[len(out)-1].Href = ""
	return out
}

// planOf finds the plan that an address names, for whoever may record by it.
func (d *Desk) planOf(r *http.Request) (*identity.Principal, *exchange.Plan, *procedure.Definition, error) {
	who, err := principal(r.Context())
	if err != nil {
		return nil, nil, nil, err
	}
	p, def, err := d.Importer.Plan(r.PathValue("plan"))
	if err != nil {
		return nil, nil, nil, err
	}
	usable, err := d.Importer.Usable(r.Context(), who)
	if err == nil && !slices.Contains(usable, p) {
		err = gov.Errorf(gov.Forbidden, "您当前的岗位不能补录“%s”，请由程序写明可以补录的岗位导入", def.Name())
	}
	return who, p, def, err
}

func (d *Desk) importPlan(w http.ResponseWriter, r *http.Request) error {
	_, p, def, err := d.planOf(r)
	if err != nil {
		return err
	}
	return d.showPlan(w, r, http.StatusOK, p, def, "")
}

func (d *Desk) showPlan(w http.ResponseWriter, r *http.Request, status int, p *exchange.Plan, def *procedure.Definition, wrong string) error {
	v := planView{Head: web.PageHead{Kind: "导入历史台账", Title: p.Name, Note: p.About}, Template: planURL(p.ID) + "/template",
		Columns: planColumns(p, def), Form: web.NewForm("import-"+p.ID, planURL(p.ID), "上传并预检"),
		File: web.Field{Kind: web.FileKind, Name: tableControl, Label: "台账文件", Required: true, Accept: ".xlsx,.xls,.et,.csv", Error: wrong,
			Help: "直接上传原来的台账即可：表头上面的标题行、合并单元格、多余的列都不要紧。预检不写入任何内容。"}}
	v.Form.Upload, v.Form.NoDraft, v.Form.Cancel = true, true, navImport
	if wrong != "" {
		v.Form.Again, v.Form.Errors = true, []web.FormError{{Field: tableControl, Text: wrong}}
	}
	s := d.shell(w, r, p.Name, navCases)
	s.Crumbs = importCrumbs(p.Name, "")
	return web.Render(w, r, status, importPlanPage(s, v))
}

// importTemplate sends an empty table with the headings of a plan.
func (d *Desk) importTemplate(w http.ResponseWriter, r *http.Request) error {
	_, p, def, err := d.planOf(r)
	if err != nil {
		return err
	}
	b, err := p.Template(def)
	if err != nil {
		return fmt.Errorf("desk: template of %s: %w", p.ID, err)
	}
	w.Header().Set("Content-Type", evidence.XLSX)
	w.Header().Set("Content-Disposition", attachment(p.Name+"模板.xlsx"))
	_, _ = w.Write(b) // the reader is gone when this fails
	return nil
}

// importUpload takes a table and leads to its report; what cannot be read at all is told at
// the control.
func (d *Desk) importUpload(w http.ResponseWriter, r *http.Request) error {
	who, p, def, err := d.planOf(r)
	if err != nil {
		return err
	}
	s, err := d.receive(r, who)
	if err != nil {
		return err
	}
	if len(s.wrong) > 0 {
		return d.showPlan(w, r, http.StatusUnprocessableEntity, p, def, s.wrong[0].Text)
	}
	files := s.files[tableControl]
	if len(files) == 0 {
		return d.showPlan(w, r, http.StatusUnprocessableEntity, p, def, "请选择台账文件")
	}
	digest, name := files[0].Digest, files[0].Name
	if _, err := d.Importer.Inspect(r.Context(), who, p.ID, digest); err != nil {
		if gov.KindOf(err) != gov.Invalid {
			return err
		}
		return d.showPlan(w, r, http.StatusUnprocessableEntity, p, def, web.ProblemOf(err).Detail)
	}
	return d.Site.Redirect(w, r, withQuery(tableURL(p.ID, digest), url.Values{nameControl: {name}}), nil)
}

// tableName is what the uploader called a table; the store knows contents, not names.
func tableName(r *http.Request) string {
	name := path.Base(strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return -1
		}
		return c
	}, strings.ToValidUTF8(r.FormValue(nameControl), "")))
	if name == "." || name == "/" || utf8.RuneCountInString(name) > 200 {
		return "台账"
	}
	return name
}

func (d *Desk) importCheck(w http.ResponseWriter, r *http.Request) error {
	who, p, def, err := d.planOf(r)
	if err != nil {
		return err
	}
	return d.showCheck(w, r, http.StatusOK, who, p, def, nil)
}

func (d *Desk) showCheck(w http.ResponseWriter, r *http.Request, status int, who *identity.Principal, p *exchange.Plan, def *procedure.Definition, wrong error) error {
	digest, file := r.PathValue("digest"), tableName(r)
	report, err := d.Importer.Inspect(r.Context(), who, p.ID, digest)
	if err != nil {
		return err
	}
	address := func(show string, page int) string {
		q := url.Values{nameControl: {file}}
		if show != "" {
			q.Set(showControl, show)
		}
		if page > 1 {
			q.Set(pageControl, strconv.Itoa(page))
		}
		return withQuery(tableURL(p.ID, digest), q)
	}
	q := r.URL.Query()
	kind := rowKinds[0]
	if i := slices.IndexFunc(rowKinds, func(k rowKind) bool { return k.id == q.Get(showControl) }); i > 0 {
		kind = rowKinds[i]
	}
	page, err := strconv.Atoi(q.Get(pageControl))
	if err != nil || page < 1 {
		page = 1
	}
	ready, breached := report.Ready()
	v := checkView{Head: web.PageHead{Kind: p.Name, Title: "预检报告", Note: join(" · ", file, report.Sheet) + "。还没有写入任何内容。"},
		Ignored: strings.Join(report.Ignored, "、"), Again: planURL(p.ID), Table: reportTable(def, report, kind, page, address)}
	v.Stats = []web.Stat{
		{Label: "可以导入", Value: fmt.Sprint(ready), Href: address("", 1), Note: fmt.Sprintf("共 %d 行", len(report.Drafts))},
		{Label: "其中有违反程序", Value: fmt.Sprint(breached), Href: address("breaches", 1), Note: "记为违反程序，不能删除"},
		{Label: "有问题，不导入", Value: fmt.Sprint(len(report.Drafts) - ready), Href: address("problems", 1), Note: "改正表格后再导入"},
	}
	if breached > 0 {
		v.Stats[1].Tone = web.Soon
	}
	if ready < len(report.Drafts) {
		v.Stats[2].Tone = web.Late
	}
	for _, k := range rowKinds {
		v.Shown = append(v.Shown, showLink{k.text, address(k.id, 1), k.id == kind.id})
	}
	if ready > 0 {
		f := web.NewForm("import-"+p.ID+"-begin", tableURL(p.ID, digest), fmt.Sprintf("导入 %d 行", ready))
		f.NoDraft, f.Cancel = true, planURL(p.ID)
		f.Hidden = []web.Pair{{Name: nameControl, Value: file}}
		if wrong != nil {
			f.Fail(wrong, nil)
		}
		v.Form = &f
	}
	s := d.shell(w, r, "预检报告", navCases)
	s.Crumbs = importCrumbs(p.Name, planURL(p.ID), "预检报告", "")
	return web.Render(w, r, status, importCheckPage(s, v))
}

// importBegin confirms: the rows that can be recorded are recorded from here on.
func (d *Desk) importBegin(w http.ResponseWriter, r *http.Request) error {
	who, p, def, err := d.planOf(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return formError(err)
	}
	id, err := d.Importer.Begin(r.Context(), who, p.ID, r.PathValue("digest"), tableName(r), web.RequestKey(r))
	if k := gov.KindOf(err); err != nil && (k == gov.Invalid || k == gov.Conflict) {
		return d.showCheck(w, r, web.ProblemOf(err).Status, who, p, def, err)
	}
	if err != nil {
		return err
	}
	return d.Site.Redirect(w, r, batchURL(id), nil)
}

func (d *Desk) importBatch(w http.ResponseWriter, r *http.Request) error {
	return d.showBatch(w, r, http.StatusOK, nil)
}

// refreshEvery is how often, in seconds, the page of a running batch looks again.
const refreshEvery = 3

func (d *Desk) showBatch(w http.ResponseWriter, r *http.Request, status int, wrong error) error {
	who, err := principal(r.Context())
	if err != nil {
		return err
	}
	b, err := d.Importer.Batch(r.Context(), who, r.PathValue("batch"))
	if err != nil {
		return err
	}
	at, working := d.Importer.Progress(b.ID)
	running := working && at.Running
	v := batchView{Head: web.PageHead{Kind: join(" · ", "导入历史台账", d.planName(b.Plan)), Title: b.File, Badges: []web.BadgeView{batchMark(b, at, working)}},
		Failed: b.Failed, Left: b.Left, Cases: navCases}
	if _, def, err := d.Importer.Plan(b.Plan); err == nil {
		v.Cases = withQuery(navCases, url.Values{procControl: {def.ID()}})
	}
	v.Told = batchWords(b)
	s := d.shell(w, r, b.File, navCases)
	switch {
	case running:
		label := "正在导入"
		if at.Undoing {
			label = "正在撤销"
		}
		v.Progress = &web.Progress{Label: label, Done: int64(at.Done), Total: int64(at.Total), Note: "可以离开本页，处理会继续；回到本页能看到进度。"}
		v.Failed, s.Refresh = nil, refreshEvery
	case b.Undone.IsZero() && b.Finished.IsZero():
		v.Broken = "导入中断，还有行没有处理。继续导入不会重复已经导入的行。"
		if at.Stopped != "" {
			v.Broken = at.Stopped + "。" + v.Broken
		}
		f := web.NewForm("import-resume", batchURL(b.ID)+"/resume", "继续导入")
		f.NoDraft = true
		v.Resume = &f
	}
	if !running && b.Undone.IsZero() {
		f := web.NewForm("import-undo-"+b.ID, batchURL(b.ID)+"/undo", "撤销这次导入")
		f.Submit.Primary, f.Submit.Danger = false, true
		v.Reason = web.Field{Kind: web.AreaKind, Name: reasonControl, Label: "撤销的理由", Required: true, Rows: 2, MaxLen: 500, UsedBy: "法治督察",
			Value: r.PostFormValue(reasonControl)}
		v.Undo = &f
	}
	if wrong != nil {
		fields := []web.Field{v.Reason}
		switch {
		case v.Undo != nil && v.Undo.Fail(wrong, fields):
			v.Reason = fields[0]
		default:
			v.Broken = web.ProblemOf(wrong).Detail
		}
	}
	s.Crumbs = importCrumbs(b.File, "")
	return web.Render(w, r, status, importBatchPage(s, v))
}

// batchWords tells what a batch did.
func batchWords(b exchange.Batch) []web.Def {
	out := []web.Def{{Term: "开始", Text: web.LongTime(b.Begun)}, {Term: "预检可以导入", Text: fmt.Sprintf("%d 行", b.Rows)}}
	if !b.Finished.IsZero() {
		out = append(out, web.Def{Term: "完成", Text: web.LongTime(b.Finished)}, web.Def{Term: "已导入", Text: fmt.Sprintf("%d 行", b.Rows-len(b.Failed))})
	}
	if !b.Undone.IsZero() {
		out = append(out, web.Def{Term: "撤销", Text: web.LongTime(b.Undone)}, web.Def{Term: "撤销理由", Text: b.Reason})
	}
	return append(out, web.Def{Term: "文件校验值", Body: web.Digest("文件校验值", b.Digest)})
}

func (d *Desk) importResume(w http.ResponseWriter, r *http.Request) error {
	return d.onBatch(w, r, func(who *identity.Principal, id string) error {
		return d.Importer.Resume(r.Context(), who, id)
	})
}

func (d *Desk) importUndo(w http.ResponseWriter, r *http.Request) error {
	return d.onBatch(w, r, func(who *identity.Principal, id string) error {
		return d.Importer.Undo(r.Context(), who, id, strings.TrimSpace(r.PostFormValue(reasonControl)))
	})
}

// onBatch hands something about a batch to the importer and leads back to its page.
func (d *Desk) onBatch(w http.ResponseWriter, r *http.Request, do func(who *identity.Principal, id string) error) error {
	who, err := principal(r.Context())
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return formError(err)
	}
	id := r.PathValue("batch")
	err = do(who, id)
	if k := gov.KindOf(err); err != nil && (k == gov.Invalid || k == gov.Conflict) {
		return d.showBatch(w, r, web.ProblemOf(err).Status, err)
	}
	if err != nil {
		return err
	}
	return d.Site.Redirect(w, r, batchURL(id), &web.Flash{Tone: web.Info, Text: "已开始处理，可以离开本页", Done: "import-undo-" + id})
}
