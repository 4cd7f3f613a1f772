package web

func guideReviewTable() Table {
	return Table{Caption: "审查要点", Columns: []Column{{Title: "审查要点", Main: true}, {Title: "结论", Tight: true}, {Title: "说明"}}, Rows: []Row{
		{Cells: []Cell{Text("决策事项符合法定权限"), Mark(Met, "符合"), Text("水法；省农村供水条例")}},
		{Cells: []Cell{Text("决策形成过程履行法定程序"), Mark(Met, "符合"), Text("公开征求意见 30 日，座谈 3 次，记录完整")}},
		{Cells: []Cell{Text("内容符合法律法规规章和政策"), Mark(Soon, "待核"), Text("第三条补贴范围与省办法口径不一致，已请补充")}},
	}}
}

func guidePortalTable() Table {
	return Table{Caption: "规范性文件", Columns: []Column{{Title: "文件", Main: true}, {Title: "文号"}, {Title: "制定机关"}, {Title: "公布日期", Tight: true, Sort: "?sort=day", Sorted: "desc"}, {Title: "效力", Tight: true}}, Rows: []Row{
		{Href: "#", Cells: []Cell{Text("清源县城镇燃气安全管理办法"), Text("清政规〔2026〕5号"), Text("清源县人民政府"), Text("2026年11月2日"), Mark(Met, "有效")}},
		{Href: "#", Cells: []Cell{Text("关于规范临时救助工作的通知"), Text("清民规〔2026〕3号"), Text("县民政局"), Text("2026年6月18日"), Mark(Met, "有效")}},
		{Href: "#", Cells: []Cell{Text("清源县扶持畜牧业发展若干规定"), Text("清政规〔2021〕9号"), Text("清源县人民政府"), Text("2021年12月6日"), Mark(Soon, "将于12月31日失效")}},
		{Href: "#", Cells: []Cell{Text("清源县小餐饮登记管理办法"), Text("清市监规〔2019〕1号"), Text("县市场监督管理局"), Text("2019年4月30日"), Mark(NA, "已失效")}},
	}}
}

func guideFormWithErrors() Form {
	f := guideForm()
	f.ID = "style-review-errors"
	f.Errors = []FormError{{Field: "title", Text: "请填写文件名称"}, {Field: "assessed", Text: "评估论证完成日不能晚于今天"}, {Text: "送审稿与上一版相同，请核对后再提交"}}
	f.Again = true
	return f
}

func guideFieldsWithErrors() []Field {
	fs := guideFields()
	fs[0].Value, fs[0].Error = "", "请填写文件名称"
	fs[2].Error = "评估论证完成日不能晚于今天"
	return append(fs, Field{Kind: TextKind, Name: "unit", Label: "承办单位", Value: "县水利局", ReadOnly: true, Filled: "取自您的岗位"})
}
