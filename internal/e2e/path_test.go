package e2e

import (
	"database/sql"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"zhunsheng/gov"
	"zhunsheng/internal/govtest"

	_ "zhunsheng/sqldb" // the driver, to edit the database behind the program's back
)

// The document of the story. Its unit is the one whose accounts the demonstration prints.
const (
	title    = "清源县城乡居民临时救助实施细则（演示）"
	unit     = "清源县民政局"
	password = "qingyuan-2026"
)

func today() gov.Day { return gov.InstantOf(time.Now()).Day() }

// signIn goes to the sign-in page by its link and signs in as a post of the show department.
func (v *visitor) signIn(login string) {
	v.t.Helper()
	if v.offered("工作人员登录") { // from the portal
		v.follow("工作人员登录")
	}
	v.fill("登录名", login)
	v.fill("密码", password)
	v.follow("登录")
	v.see("工作台")
}

func (v *visitor) signOut() {
	v.t.Helper()
	v.press(eval[string](v, `document.querySelector("details.menu > summary .who").innerText`))
	v.follow("退出登录")
	v.see("已退出登录")
}

func (v *visitor) as(login string, what func()) {
	v.t.Helper()
	v.signIn(login)
	what()
	v.signOut()
}

// openTask goes from the workbench to the case by the line that waits for this person, or,
// where more wait than are shown, by the list.
func (v *visitor) openTask(step string) {
	v.t.Helper()
	v.follow("工作台")
	if words := step + "：" + title; v.offered(words) {
		v.follow(words)
		return
	}
	v.openCase(title)
}

// openCase finds a case in the list, page by page.
func (v *visitor) openCase(title string) {
	v.t.Helper()
	v.follow("案件")
	for !v.offered(title) {
		v.follow("下一页")
	}
	v.follow(title)
}

func TestMainJob_ADocumentFromDraftToFiledAndProvenAfterwards(t *testing.T) {
	p := startDemo(t)
	v := newVisitor(t, p.url)
	papers := t.TempDir()
	paper := func(name string) string { return writeDocx(t, papers, name, govtest.Docx(title+"　"+name)) }

	v.visit(p.url)
	var caseID string

	v.as("drafter", func() {
		v.follow("启动", "行政规范性文件（部门制定）")
		v.fill("文件标题", title)
		v.follow("启动案件")
		v.see("案件已启动", title, "起草", "由您办理")
		caseID = path.Base(strings.Split(v.where(), "?")[0])
		v.press("否", "是否与市场主体")
		v.attach("送审稿", paper("送审稿"))
		v.attach("起草说明", paper("起草说明"))
		v.follow("提交：起草")
		v.see("已办理“起草”", "送审稿.docx")
		v.fill("评估论证结论", "现行做法缺少救助标准的确定办法，制定细则必要、可行。")
		v.follow("提交：评估论证")
		v.see("已办理“评估论证”")
	})

	v.as("secretary", func() {
		v.openCase(title)
		v.press("集体审议", "暂不能办理")
		v.see("ND-G03", "未经合法性审核或者审核不合法的，不得提交集体审议", "合法性审核通过的意见", "优化营商环境条例", "第六十三条")
		v.look("集体审议被拒绝")
		v.follow("合法性审核通过的意见")
		v.see("合法性审核", "等待合法性审核人员办理")
	})

	v.as("reviewer", func() {
		v.openTask("合法性审核")
		v.fill("审核意见", "制定主体适格，内容与上位法不抵触，程序符合规定，同意提请集体审议。")
		v.attach("合法性审核意见书", paper("合法性审核意见书"))
		v.press("审核通过", "办理结果")
		v.press("提交：合法性审核") // before the shortest time: the browser asks for the reason
		v.missing("提前完成审核的理由")
		v.fill("提前完成审核的理由", "汛期受灾群众救助急需，经局长批准加急办理。")
		v.follow("提交：合法性审核")
		v.see("已办理“合法性审核”：审核通过")
	})

	v.as("secretary", func() {
		v.openTask("集体审议")
		v.fill("会议名称", "局长办公会议")
		v.set("会议日期", today().String())
		v.attach("会议纪要", paper("会议纪要"))
		v.press("审议通过", "办理结果")
		v.follow("提交：集体审议")
		v.see("已办理“集体审议”：审议通过")
	})

	number := ""
	v.as("registrar", func() {
		v.openTask("统一登记编号")
		v.follow("提交：统一登记编号")
		v.see("已办理“统一登记编号”")
		number = regexp.MustCompile(`清民规〔\d{4}〕\d+号`).FindString(v.text())
		if number == "" || !strings.Contains(number, "〔"+strconv.Itoa(today().Year())+"〕") {
			t.Errorf("no unified number of this year on the page:\n%s", v.text())
		}
	})

	v.as("disclosure", func() {
		v.openTask("公开属性认定与保密审查")
		v.fill("保密审查意见", "经审查不涉及国家秘密、商业秘密和个人隐私，可以公开。")
		v.press("主动公开", "办理结果")
		v.follow("提交：公开属性认定与保密审查")
		v.see("已办理“公开属性认定与保密审查”：主动公开")
	})

	v.as("secretary", func() {
		v.openTask("公布")
		v.set("施行日期", today().AddDays(30).String())
		v.attach("正式文本", paper("正式文本"))
		v.follow("提交：公布")
		v.see("已办理“公布”")
	})

	v.as("drafter", func() {
		v.openTask("报送备案")
		v.see("报送备案", "本地参数")
		v.form("报送备案", "")
		v.fill("报送备案文号", "清民备〔"+strconv.Itoa(today().Year())+"〕1号")
		v.attach("备案报告", paper("备案报告"))
		v.follow("提交：报送备案")
		v.see("已办理“报送备案”", "办结", "本案已经办结")
	})

	v.portal(p.url, number)
	v.signIn("supervisor")
	receipt := v.indicatorToProof(p.vkey)
	v.derivation()
	v.recordOutside()
	v.signOut()

	checkReceipt(t, p, receipt)
	v.receiptOnPortal(p.url, receipt)

	backup := filepath.Join(t.TempDir(), "zhunsheng.tar")
	p.want(0, "已备份", "backup", "--data", p.dir, backup)
	p.stop()

	p.want(0, "逐行相符", "rebuild", "--check", "--data", p.dir)
	p.want(0, "全部相符", "verify", "--data", p.dir)
	restored := filepath.Join(t.TempDir(), "restored")
	p.want(0, "已恢复", "restore", "--data", restored, "--keys", p.dir+"-keys", backup)
	p.want(0, "全部相符", "verify", "--data", restored, "--keys", p.dir+"-keys")

	id, version := tamper(t, p, caseID)
	out := p.want(1, "发现 1 处不符", "verify", "--data", p.dir)
	for _, w := range []string{id, caseID, fmt.Sprintf("第 %d 项", version), "被改动"} {
		if !strings.Contains(out, w) {
			t.Errorf("verify does not name “%s”:\n%s", w, out)
		}
	}
}

// portal reads the document as anybody may, on the way that the portal offers.
func (v *visitor) portal(home, number string) {
	v.t.Helper()
	v.visit(home)
	v.follow("行政规范性文件库")
	v.fill("名称或文号", number)
	v.follow("筛选")
	v.follow(title)
	v.see(number, unit, "未施行", "公布记录", "报送备案")
	file := v.download("正式文本.docx")
	if b, err := os.ReadFile(file); err != nil || string(b) != string(govtest.Docx(title+"　正式文本")) {
		v.t.Errorf("the published file is not what was attached (%v)", err)
	}
}

// indicatorToProof opens 备案及时率 into its cases, this case, an act and its proof, and
// saves the receipt.
func (v *visitor) indicatorToProof(vkey string) (receipt string) {
	v.t.Helper()
	v.follow("指标")
	v.follow("备案及时率")
	v.set("至", today().AddDays(60).String()) // the limit of the case may end next year
	v.pick("单位", unit)
	v.follow("筛选")
	v.see("分子 ÷ 分母", "数据截至")
	v.follow("分子")
	v.see("背后的案件", "按期")
	for !v.offered(title) {
		v.follow("下一页")
	}
	v.follow(title)
	v.see("办理记录", "记录已核验", "备案及时率", "本案按期")
	v.follow("#", "办理“集体审议”：审议通过")
	v.see("记录已核验", "存证回执", "怎样核验", "局长办公会议", vkey)
	return v.download("下载回执")
}

// derivation opens how a limit was counted.
func (v *visitor) derivation() {
	v.t.Helper()
	v.follow("回到案件")
	v.press("怎么算的", "主动公开")
	v.see("适用", "政府信息公开条例", "20个工作日", "起算", "不计入")
	v.look("期限推算过程")
}

// recordOutside records an adoption of another case that has not been reviewed, which the
// supervisor may, and sees the breach that stays.
func (v *visitor) recordOutside() {
	v.t.Helper()
	v.follow("案件")
	v.pick("状态", "在办")
	v.pick("等待岗位", "合法性审核人员")
	v.follow("筛选")
	v.turn(func() {
		eval[bool](v, `(() => { const a = document.querySelector("main tbody td.main a"); if (!a) return false; a.click(); return true; })()`)
	})
	v.press("集体审议", "暂不能办理")
	v.follow("补录“集体审议”")
	v.see("这是补录，不是办理", "将记为违反程序", "ND-G03")
	v.set("实际发生日期", today().String())
	v.fill("为什么没有在系统中办理", "会议在系统之外召开，督察中发现。")
	v.fill("依据的原始材料", "局长办公会议记录本")
	v.fill("会议名称", "局长办公会议")
	v.set("会议日期", today().String())
	v.press("审议通过", "办理结果")
	v.follow("补录：集体审议")
	v.see("已补录“集体审议”", "违反程序", "ND-G03", "录入于")
}

// checkReceipt checks the saved receipt offline, and that the same receipt with one byte
// changed is refused.
func checkReceipt(t *testing.T, p *program, receipt string) {
	t.Helper()
	verify := build(t, "zhunsheng-verify")
	if code, out := run(t, verify, "receipt", "--key", p.vkey, receipt); code != 0 || !strings.Contains(out, filepath.Base(receipt)) {
		t.Errorf("zhunsheng-verify: exit %d\n%s", code, out)
	}
	b, err := os.ReadFile(receipt)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 1
	forged := filepath.Join(t.TempDir(), filepath.Base(receipt))
	if err := os.WriteFile(forged, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out := run(t, verify, "receipt", "--key", p.vkey, forged); code != 1 {
		t.Errorf("a forged receipt: exit %d\n%s", code, out)
	}
}

// receiptOnPortal checks it where people have no program for it.
func (v *visitor) receiptOnPortal(home, receipt string) {
	v.t.Helper()
	v.visit(home)
	v.follow("核验存证回执")
	v.attach("存证回执文件", receipt)
	v.press("核验")
	v.see("核验通过", "没有被改动")
	v.look("核验回执")
}

// tamper changes one byte of the deliberation's event in the stopped program's database.
func tamper(t *testing.T, p *program, caseID string) (id string, version int64) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(p.dir, "zhunsheng.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var body []byte
	if err := db.QueryRow(`SELECT id, version, body FROM event WHERE stream = 'case/' || $1 AND CAST(body AS TEXT) LIKE '%局长办公会议%'`, caseID).Scan(&id, &version, &body); err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(body), "局长办公会议", "局长办公会讯", 1)
	if len(changed) != len(body) {
		t.Fatal("more than one byte would change")
	}
	if _, err := db.Exec(`UPDATE event SET body = $1 WHERE id = $2`, []byte(changed), id); err != nil {
		t.Fatal(err)
	}
	return id, version
}
