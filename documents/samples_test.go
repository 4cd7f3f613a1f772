package documents

import (
	"strings"

	"zhunsheng/gov"
	"zhunsheng/procedure"
)

func samples() []Paper {
	day := gov.DateOf(2026, 9, 10)
	long := strings.Repeat("经审查，该文件的制定主体合法，内容符合上位法的规定，没有增加法律、法规规定之外的行政权力事项，也没有减损公民、法人和其他组织的合法权益或者增加其义务（详见附件）。", 3)
	elements := []procedure.Element{{Name: "文件名称", Value: "清源县农村留守老年人关爱服务办法"}, {Name: "起草单位", Value: "清源县民政局"}, {Name: "送审日期", Value: "2026年8月28日"},
		{Name: "审核结论", Value: "合法。建议按照本意见修改第五条、第九条后提交集体审议；修改说明与采纳情况一并报送，由审核机构核对后归档。"}}
	return []Paper{
		{Sheet: procedure.Sheet{Name: "合法性审核意见书", Layout: procedure.LayoutOpinion, Title: "关于《清源县农村留守老年人关爱服务办法》的合法性审核意见书", Mark: "清民法审〔2026〕3号", To: "养老服务科",
			Sign: "清源县民政局政策法规科", Day: day, Elements: elements,
			Body: []string{"你科2026年8月28日送审的文件及有关材料收悉。经审核，提出如下意见：", "{{elements}}", "一、关于制定主体和权限", long,
				"（一）主体适格。本文件由县民政局制定，属于法定职责范围。", "1.职责依据明确。", "（1）已经列明依据。", "二、关于程序。已经公开征求意见，期限符合规定。", long, long,
				"请你科在收到本意见后5个工作日内书面反馈采纳情况。", "附件：1. 审查依据目录", "2. 与上位法对照表"}}},
		{Sheet: procedure.Sheet{Name: "备案报告", Layout: procedure.LayoutReport, Title: "清源县民政局关于报送《清源县农村留守老年人关爱服务办法》备案的报告", Mark: "清民规〔2026〕3号", To: "清源县人民政府", Sign: "清源县民政局", Day: day,
			Elements: []procedure.Element{{Name: "签发人", Value: "欧阳𠮷"}},
			Body:     []string{"根据规定，现将我局2026年9月8日印发的《清源县农村留守老年人关爱服务办法》（清民规〔2026〕3号）报送备案，请予审查。", "附件：1. 正式文本", "2. 起草说明", "3. 合法性审核意见"}}},
		{Sheet: procedure.Sheet{Name: "公告", Layout: procedure.LayoutNotice, Title: "清源县民政局关于公开征求意见的公告", Mark: "清民公告〔2026〕5号", Sign: "清源县民政局", Day: day,
			Body: []string{"为了加强农村留守老年人关爱服务，我局起草了《清源县农村留守老年人关爱服务办法（征求意见稿）》，现向社会公开征求意见。", "公众可以通过以下途径和方式提出反馈意见：", "1.登录清源县人民政府网站（https://www.qingyuan.example.gov.cn/zwgk/jcygk/2026/a-very-long-address-that-has-no-place-to-break.html）。", "2.通信地址：清源县人民路1号，邮编：100000。", "意见反馈截止时间为2026年10月12日。"}}},
		{Sheet: procedure.Sheet{Name: "征求意见函", Layout: procedure.LayoutLetter, Title: "关于征求《清源县农村留守老年人关爱服务办法》意见的函", Mark: "清民函〔2026〕12号", To: "县财政局、县卫生健康局、县农业农村局，各乡镇人民政府", Sign: "清源县民政局", Day: day,
			Body: append([]string{"现将征求意见稿送你们，请于2026年9月20日前反馈书面意见；逾期未反馈的，视为无意见。"}, long, long, long, long)}},
		{Sheet: procedure.Sheet{Name: "议题单", Layout: procedure.LayoutAgenda, Title: "局长办公会议议题单", Sign: "清源县民政局养老服务科", Day: day, Elements: elements,
			Body: []string{"主要内容：明确关爱服务的对象、内容和责任主体。", "需要研究的问题：乡镇的职责分工。"}}},
		{Sheet: procedure.Sheet{Name: "采纳情况说明", Layout: procedure.LayoutStatement, Title: "关于公众意见采纳情况的说明", Sign: "清源县民政局", Day: day,
			Body: []string{"公开征求意见期间共收到意见12条，采纳情况如下：", "{{comments}}", "以上说明随文件一并公布。"}},
			Tables: map[string]Table{"comments": {Head: []string{"编号", "意见", "采纳情况和理由"}, Widths: []float64{0.2, 0.4, 0.4}, Rows: rows(14, long)}}},
	}
}

func rows(n int, long string) [][]string {
	var out [][]string
	for i := range n {
		text := "建议把“每月”改为“每周”。"
		if i == 5 {
			text = strings.Repeat(long, 4)
		}
		out = append(out, []string{"意〔2026〕" + string(rune('1'+i%9)) + "号", text, "采纳。已经修改第五条。"})
	}
	return out
}
