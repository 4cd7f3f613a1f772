package desk

import (
	"fmt"
	"strings"

	"zhunsheng/docket"
	"zhunsheng/documents"
	"zhunsheng/procedure"
	"zhunsheng/web"
)

// recordPaper is the record of acts (办理记录) as a paper: every act, every limit, every
// breach, oldest first.
func recordPaper(c *docket.Case, proofs map[int64]proof) documents.Paper {
	acts := documents.Table{Head: []string{"序号", "时间", "办理情况", "记录号"}, Widths: []float64{0.08, 0.19, 0.53, 0.2}, Small: true, None: "没有办理记录。"}
	for i, a := range c.Acts {
		v := viewAct(c, a, proofs[a.Envelope.Version])
		when := web.LongTime(v.When)
		if v.DayOnly {
			when = web.LongDay(v.When.Day())
		}
		lines := []string{v.Text}
		for _, d := range v.Numbers {
			lines = append(lines, d.Term+"："+d.Text)
		}
		if v.Note != "" {
			lines = append(lines, v.Note)
		}
		for _, d := range append(v.Source, v.Fields...) {
			if d.Text != "" {
				lines = append(lines, d.Term+"："+d.Text)
			}
		}
		for _, f := range v.Files {
			switch {
			case f.Note == printNote: // lies in no archive: it is made from the file above
			case strings.HasPrefix(f.Name, "同时"): // another case, an entry of a register
				lines = append(lines, join("，", f.Name, f.Note))
			default:
				lines = append(lines, "材料："+join("，", f.Name, f.Note))
			}
		}
		for _, b := range v.Breaches {
			lines = append(lines, "违反程序 "+b.Rule+"："+b.Text)
		}
		proof := "正在入账"
		if v.Sealed {
			proof = fmt.Sprintf("第%d号\n%s", v.Number, web.ShortHash(v.Hash))
		}
		if v.Broken {
			proof += "\n与账本不符"
		}
		acts.Rows = append(acts.Rows, []string{fmt.Sprint(i + 1), when, strings.Join(lines, "\n"), proof})
	}
	clocks := documents.Table{Head: []string{"期限", "起算", "最后一日", "办理情况"}, Widths: []float64{0.4, 0.2, 0.2, 0.2}, Small: true, None: "没有开始计算的期限。"}
	for _, k := range c.View.Clocks {
		_, word := clockWord(k.Status)
		clocks.Rows = append(clocks.Rows, []string{join("，", k.Name, k.Derivation.Limit), web.LongDay(k.From), web.LongDay(k.Due), word})
	}
	return documents.Paper{Sheet: procedure.Sheet{Name: "办理记录", Layout: procedure.LayoutStatement, Title: c.Row.Title + "办理记录",
		Body: []string{"程序：" + c.Definition.Name(), "单位：" + unitName(c.Directory, c.Row.Unit), "案件状态：" + caseStatus(c.Row.Status).Text,
			"一、办理记录", "{{acts}}", "二、法定期限", "{{clocks}}"}, Case: c.Row.ID},
		Tables: map[string]documents.Table{"acts": acts, "clocks": clocks}}
}

// contentsPaper is the list of what the archive holds (案卷目录).
func contentsPaper(c *docket.Case, x archiveIndex) documents.Paper {
	t := documents.Table{Head: []string{"序号", "材料", "文件", "摘要（SHA-256）"}, Widths: []float64{0.07, 0.2, 0.38, 0.35}, Small: true, None: "没有材料。"}
	for i, f := range x.Files {
		name := f.Path
		if f.Fault != "" {
			name = f.Name + "\n" + f.Fault
		}
		t.Rows = append(t.Rows, []string{fmt.Sprint(i + 1), f.Label, name, f.SHA256})
	}
	return documents.Paper{Sheet: procedure.Sheet{Name: "案卷目录", Layout: procedure.LayoutStatement, Title: c.Row.Title + "案卷目录",
		Body: []string{"程序：" + c.Definition.Name(), "单位：" + unitName(c.Directory, c.Row.Unit),
			fmt.Sprintf("办理记录%d条，存证回执%d份，材料%d件。", len(x.Records), sealedOf(x), len(x.Files)), "{{files}}"}, Case: c.Row.ID},
		Tables: map[string]documents.Table{"files": t}}
}

func sealedOf(x archiveIndex) (n int) {
	for _, r := range x.Records {
		if r.Receipt != "" {
			n++
		}
	}
	return n
}

// readme says in plain words what the archive holds and how anybody can check it.
func readme(c *docket.Case, log archiveLog) string {
	text := "\ufeff" + c.Row.Title + "　案卷\n\n" +
		"一、内容\n" +
		"  " + archivePage + "、" + archiveContents + "　案卷目录；前者在浏览器中打开，不需要网络。\n" +
		"  " + archiveJSON + "　同样的目录，供程序读取。\n" +
		"  " + archiveRecords + "　全部办理记录和法定期限。\n" +
		"  " + archivePapers + "/　各次办理所附的材料，文件夹前的数字是办理记录的序号。\n" +
		"  " + archiveReceipts + "/　每条已入账记录的存证回执。\n" +
		"  " + archiveCheckpoint + "　导出时账本的检查点，由账本签名。\n" +
		"  " + archiveKey + "　核验回执用的公钥。应与发证机关另行公布的公钥一致，不一致的以公布的为准。\n\n" +
		"二、怎样核验\n" +
		"  1. 核验记录没有改动（离线进行，不需要网络和账号）：\n\n" +
		"     zhunsheng-verify receipt --key '" + log.Key + "' " + archiveReceipts + "/*.tlog-proof\n\n" +
		"     每份回执显示“通过核验”的，其中的记录与账本一致。加 --full 列出记录的全部内容。\n" +
		"  2. 核验材料没有改动：计算文件的 SHA-256 摘要，与 " + archiveJSON + " 中该文件的 sha256、以及回执所列记录中的 digest 比对。\n\n" +
		"     Windows：certutil -hashfile 文件名 SHA256\n" +
		"     Linux、麒麟、统信：sha256sum 文件名\n\n" +
		"三、说明\n" +
		"  刚刚办理的事项约一秒后入账；导出时还没有入账的，目录中没有回执，稍后重新导出即可。\n" +
		"  记录中的个人信息只有加盐摘要，不在案卷中。\n" +
		fmt.Sprintf("  账本：%s，导出时共 %d 条记录。\n", log.Origin, log.Size)
	return strings.ReplaceAll(text, "\n", "\r\n")
}
