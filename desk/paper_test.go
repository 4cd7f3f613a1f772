package desk_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"html"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"zhunsheng/area"
	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/internal/govtest"
	"zhunsheng/internal/site"
	"zhunsheng/ledger"
	"zhunsheng/register"
	"zhunsheng/sqldb"
)

// A small invented procedure whose review makes its own opinion, as one file and as two.
const paperProcedure = `
id: test.papers
name: 测试文书
area: test
version: 1
from: 2022-01-01
mode: native
basis: [{statute: 本地规定, mark: local}]
start: {by: clerk, title: 标题}
roles: [{id: clerk, name: 承办人, posts: [drafter]}]
record: [clerk]
steps:
  - id: check
    rule: TQ-S01
    name: 出具意见
    by: clerk
    takes: [{name: opinion, label: 意见书编号, scope: unit, pattern: "{mark}审〔{year}〕{n}号"}]
    fields:
      - {id: view, type: longtext, label: 审核意见, used_by: 承办人, required: true}
      - {id: basis-text, type: text, label: 审核依据, used_by: 承办人}
    papers:
      - {id: opinion-paper, label: 意见书, required: true, kinds: [docx, pdf]}
      - {id: opinion-set, label: 意见书（全套）, many: true, kinds: [docx, pdf]}
    outcomes: [{id: passed, name: 通过}, {id: failed, name: 不通过}]
    cites: [{statute: 本地规定, mark: local}]
  - {id: end, rule: TQ-S02, name: 办结, by: clerk, after: [check], final: true, outcomes: [{id: done, name: 已办结, close: closed}], cites: [{statute: 本地规定, mark: local}]}
gates:
  - {id: TQ-G01, name: 先出具意见, on: end, require: steps.check.done, text: 出具意见以后办结, missing: [{text: 出具意见, step: check}], cites: [{statute: 本地规定, mark: local}]}
templates:
  - id: opinion
    paper: opinion-paper
    name: 测试意见书
    title: 关于{title}的意见
    layout: opinion
    step: check
    to: 承办单位
    sign: "{unit.name}"
    elements:
      - {name: 审核依据, value: "{field.basis-text}", required: true}
      - {name: 结论, value: "{step.check.outcome}", required: true}
    body: |
      一、审核意见
      {field.view}
      {{elements}}
  - id: opinion-set
    paper: opinion-set
    name: 测试意见书全套
    layout: statement
    step: check
    sign: "{unit.name}"
    body: |
      {field.view}
`

const paperScenario = `scenario 一
unit qy-mzj 清源县民政局 清民
2026-01-05 clerk 启动 → ok
2026-01-05 clerk 出具意见:通过 审核依据=第三条 → draft 意见书 complete; number opinion 清民审〔2026〕1号
2026-01-06 clerk 办结 → ok

scenario 未出具意见
2026-01-05 clerk 启动 → ok
2026-01-06 clerk 办结 → refused TQ-G01
`

func openPapers(t *testing.T) *office {
	t.Helper()
	clock := &govtest.Clock{}
	clock.On("2026-09-01")
	config := govtest.Config("", t.TempDir(), clock)
	config.Areas = append(config.Areas, area.Area{ID: "test", Name: "测试", Definitions: fstest.MapFS{
		"papers.yaml": {Data: []byte(paperProcedure)}, "papers.scenario": {Data: []byte(paperScenario)}}})
	c := govtest.Start(t, config, clock)
	h, err := site.Handler(c.App)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return &office{c, srv.URL}
}

func startPaper(t *testing.T, p *person) gov.CaseID {
	t.Helper()
	res := p.api(http.MethodPost, "/cases", map[string]any{"procedure": "test.papers", "title": "清源县某办法"}, nil)
	var done struct{ Case gov.CaseID }
	if err := json.Unmarshal(res.body, &done); err != nil || res.status != http.StatusCreated {
		t.Fatalf("%d %s", res.status, res.body)
	}
	return done.Case
}

// docxText is the text of word/document.xml, tags taken out.
func docxText(t *testing.T, b []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	x, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	in := false
	for _, r := range string(x) {
		switch {
		case r == '<':
			in = true
		case r == '>':
			in = false
		case !in:
			out.WriteRune(r)
		}
	}
	return out.String()
}

func TestDesk_PapersAreMadeFromTheForm(t *testing.T) {
	o := openPapers(t)
	p := o.as(t, "qy-a-drafter")
	id := startPaper(t, p)
	step := casePath(id) + "/steps/check"
	page := p.see(step).wants("由系统生成的文书", "预览 PDF", "不附文件的，提交时按本页填写的内容生成")
	form := with(page.form("case-"+string(id)+"-check"), "field-view", "内容合法。\n可以提交审议。")

	// A preview needs an outcome only where a template asks for one; it keeps nothing.
	for as, magic := range map[string]string{"pdf": "%PDF-", "docx": "PK\x03\x04"} {
		res := p.send(step+"/papers/opinion-paper/"+as, form, upload{control: "paper-opinion-paper", name: "别的.docx"})
		if res.status != http.StatusOK || !strings.HasPrefix(string(res.body), magic) {
			t.Fatalf("preview as %s: %d %.300s", as, res.status, res.body)
		}
		if as == "docx" && !strings.Contains(docxText(t, res.body), "内容合法。") {
			t.Errorf("preview: %s", docxText(t, res.body))
		}
	}
	if res := p.send(step+"/papers/view/pdf", form); res.status != http.StatusUnprocessableEntity {
		t.Errorf("a preview of what is no paper: %d", res.status)
	}

	// What the paper lacks is named beside it; nothing that was typed is lost.
	res := p.send(step, with(form, "outcome", "passed"))
	if res.status != http.StatusUnprocessableEntity {
		t.Fatalf("without a required element: %d %s", res.status, res.text())
	}
	res.wants("“测试意见书”缺少必备要素：“审核依据”（没有填写“审核依据”）").lacks("请附“意见书”")
	again := res.form("case-" + string(id) + "-check")
	if again.Get("field-view") != "内容合法。\n可以提交审议。" || again.Get("_key") != form.Get("_key") {
		t.Errorf("lost: %v", again)
	}

	form = with(again, "field-basis-text", "《某办法》第三条", "outcome", "passed")
	res = p.send(step, form)
	if res.status != http.StatusSeeOther {
		t.Fatalf("%d %s", res.status, res.text())
	}
	k, err := o.Docket.Get(t.Context(), o.As("drafter", "qy-a"), id)
	if err != nil {
		t.Fatal(err)
	}
	one, set := k.State.Papers["opinion-paper"], k.State.Papers["opinion-set"]
	if len(one) != 1 || one[0].Name != "测试意见书.docx" || len(set) != 2 || set[0].Name != "测试意见书全套.docx" || set[1].Name != "测试意见书全套.pdf" {
		t.Fatalf("%+v %+v", one, set)
	}
	r, err := o.Files.Open(one[0].Digest)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(r)
	if err != nil || r.Close() != nil {
		t.Fatal(err)
	}
	text := docxText(t, content)
	for _, want := range []string{"关于清源县某办法的意见", "内容合法。", "《某办法》第三条", "通过", "2026年9月1日"} {
		if !strings.Contains(text, want) {
			t.Errorf("the paper does not say %q: %s", want, text)
		}
	}
	f, err := o.Files.Stat(t.Context(), one[0].Digest)
	if err != nil || f.Person != "qy-a-drafter" {
		t.Errorf("brought by %q, %v", f.Person, err)
	}

	// The same request sent again, on another day and with the case moved on, acts once.
	o.day("2026-09-02", p)
	res = p.send(step, form)
	if res.status != http.StatusSeeOther {
		t.Fatalf("sent again: %d %s", res.status, res.text())
	}
	p.see(casePath(id)).wants("没有重复办理")
	after, err := o.Docket.Get(t.Context(), o.As("drafter", "qy-a"), id)
	if err != nil || after.Row.Version != k.Row.Version {
		t.Errorf("acted twice: %d then %d, %v", k.Row.Version, after.Row.Version, err)
	}

	// Its print is the PDF of the very paper.
	version := k.Files[0].Version
	p.see(casePath(id)).wants("测试意见书.pdf", "供打印")
	pdf := p.get(casePath(id) + "/papers/" + itoa(version) + "/opinion-paper")
	if pdf.status != http.StatusOK || !strings.HasPrefix(string(pdf.body), "%PDF-") || !strings.HasPrefix(pdf.header.Get("Content-Disposition"), "inline") {
		t.Errorf("print: %d %v", pdf.status, pdf.header)
	}
}

func sha256Of(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// A made paper prints as it was handed in, whatever the registers say by then.
func TestDesk_PrintSaysWhatThePaperSaidThen(t *testing.T) {
	o := openPapers(t)
	p := o.as(t, "qy-a-drafter")
	id := startPaper(t, p)
	step := casePath(id) + "/steps/check"
	form := with(p.see(step).form("case-"+string(id)+"-check"), "field-view", "可以", "field-basis-text", "第三条", "outcome", "passed")
	if res := p.send(step, form); res.status != http.StatusSeeOther {
		t.Fatalf("%d %s", res.status, res.text())
	}
	k, err := o.Docket.Get(t.Context(), o.As("drafter", "qy-a"), id)
	if err != nil {
		t.Fatal(err)
	}
	link := casePath(id) + "/papers/" + itoa(k.Files[0].Version) + "/opinion-paper"
	before := p.see(link)
	rename(t, o, "qy-a", "改名以后的单位")
	o.day("2027-03-01", p)
	if now := p.see(casePath(id)); !strings.Contains(now.text(), "改名以后的单位") {
		t.Fatal("the unit goes by its old name")
	}
	after := p.see(link)
	if !bytes.HasPrefix(after.body, []byte("%PDF-")) || !bytes.Equal(after.body, before.body) {
		t.Errorf("after the unit was renamed: %d bytes, before %d", len(after.body), len(before.body))
	}
}

// A file of one's own takes the place of the paper that would be made.
func TestDesk_PapersOfOnesOwnAreKept(t *testing.T) {
	o := openPapers(t)
	p := o.as(t, "qy-a-drafter")
	id := startPaper(t, p)
	step := casePath(id) + "/steps/check"
	form := with(p.see(step).form("case-"+string(id)+"-check"), "field-view", "可以", "outcome", "failed")
	if res := p.send(step, form, upload{control: "paper-opinion-paper", name: "盖章的意见书.docx"}); res.status != http.StatusSeeOther {
		t.Fatalf("%d %s", res.status, res.text())
	}
	k, err := o.Docket.Get(t.Context(), o.As("drafter", "qy-a"), id)
	if err != nil || len(k.State.Papers["opinion-paper"]) != 1 || k.State.Papers["opinion-paper"][0].Name != "盖章的意见书.docx" {
		t.Fatalf("%+v %v", k.State.Papers, err)
	}
	// What is asked to be printed is the file itself, saved and not shown.
	brought := p.see(casePath(id) + "/papers/" + itoa(k.Files[0].Version) + "/opinion-paper")
	if sha256Of(brought.body) != k.Files[0].Digest || !strings.HasPrefix(brought.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("print of a file that was brought: %d bytes, %v", len(brought.body), brought.header)
	}
	for _, none := range []string{"/papers/1/opinion-paper", "/papers/x/opinion-paper", "/papers/" + itoa(k.Files[0].Version) + "/view"} {
		if res := p.get(casePath(id) + none); res.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", none, res.status)
		}
	}
}

// The API hands in a step without its paper as the form does.
func TestAPI_PapersAreMade(t *testing.T) {
	o := openPapers(t)
	p := o.as(t, "qy-a-drafter")
	id := startPaper(t, p)
	act := map[string]any{"step": "check", "outcome": "passed", "fields": map[string]string{"view": "可以"}, "key": "k-1"}
	res := p.api(http.MethodPost, "/cases/"+string(id)+"/acts", act, nil)
	if res.status != http.StatusUnprocessableEntity || !strings.Contains(string(res.body), "缺少必备要素") {
		t.Fatalf("%d %s", res.status, res.body)
	}
	act["fields"] = map[string]string{"view": "可以", "basis-text": "第三条"}
	for range 2 {
		if res = p.api(http.MethodPost, "/cases/"+string(id)+"/acts", act, nil); res.status != http.StatusCreated {
			t.Fatalf("%d %s", res.status, res.body)
		}
	}
	if !strings.Contains(string(res.body), `"repeated":true`) {
		t.Errorf("%s", res.body)
	}
}

// A whole case as one archive: its receipts verify, its files have the digests that the
// sealed records name, and nothing of the case is left out.
func TestDesk_TheArchiveHoldsTheWholeCaseAndVerifies(t *testing.T) {
	o := openPapers(t)
	p := o.as(t, "qy-a-drafter")
	id := startPaper(t, p)
	step := casePath(id) + "/steps/check"
	form := with(p.see(step).form("case-"+string(id)+"-check"), "field-view", "可以", "field-basis-text", "第三条", "outcome", "passed")
	if res := p.send(step, form); res.status != http.StatusSeeOther {
		t.Fatalf("%d %s", res.status, res.text())
	}
	p.see(casePath(id)).wants("导出案卷")
	early := unzip(t, p.see(casePath(id)+"/archive").body)
	if early["index.json"] == nil {
		t.Fatalf("before sealing: %d entries", len(early))
	}
	if err := o.Sequencer.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	res := p.see(casePath(id) + "/archive")
	if cd := res.header.Get("Content-Disposition"); !strings.Contains(cd, url.PathEscape("案卷-清源县某办法.zip")) || res.header.Get("Content-Type") != "application/zip" {
		t.Errorf("%v", res.header)
	}
	if again := p.see(casePath(id) + "/archive"); !bytes.Equal(again.body, res.body) {
		t.Error("the same case gives another archive")
	}
	if byAPI := p.api(http.MethodGet, "/cases/"+string(id)+"/archive", nil, nil); !bytes.Equal(byAPI.body, res.body) {
		t.Errorf("the API gives another archive: %d %.200s", byAPI.status, byAPI.body)
	}
	checkArchive(t, o, id, unzip(t, res.body))
}

func checkArchive(t *testing.T, o *office, id gov.CaseID, parts map[string][]byte) {
	t.Helper()
	k, err := o.Docket.Get(t.Context(), o.As("drafter", "qy-a"), id)
	if err != nil {
		t.Fatal(err)
	}
	var index struct {
		Files   []struct{ Path, SHA256, Fault string }
		Records []struct {
			Version int64
			Number  int64
			Leaf    string
			Receipt string
		}
	}
	if err := json.Unmarshal(parts["index.json"], &index); err != nil {
		t.Fatal(err)
	}
	if len(index.Files) != len(k.Files) || len(index.Files) != 3 || len(index.Records) != len(k.Acts) {
		t.Errorf("%d files of %d, %d records of %d", len(index.Files), len(k.Files), len(index.Records), len(k.Acts))
	}
	policy, err := ledger.ParsePolicy([]string{strings.TrimSpace(string(parts["账本公钥.txt"]))}, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	if policy2, err := ledger.ParsePolicy([]string{o.Signer.VKey()}, nil, 0); err != nil {
		t.Fatal(err)
	} else if _, _, err := policy2.Open(parts["检查点.txt"]); err != nil {
		t.Errorf("the checkpoint: %v", err)
	}
	sealed := ""
	for i, r := range index.Records {
		receipt, err := ledger.ParseReceipt(parts[r.Receipt])
		if err != nil {
			t.Fatalf("receipt %q: %v", r.Receipt, err)
		}
		proven, err := receipt.Verify(policy)
		if err != nil {
			t.Fatal(err)
		}
		if proven.Envelope.ID != k.Acts[i].Envelope.ID || proven.Index != r.Number || proven.Envelope.Version != r.Version {
			t.Errorf("receipt %d is of %s", i, proven.Envelope.ID)
		}
		if h := ledger.Entry(sha256.Sum256(receipt.Disclosure)).LeafHash(); hex.EncodeToString(h[:]) != r.Leaf {
			t.Errorf("leaf of record %d: %s", i, r.Leaf)
		}
		sealed += string(proven.Body)
	}
	for _, f := range index.Files {
		sum := sha256.Sum256(parts[f.Path])
		if got := hex.EncodeToString(sum[:]); got != f.SHA256 || !strings.Contains(sealed, got) {
			t.Errorf("%s is %s, the index says %s, the sealed records know it: %v", f.Path, got, f.SHA256, strings.Contains(sealed, got))
		}
	}
	checkArchivePage(t, string(parts["目录.html"]), parts)
	for _, name := range []string{"目录.pdf", "办理记录.pdf"} {
		if !bytes.HasPrefix(parts[name], []byte("%PDF-")) {
			t.Errorf("%s is missing", name)
		}
	}
	if readme := string(parts["README.txt"]); !strings.Contains(readme, "zhunsheng-verify receipt --key '"+o.Signer.VKey()+"'") {
		t.Errorf("%s", readme)
	}
}

var hrefs = regexp.MustCompile(`href="([^"]*)"`)

// The index opens without a server: what it leads to lies beside it, nothing is fetched from
// elsewhere, and every file and receipt is reached.
func checkArchivePage(t *testing.T, page string, parts map[string][]byte) {
	t.Helper()
	reached := map[string]bool{}
	for _, m := range hrefs.FindAllStringSubmatch(page, -1) {
		name, err := url.PathUnescape(strings.TrimPrefix(html.UnescapeString(m[1]), "./"))
		if err != nil || parts[name] == nil {
			t.Errorf("the index leads to %s, which is not there", m[1])
		}
		reached[name] = true
	}
	for name := range parts {
		if (strings.HasPrefix(name, "材料/") || strings.HasPrefix(name, "回执/")) && !reached[name] {
			t.Errorf("the index does not lead to %s", name)
		}
	}
	if strings.Contains(page, "<script") || strings.Contains(page, "src=") || strings.Contains(page, "http") || !strings.Contains(page, "清源县某办法　案卷目录") {
		t.Errorf("%.600s", page)
	}
}

// A file that was changed on disk is left out and named; the rest is still to be had.
func TestDesk_TheArchiveNamesAFileThatWasChanged(t *testing.T) {
	o := openPapers(t)
	p := o.as(t, "qy-a-drafter")
	id := startPaper(t, p)
	step := casePath(id) + "/steps/check"
	form := with(p.see(step).form("case-"+string(id)+"-check"), "field-view", "可以", "field-basis-text", "第三条", "outcome", "passed")
	if res := p.send(step, form); res.status != http.StatusSeeOther {
		t.Fatalf("%d %s", res.status, res.text())
	}
	k, err := o.Docket.Get(t.Context(), o.As("drafter", "qy-a"), id)
	if err != nil {
		t.Fatal(err)
	}
	damage(t, o, k.State.Papers["opinion-paper"][0].Digest)
	parts := unzip(t, p.see(casePath(id)+"/archive").body)
	if !strings.Contains(string(parts["index.json"]), "未导出") {
		t.Errorf("%s", parts["index.json"])
	}
	n := 0
	for name := range parts {
		if strings.HasPrefix(name, "材料/") {
			n++
		}
	}
	if n != 2 {
		t.Errorf("%d files", n)
	}
}

func unzip(t *testing.T, b []byte) map[string][]byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if out[f.Name] != nil {
			t.Errorf("%s is twice in the archive", f.Name)
		}
		if out[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// damage changes a stored file behind the program's back.
func damage(t *testing.T, o *office, digest string) {
	t.Helper()
	found := false
	err := filepath.WalkDir(o.Data, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(path, digest[2:]) {
			found = true
			return errors.Join(os.Chmod(path, 0o600), os.WriteFile(path, []byte("changed"), 0o600))
		}
		return err
	})
	if err != nil || !found {
		t.Fatalf("%s: %v", digest, err)
	}
}

// rename gives a unit another name from a day that is past already.
func rename(t *testing.T, o *office, unit gov.UnitID, name string) {
	t.Helper()
	from := gov.MustDay("2020-01-01")
	var seen string
	err := o.DB.Read(t.Context(), func(tx *sqldb.Tx) error {
		e, err := o.Registers.Get(tx, register.Units, string(unit), from)
		seen = e.Tag()
		return err
	})
	if err == nil {
		_, err = o.Registers.Set(t.Context(), o.As("sysadmin", ""), register.Change{Register: register.Units, Key: string(unit), Span: identity.Span{From: from},
			Data: map[string]string{"name": name, "mark": "清民", "kind": "department", "parent": "qy"}, Seen: seen, Reason: "机构改革", Request: "rename-1"})
	}
	if err != nil {
		t.Fatal(err)
	}
}
