package e2e

import (
	"image"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const govDocument = "行政规范性文件（县政府及其办公室制定）"

// comment is what one member of the public writes, and what becomes of it.
type comment struct {
	kind, text string
	screen     [2]int64
	outcome    string // of the study
	reply      string
	reason     string // where it is not adopted in full
	number     string // the receipt
}

// A document of the county government with fair-competition review and comments from three
// citizens, from the draft to the portal, the indicators and the archive.
func TestStory_AGovernmentDocumentWithThreeCitizens(t *testing.T) {
	s := newStory(t, "document", "清源县养老服务机构备案和补贴管理办法（演示）")
	comments := []*comment{
		{kind: "公民", screen: desktop, text: "第六条要求提供房屋产权证明，社区用房没有产权证，建议改为使用证明。", outcome: "采纳", reply: "第六条增加由居民委员会出具的使用证明"},
		{kind: "企业", screen: desktop, text: "第九条的补贴按年结算，小机构垫资困难，建议按季度预拨。", outcome: "部分采纳", reply: "按季度预拨百分之六十，年终据实结算", reason: "全额预拨与财政支付的规定不一致"},
		{kind: "公民", screen: phone, text: "建议取消备案，直接发放补贴。", outcome: "不予采纳", reply: "备案是补贴发放和安全监管的前提，予以保留", reason: "取消备案与上级规定不一致"},
	}

	s.by("drafter", func() {
		s.begin(govDocument, "文件标题", s.title, nil)
		s.form("起草", "")
		s.attach("文件草案", s.paper("文件草案"))
		s.attach("起草说明", s.paper("起草说明"))
		s.attach("制定依据", s.paper("制定依据"))
		s.send("起草")
		s.step("评估论证", s.title, "", func() {
			s.fill("评估论证结论", "现有养老服务机构三十七家，备案和补贴标准不统一，制定办法必要、可行、合理。")
			s.answer("对经营者的影响", "与市场主体生产经营活动密切相关")
			s.fill("认定对经营者影响的理由", "规定养老服务机构的备案条件和运营补贴。")
			s.fill("是否留出适应调整期及理由", "自公布之日起六十日后施行。")
		})
	})
	s.still()
	consultation := s.outForComments()
	for _, c := range comments {
		s.comments(c)
	}
	s.answered(comments)
	s.adopted(consultation, comments)
	s.drafted(consultation)
	s.reviewed()
	s.discussed()
	number := s.issued()
	s.filed()

	s.settled()
	s.publicPages(number, comments)
	s.figures()
	s.by("supervisor", func() {
		s.list(s.title, govDocument)
		s.see("办结", "记录已核验", "县长签发（统一登记）：签署意见", "公开征求意见的案件")
		s.unseen("规范性文件公开征求意见（1 件）") // it is named already
		s.look("办结的文件")
		index, _ := checkArchive(t, s.Signer.VKey(), s.download("导出案卷"))
		if index.Status != "closed" || len(index.Breaches) != 0 {
			t.Errorf("the archive of a %s case with breaches %v", index.Status, index.Breaches)
		}
		has := map[string]int{}
		for _, f := range index.Files {
			has[f.Label]++
		}
		for _, label := range []string{"文件草案", "公平竞争初审意见", "公平竞争审查意见书", "合法性审核意见书", "议题单", "已签的审签单（扫描件）", "正式文本", "解读材料"} {
			if has[label] == 0 {
				t.Errorf("the archive has no “%s”: %v", label, has)
			}
		}
	})
}

// outForComments publishes the draft and gives the address of the case.
func (s *story) outForComments() (id string) {
	s.visitor.t.Helper()
	draft := s.title + "（征求意见稿）"
	s.by("drafter", func() {
		s.step("拟订征求意见稿和公告", draft, "", func() {
			s.set("征求意见截止日期", s.day().AddDays(35).String())
			s.fill("征求意见的事项和说明", "规定养老服务机构备案的条件和材料、运营补贴的计算办法和退出情形。")
			s.fill("提出意见的其他方式", "清源县城关镇民生路12号县民政局收，信封注明征求意见。")
			s.attach("征求意见稿", s.paper("征求意见稿"))
		})
		s.see("征求意见公告.docx")
		id = s.caseID()
	})
	s.later(1)
	s.by("disclosure", func() {
		s.step("审查并公布", draft, "已公布", func() { s.fill("公开审查意见", "经审查不涉及不得公开的内容。") })
	})
	s.settled()
	return id
}

// comments is one citizen with a browser of his own: finds the draft, writes, keeps the
// number and looks it up. Nobody signs in.
func (s *story) comments(c *comment) {
	s.visitor.t.Helper()
	s.later(2)
	v := newVisitor(s.visitor.t, s.url)
	v.own, v.name = c.screen, "citizen-"+c.outcome+"-"
	v.visit(s.url)
	v.follow("征求意见")
	v.follow(s.title + "（征求意见稿）")
	v.see("征求意见中", "还剩", "征求意见稿.docx", "征求意见公告.docx", "运营补贴的计算办法")
	v.answer("提意见人", c.kind)
	v.fill("意见和理由", c.text)
	v.follow("提交意见")
	v.see("已收到，编号")
	v.see("收件已经写入第")
	v.look("收件回执")
	c.number = regexp.MustCompile(`意〔\d{4}〕\d+号`).FindString(v.text())
	if c.number == "" {
		s.visitor.t.Fatalf("no number on the receipt:\n%s", v.text())
	}
	v.visit(s.url + "submissions")
	v.fill("编号", c.number)
	v.follow("查询")
	v.see("已经收到，等待承办单位办理", unit)
}

// answered studies each comment, reviews the words that are published, and publishes them.
func (s *story) answered(comments []*comment) {
	s.visitor.t.Helper()
	title := "社会公众意见：" + s.title + "（征求意见稿）"
	s.later(3)
	s.by("drafter", func() {
		for range comments {
			s.open("研究答复", title)
			c := s.which(comments)
			s.see(c.number)
			s.form("研究答复", c.outcome)
			if c.reason != "" {
				s.fill("没有采纳的理由", c.reason)
			}
			s.fill("答复", c.reply+"。")
			s.fill("公布的意见摘要和答复", "意见："+c.text+"答复："+c.reply+"。")
			s.send("研究答复")
			s.see("已办理“研究答复”：" + c.outcome)
		}
	})
	s.by("disclosure", func() {
		for range comments {
			s.step("公开审查", title, "可以公开", func() { s.fill("审查意见", "不含个人信息，可以公开。") })
		}
	})
	s.by("drafter", func() {
		for range comments {
			s.step("公布答复", title, "", nil)
			s.see("意见答复.docx")
		}
	})
}

// which is the comment that stands on the page.
func (s *story) which(comments []*comment) *comment {
	s.visitor.t.Helper()
	text := s.text()
	for _, c := range comments {
		if strings.Contains(text, c.text) {
			return c
		}
	}
	s.visitor.t.Fatalf("%s shows none of the comments:\n%s", s.where(), text)
	return nil
}

// adopted says, after the last day, how the comments were dealt with.
func (s *story) adopted(consultation string, comments []*comment) {
	s.visitor.t.Helper()
	draft := s.title + "（征求意见稿）"
	s.by("drafter", func() { // not before the last day
		s.list(draft)
		for _, c := range comments {
			s.see(c.number)
		}
		s.press("意见采纳情况")
		s.see("CON-C02")
	})
	s.later(31)
	s.by("drafter", func() {
		s.step("意见采纳情况", draft, "", func() {
			s.fill("意见采纳情况", "收到意见三件，采纳一件，部分采纳一件，不予采纳一件，理由见逐件处理情况。")
		})
		s.see("采纳情况说明.docx")
	})
	s.later(1)
	s.by("disclosure", func() {
		s.step("审查并反馈", draft, "已反馈", func() { s.fill("采纳情况说明的公开审查意见", "可以公开。") })
		s.see("办结")
	})
}

// drafted is the rest of the drafting stage: what firms say, the first fair-competition
// review, the bureau's own legality review and meeting, the joint review.
func (s *story) drafted(consultation string) {
	s.visitor.t.Helper()
	s.by("drafter", func() {
		s.step("公开征求意见", s.title, "已征求意见并反馈", func() { s.link("公开征求意见的案件", s.title+"（征求意见稿）", consultation) })
		s.step("听取经营者、行业协会商会意见", s.title, "", func() {
			s.fill("听取意见的方式和范围", "座谈会，听取县养老服务协会和八家养老服务机构的意见。")
			s.fill("主要意见及采纳情况", "建议简化备案材料，已采纳。")
			s.answer("社会公众意见", "已通过公开征求意见听取")
			s.attach("听取意见的记录", s.paper("座谈会记录"))
		})
		s.step("公平竞争初审", s.title, "可以送审", func() {
			s.fill("对照第八条至第十一条的逐项意见", "不含限制市场准入和退出、限制商品要素自由流动、影响生产经营成本和行为的内容。")
			s.fill("拟适用例外规定的说明", "无")
		})
		s.see("公平竞争初审意见.docx")
	})
	s.by("secretary", func() { // the bureau does not meet before its own review
		s.list(s.title)
		s.press("起草单位集体讨论")
		s.see("起草单位合法性审核通过后，才能提交起草单位集体讨论")
	})
	s.later(1)
	s.by("reviewer", func() {
		s.step("起草单位合法性审核", s.title, "审核通过", func() {
			s.fill("起草单位审核意见", "没有上位法依据的义务已删除，同意提交集体讨论。")
		})
	})
	s.later(1)
	s.by("secretary", func() {
		s.step("起草单位集体讨论", s.title, "同意报送", func() {
			s.fill("起草单位会议名称", "局长办公会议")
			s.attach("起草单位会议纪要", s.paper("局长办公会议纪要"))
		})
	})
	s.later(2)
	s.by("competition", func() {
		s.step("公平竞争会同审查", s.title, "可以出台", func() {
			s.fill("审查意见", "对照审查标准逐项审查，没有违反审查标准的内容。")
			s.fill("适用例外规定的详细说明", "无")
		})
		s.see("公平竞争审查意见书.docx")
	})
}

// reviewed is the way to the government's office, the legality review and the answer to it.
func (s *story) reviewed() {
	s.visitor.t.Helper()
	s.by("drafter", func() {
		s.step("报送政府办公室", s.title, "", func() {
			s.fill("送审函文号", "清民函〔2026〕21号")
			s.attach("送审稿", s.paper("送审稿"))
			s.attach("送审函及材料清单", s.paper("送审函"))
		})
	})
	s.later(1)
	s.by("registrar", func() {
		s.step("符合性审查", s.title, "符合要求，转合法性审核", func() { s.fill("符合性审查意见", "材料齐备，转县司法局审核。") })
	})
	s.later(14)
	s.by("examiner", func() {
		s.step("合法性审核", s.title, "可以提交审议", func() {
			s.answer("审核结论", "应当予以修改")
			s.fill("审核意见（主体、权限、程序、内容）", "第十三条退回补贴的情形应当与上位法一致，建议修改；其他没有问题。")
			s.fill("法律顾问、公职律师的意见", "同意上述意见。")
		})
		s.see("合法性审核意见书.docx")
	})
	s.later(1)
	s.by("drafter", func() {
		s.step("研究采纳审核意见", s.title, "", func() {
			s.fill("没有采纳的意见及理由、依据", "全部采纳。")
			s.attach("修改后的送审稿", s.paper("修改后的送审稿"))
		})
	})
}

// discussed is the agenda, the executive meeting, and the signatures: the deputy signs here,
// the county head has signed on paper.
func (s *story) discussed() {
	s.visitor.t.Helper()
	s.by("registrar", func() {
		s.step("列入议题", s.title, "已列入议题", func() {
			s.answer("拟提交的会议", "县政府常务会议")
			s.fill("列入议题的意见", "材料齐备，建议列入。")
		})
		s.see("议题单.docx")
	})
	s.later(4)
	s.by("registrar", func() {
		s.step("集体审议", s.title, "审议通过", func() {
			s.fill("会议名称", "第十二次常务会议")
			s.answer("以何名义印发", "县人民政府")
			s.fill("不同意见", "无")
			s.attach("会议纪要", s.paper("常务会议纪要"))
		})
		s.step("核稿（统一登记）", s.title, "", func() { s.fill("签署意见", "已核稿。") })
	})
	s.by("leader-2", func() {
		s.step("分管负责人审签（统一登记）", s.title, "同意", func() { s.fill("签署意见", "同意，请县长审定。") })
	})
	s.later(1)
	s.by("registrar", func() {
		s.open("县长签发（统一登记）", s.title)
		s.form("县长签发（统一登记）", "同意")
		s.fill("签署意见", "同意印发。")
		s.fill("纸质批示的签署人", "吴天成")
		s.attach("已签的审签单（扫描件）", s.slip())
		s.send("县长签发（统一登记）")
		s.see("已办理“县长签发（统一登记）”", "吴天成签署", "录入纸质批示")
		s.look("纸质批示录入")
	})
}

// slip is a scanned sheet.
func (s *story) slip() string {
	s.visitor.t.Helper()
	file := filepath.Join(s.folder, "审签单.png")
	w, err := os.Create(file)
	if err != nil {
		s.visitor.t.Fatal(err)
	}
	defer w.Close()
	if err := png.Encode(w, image.NewGray(image.Rect(0, 0, 60, 80))); err != nil {
		s.visitor.t.Fatal(err)
	}
	return file
}

// issued is register, number, interpretation, the two who review and publish.
func (s *story) issued() (number string) {
	s.visitor.t.Helper()
	s.by("registrar", func() {
		s.step("统一登记", s.title, "", nil)
		s.step("编号印发（县政府文件）", s.title, "", nil)
		number = regexp.MustCompile(`清政规〔2026〕\d+号`).FindString(s.text())
		if number == "" {
			s.visitor.t.Fatalf("no number of the county government:\n%s", s.text())
		}
	})
	s.later(2)
	s.by("drafter", func() {
		s.step("拟写解读", s.title, "已拟写", func() { s.attach("解读材料", s.paper("解读材料")) })
	})
	s.by("disclosure-zfb", func() {
		s.step("公开属性认定与保密审查", s.title, "主动公开", func() { s.fill("保密审查意见", "经审查可以主动公开。") })
	})
	s.by("registrar", func() {
		s.step("公布", s.title, "", func() {
			s.set("施行日期", s.day().AddDays(60).String())
			s.set("有效期至", s.day().AddDays(60+5*365).String())
			s.fill("公布途径", "政府公报、县政府网站")
			s.attach("正式文本", s.paper("正式文本"))
		})
	})
	return number
}

func (s *story) filed() {
	s.visitor.t.Helper()
	s.later(5)
	s.by("registrar", func() {
		s.step("报送市政府备案", s.title, "", func() { s.fill("报送市政府备案的文号", "清政备〔2026〕1号") })
		s.step("报送县人大常委会备案", s.title, "", func() { s.fill("报送人大常委会备案的文号", "清政备〔2026〕2号") })
	})
	s.later(9)
	s.by("registrar", func() {
		s.step("备案登记", s.title, "准予登记", func() {
			s.fill("市政府备案登记号", "市规备〔2026〕31号")
			s.fill("县人大常委会备案登记号", "县人规备〔2026〕9号")
			s.attach("备案机关的回执或者意见", s.paper("备案回执"))
		})
		s.see("办结", "本案已经办结")
	})
}

// publicPages reads what the public reads, on a phone.
func (s *story) publicPages(number string, comments []*comment) {
	s.visitor.t.Helper()
	v := newVisitor(s.visitor.t, s.url)
	v.own, v.name = phone, "portal-"
	v.visit(s.url + "documents")
	v.fill("名称或文号", number)
	v.follow("筛选")
	v.follow(s.title)
	v.see(number, "正式文本.docx", "解读材料.docx", "未施行")
	v.visit(s.url + "consultations")
	v.follow(s.title + "（征求意见稿）")
	v.see("已结束", "收到：社会公众意见", "其中已办结 3 件")
	for _, c := range comments {
		v.see(c.number)
	}
	v.follow(comments[2].number)
	v.see(comments[2].number, comments[2].reply)
	for _, c := range comments {
		v.visit(s.url + "submissions")
		v.fill("编号", c.number)
		v.follow("查询")
		v.see("已答复", c.reply)
	}
}

// moving are indicators that this case moves: by the name of the area's own indicator where
// it counts such documents, else by that which is derived from the limit.
func moving(title string) [][]string {
	return [][]string{{"公开征求意见反馈率", title + "（征求意见稿）"}, {"备案及时率", title}, {govDocument + "：报送市政府备案及时率", title}}
}

// still wants the indicators to count nothing of this case yet.
func (s *story) still() {
	s.visitor.t.Helper()
	s.by("supervisor", func() {
		s.follow("指标")
		for _, m := range moving(s.title)[1:] {
			if s.offeredExactly(m[0]) {
				s.visitor.t.Errorf("%s counts before anything was filed", m[0])
			}
		}
	})
}

// figures wants the indicators to have moved by this case.
func (s *story) figures() {
	s.visitor.t.Helper()
	moved := 0
	s.by("supervisor", func() {
		for _, m := range moving(s.title) {
			s.follow("指标")
			if !s.offeredExactly(m[0]) {
				continue
			}
			s.followExactly(m[0])
			s.set("至", s.day().AddDays(60).String())
			s.follow("筛选")
			s.see("分子 ÷ 分母")
			s.follow("分子")
			s.see("背后的案件", m[1])
			moved++
		}
	})
	if moved < 2 {
		s.visitor.t.Errorf("%d indicators moved", moved)
	}
}
