package documents

import (
	"strings"
	"sync"
	"unicode/utf8"
)

// titleWords are words of titles of official papers. GB/T 9704 wants lines of a title to end
// where a word ends; a list of what titles are made of does without a dictionary of the
// language. A word that is missing is broken like any two characters.
const titleWords = `行政 规范性文件 规定 办法 细则 意见 通知 通告 公告 决定 报告 请示 方案 规划 计划 预案 标准 制度 机制 实施 管理 监督 检查 审查 审核
备案 评估 公布 公开 征求 采纳 情况 说明 答复 结果 清理 修改 废止 失效 延长 期限 改正 补正 通过 印发 转发 报送 关于 进一步 加强 促进 推进 规范 优化 完善
深化 支持 鼓励 发展 建设 保护 服务 保障 救助 补贴 补助 奖励 扶持 关爱 留守 老年人 儿童 残疾人 妇女 农村 城区 城市 城镇 乡镇 街道 社区 中心 居民 村民
农民 农业 工业 企业 市场 经营 经济 产业 项目 工程 土地 房屋 住房 住宅 物业 征收 补偿 安置 停车 泊位 道路 交通 运输 公交 出租 车辆 机动车 电动 自行车
收费 价格 调整 费用 资金 财政 预算 税收 采购 招标 投标 公共 资源 交易 环境 生态 污染 防治 水源 河道 水库 森林 防火 消防 安全 生产 应急 救援 食品 药品
卫生 健康 医疗 保险 社会 养老 教育 学校 学生 幼儿园 文化 旅游 体育 文物 殡葬 婚姻 民政 司法 公安 信访 人民 政府 办公室 委员会 常务 会议 议题 提请 讨论
审议 合法性 公平 竞争 听证会 公众 专家 论证 风险 重大 决策 执行 责任 倒查 调查 后评估 初审 起草 单位 机构 机关 部门 联合 县级 全县 试点 数据 信息 网络
电子 政务 政策 兑现 人才 引进 就业 创业 劳动 工资 用工 能源 燃气 供水 供热 供电 垃圾 分类 处理 处置 养犬 禁止 限制 燃放 烟花 爆竹 露天 广告 设置 户外
占道 市容 绿化 园林 公墓 耕地 宅基地 集体 产权 流转 承包 牲畜 屠宰 动物 防疫 饮用水 保护区 采砂 矿产 地质 灾害 气象 防汛 抗旱 地名 档案 统计 志愿 慈善
人员 干部 对象 范围 条件 程序 标识 目录 清单 权力 裁量 基准 处罚 许可 强制 执法 证件 研究 认定 属于 是否 评价 考核 督察 整治 专项 行动 工作 领导 小组`

// wordPairs are every two characters that stand side by side within a word.
var wordPairs = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(titleWords) {
		for i := range w {
			_, n := utf8.DecodeRuneInString(w[i:])
			if _, m := utf8.DecodeRuneInString(w[i+n:]); m > 0 {
				out[w[i:i+n+m]] = true
			}
		}
	}
	return out
})

// torn reports that a word of a title would be broken between two characters.
func torn(a, b rune) bool { return wordPairs()[string([]rune{a, b})] }
