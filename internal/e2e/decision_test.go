package e2e

import "testing"

// A decision whose expert argument is required, whose hearing is asked for and whose first
// review fails, up to its archive.
func TestStory_ADecisionHeardArguedAndReviewedTwice(t *testing.T) {
	s := newStory(t, "decision", "清源县居家养老服务补贴实施方案（演示）")
	hearing := s.title + "听证会"

	s.by("drafter", func() {
		s.begin("重大行政决策", "决策事项名称", s.title, func() {
			s.answer("事项类别", "公共服务、市场监管、社会管理、环境保护等方面的重大公共政策和措施")
			s.answer("决策性质", "新的决策")
		})
		s.form("建议论证", "")
		s.answer("建议来源", "人大代表、政协委员通过建议、提案等方式提出")
		s.fill("拟解决的主要问题、理由和依据、初步方案", "高龄、失能老年人居家服务没有补贴，社会反映强烈，拟按失能等级分档补贴。")
		s.attach("建议论证材料", s.paper("建议论证材料"))
		s.send("建议论证")
		s.see("已办理“建议论证”")
	})
	s.later(3)
	s.by("registrar", func() {
		s.step("决定启动", s.title, "决定启动", func() {
			s.fill("决策承办单位（两个以上的写明牵头单位）", unit)
			s.fill("决策机关明确应当履行的程序", "专家论证、听证、风险评估、合法性审查。")
		})
		s.see("决策登〔2026〕1号")
	})
	s.later(10)
	s.by("drafter", func() {
		s.step("拟订决策草案", s.title, "", func() {
			s.fill("有关法律、法规、规章和政策", "依据见依据汇编。")
			s.answer("方案", "两个以上方案")
			s.attach("决策草案", s.paper("决策草案"))
			s.attach("草案说明", s.paper("草案说明"))
		})
		s.step("征求部门意见", s.title, "", func() {
			s.answer("协商结果", "取得一致意见")
			s.fill("争议的主要问题、有关单位的意见和承办单位的意见、理由、依据", "无")
			s.attach("有关单位的书面意见", s.paper("财政局书面意见"))
		})
		s.step("决定听证", s.title, "", func() {
			s.answer("召开听证会的原因", "直接涉及公民、法人、其他组织切身利益")
		})
	})

	// What has not been reviewed is not discussed.
	s.by("registrar", func() {
		s.list(s.title)
		s.press("提交讨论", "其他环节")
		s.see("MD-G16", "草案未经合法性审查或者经审查不合法的，不得提交决策机关讨论", "重大行政决策程序暂行条例", "第二十五条")
		s.press("集体讨论决定", "其他环节")
		s.see("MD-G17")
		s.look("未经合法性审查不得提交讨论")
	})

	hearingCase := s.hearing(hearing)
	s.preparation(hearingCase)

	s.by("examiner", func() {
		s.step("合法性审查", s.title, "应当修改或者补充", func() {
			s.fill("是否符合法定权限", "属于县人民政府法定权限。")
			s.fill("形成草案是否履行相关法定程序", "已听证、专家论证、评估风险。")
			s.fill("内容是否符合法律、法规、规章和国家政策", "第七条以户籍年限排除部分老年人，没有上位法依据，应当删除。")
			s.fill("法律顾问、公职律师的法律意见", "同意上述意见。")
		})
		s.see("已办理“合法性审查”：应当修改或者补充")
		s.look("合法性审查退回")
	})
	s.later(2)
	s.by("registrar", func() {
		s.list(s.title)
		s.press("提交讨论", "其他环节")
		s.see("MD-G16", "不得提交决策机关讨论")
	})
	s.by("drafter", func() { s.submit("修改后的决策草案") })
	s.later(7)
	s.by("examiner", func() {
		s.step("合法性审查", s.title, "可以提交讨论", func() {
			s.fill("是否符合法定权限", "属于县人民政府法定权限。")
			s.fill("形成草案是否履行相关法定程序", "已听证、专家论证、评估风险。")
			s.fill("内容是否符合法律、法规、规章和国家政策", "第七条已删除，没有发现抵触的内容。")
			s.fill("法律顾问、公职律师的法律意见", "没有不同意见。")
		})
		s.see("已办理“合法性审查”：可以提交讨论", "合法性审查意见书")
	})
	s.later(4)
	s.decided()
	s.published()

	s.settled()
	s.by("supervisor", func() {
		s.list(s.title)
		s.see("办结", "记录已核验")
		file := s.download("导出案卷")
		index, _ := checkArchive(t, s.Signer.VKey(), file)
		if index.Status != "closed" || len(index.Breaches) != 0 {
			t.Errorf("the archive of a %s case with breaches %v", index.Status, index.Breaches)
		}
		has := map[string]int{}
		for _, f := range index.Files {
			has[f.Label]++
		}
		for label, n := range map[string]int{"合法性审查意见书": 2, "议题单": 1, "社会公众意见研究采纳情况说明": 1, "送审的决策草案（退回后为修改稿）": 2} {
			if has[label] < n {
				t.Errorf("the archive has %d of “%s”, not %d: %v", has[label], label, n, has)
			}
		}
		s.look("办结的决策")
	})
	s.onPortal(hearing)
}

// hearing holds the hearing that was decided, and gives its case.
func (s *story) hearing(title string) string {
	s.visitor.t.Helper()
	s.later(1)
	s.by("disclosure", func() {
		s.step("公告的公开审查", title, "可以公布", func() { s.fill("保密审查意见", "经审查可以公布。") })
	})
	held := s.day().AddDays(21)
	id := ""
	s.by("drafter", func() {
		s.step("听证公告", title, "", func() {
			s.fill("听证事项和报名办法", "听证参加人十六名，其中老年人及家属代表十名，自愿报名、随机选取。")
			s.set("听证日期", held.String())
			s.fill("听证地点", "清源县行政中心二楼会议室")
			s.attach("公布的决策草案及其说明", s.paper("公布的决策草案"))
		})
		s.see("听证公告.docx")
		id = s.caseID()
	})
	s.later(5)
	s.by("drafter", func() {
		s.step("遴选听证参加人", title, "已遴选", func() { s.attach("公布的遴选办法", s.paper("遴选办法")) })
		s.step("公布听证参加人名单", title, "", func() { s.attach("公布的听证参加人名单", s.paper("参加人名单")) })
		s.step("送达听证会材料", title, "", func() { s.attach("送达回证", s.paper("送达回证")) })
		s.see("听证会材料送达")
	})
	s.later(held.Sub(s.day()))
	s.by("drafter", func() {
		s.step("举行听证会", title, "已举行", func() {
			s.answer("已公开举行，介绍、陈述和质证辩论齐备", "是")
			s.attach("参加人签字确认的听证会记录", s.paper("听证会记录"))
		})
		s.step("听证报告", title, "", func() {
			s.fill("主要意见和采纳建议", "多数参加人同意分档补贴，建议提高失能老年人的补贴，已采纳。")
		})
		s.see("听证报告.docx", "办结")
	})
	return id
}

// preparation is what comes before the legality review.
func (s *story) preparation(hearingCase string) {
	s.visitor.t.Helper()
	s.later(3)
	s.by("drafter", func() {
		s.step("公众参与及意见采纳", s.title, "已听取意见", func() {
			s.pick("公开征求意见、听证会以外的方式", "实地走访")
			s.link("听证会案件", s.title+"听证会", hearingCase)
			s.fill("与特定群体的沟通协商情况", "已与县残联、三个社区的老年人协会协商。")
			s.fill("主要意见及研究采纳情况", "听证和走访共收到意见二十三条，采纳十九条，未采纳的四条已说明理由。")
			s.attach("公众参与记录及采纳情况", s.paper("公众参与记录"))
		})
		s.see("社会公众意见研究采纳情况说明")
		s.open("专家论证", s.title)
		s.form("专家论证", "已论证")
		s.answer("论证方式", "论证会")
		s.answer("专家、专业机构的来源", "上级行政机关的专家库")
		s.fill("参加论证的专家、专业机构的编号", "005、019、031")
		s.answer("已核实专家、专业机构没有直接利害关系", "是")
		s.answer("已注意选择持不同意见的专家、专业机构", "是")
		s.fill("论证意见（必要性、可行性、科学性）", "必要、可行；分档标准科学。")
		s.fill("专家论证意见的研究采纳情况", "全部采纳。")
		s.refused("专家论证", "MD-G11", "署名、盖章的专家论证意见", "第十九条") // an argument that nobody signed is none
		s.attach("专家论证意见", s.paper("专家论证意见"))
		s.send("专家论证")
		s.see("已办理“专家论证”：已论证")
		s.step("风险评估", s.title, "风险可控", func() {
			s.answer("评估依据", "本次组织评估")
			s.fill("承担评估的主要单位", "清源县社会风险评估中心")
			s.fill("风险点", "补贴标准城乡差别可能引起不同看法。")
			s.fill("风险防范措施", "分年度拉平，提前公示。")
			s.fill("处置预案", "由承办单位和乡镇共同处置。")
			s.fill("听取有关部门意见的情况", "已听取信访、财政部门意见。")
			s.fill("社会稳定风险评估报政法委备案的情况", "已报政法委备案。")
			s.attach("风险评估报告", s.paper("风险评估报告"))
		})
	})
	s.by("competition", func() {
		s.step("公平竞争审查", s.title, "不适用", func() {
			s.fill("不涉及经营者的理由", "补贴直接发给老年人，由老年人自行选择服务，不涉及经营者的经济活动。")
		})
	})
	s.later(2)
	s.by("drafter", func() { s.submit("送审的决策草案") })
	s.later(6)
}

// submit sends the draft to the legality review.
func (s *story) submit(draft string) {
	s.visitor.t.Helper()
	s.step("送请合法性审查", s.title, "", func() {
		s.attach("送审的决策草案（退回后为修改稿）", s.paper(draft))
		s.attach("履行决策法定程序的说明", s.paper("履行程序的说明"))
		if draft != "修改后的决策草案" {
			s.attach("法律、法规、规章等依据", s.paper("依据汇编"))
		}
	})
}

// decided is the way from the agenda to the signed decision, against the majority.
func (s *story) decided() {
	s.visitor.t.Helper()
	s.by("registrar", func() {
		s.step("提交讨论", s.title, "", func() {
			s.answer("合法性审查意见的采纳", "全部采纳")
			s.fill("没有采纳的意见和理由", "无")
		})
		s.see("议题单.docx")
	})
	s.later(3)
	s.by("registrar", func() {
		s.step("集体讨论决定", s.title, "决定通过", func() {
			s.answer("会议", "常务会议")
			s.answer("行政首长最后发表意见", "是")
			s.answer("记录载明发言人及其意见", "是")
			s.fill("不同意见", "财政局局长建议分两年提标，记录在案。")
			s.attach("会议纪要和集体讨论记录", s.paper("常务会议纪要"))
		})
		s.step("向同级党委请示报告", s.title, "", func() {
			s.fill("请示报告的情况", "已向县委请示报告。")
			s.attach("请示或者报告", s.paper("请示"))
		})
		s.step("报告人大常委会或者提请讨论决定", s.title, "不适用", func() {
			s.fill("不属于人大事项的理由", "不属于县人大常委会讨论决定重大事项的范围。")
		})
		s.open("出台", s.title)
		s.form("出台", "")
		s.answer("决定与多数人意见不一致", "是")
		s.fill("决策文件的发文字号", "清政发〔2026〕18号")
		s.fill("决策执行单位", unit)
		s.fill("决策目标和执行安排", "当年覆盖全部失能老年人，每半年报告一次执行情况。")
		s.attach("签发的决策文件", s.paper("签发的决策文件"))
		s.refused("出台", "MD-G20", "行政首长说明的理由", "第三十条") // against the majority, and no reasons
		s.fill("行政首长说明的理由", "失能老年人补贴不宜分两年，资金已在预算中安排。")
		s.send("出台")
		s.see("已办理“出台”")
	})
}

// published is publication, interpretation and filing away.
func (s *story) published() {
	s.visitor.t.Helper()
	s.later(1)
	s.by("disclosure", func() {
		s.step("公开属性认定与保密审查", s.title, "主动公开", func() { s.fill("保密审查意见", "经审查可以主动公开。") })
	})
	s.by("registrar", func() {
		s.step("公布", s.title, "", func() {
			s.fill("公布途径", "政府公报、县政府网站")
			s.answer("是否社会公众普遍关心", "是")
			s.attach("公布文本", s.paper("公布文本"))
		})
	})
	s.by("drafter", func() {
		s.step("宣传解读", s.title, "", func() {
			s.fill("解读方式", "县政府网站解读，负责人接受访谈")
			s.attach("解读材料（含意见采纳情况）", s.paper("解读材料"))
		})
	})
	s.later(6)
	s.by("drafter", func() {
		s.step("归档", s.title, "", func() {
			s.fill("档号", "2026-决策-1")
			s.attach("归档目录", s.paper("归档目录"))
		})
		s.see("办结", "本案已经办结")
	})
}

// onPortal finds what is public of it.
func (s *story) onPortal(hearing string) {
	s.visitor.t.Helper()
	s.settled()
	s.visit(s.url)
	s.follow("公开目录")
	s.followExactly("重大行政决策")
	s.follow(s.title)
	s.see("决策登〔2026〕1号", unit, "公布文本.docx")
	s.follow("公开目录")
	s.followExactly("意见采纳情况")
	s.follow(s.title)
	s.see("采纳十九条", "社会公众意见研究采纳情况说明.docx")
	s.follow("公开目录")
	s.followExactly("听证公告")
	s.follow(hearing)
	s.see("听证公告.docx", "自愿报名")
}
