package law

import (
	"testing"

	"zhunsheng/gov"
)

func TestEnding_HourOfTheLastDayAndThePost(t *testing.T) {
	const midnight = "期间的最后一日的截止时间为二十四时；有业务时间的，停止业务活动的时间为截止时间"
	for _, c := range []struct{ under, limit, closes, note, posted string }{
		{"行政处罚法", "15日", midnight, "参照", ""},
		{"行政许可法", "20日", midnight, "参照", ""},
		{"民法典", "1年", midnight, "", ""},
		{"行政诉讼法", "15日", midnight, "参照", "行诉解释第四十八条：期间不包括在途时间，诉讼文书在期满前交邮的，视为在期限内发送"},
		{"行政复议法", "60日", midnight, "参照", "民事诉讼法第八十五条：期间不包括在途时间，诉讼文书在期满前交邮的，不算过期"},
	} {
		e, ok := Default().Ending(due(t, Query{Under: c.under, Limit: MustLimit(c.limit), From: gov.MustDay("2026-07-06")}, Default().Due))
		posted := ""
		if e.Posted != nil {
			posted = e.Posted.Cite.Statute + e.Posted.Cite.Article + "：" + e.Posted.Says
		}
		if !ok || e.Closes.Says != c.closes || e.Closes.Cite.Statute+e.Closes.Cite.Article != "民法典第二百零三条" || e.Closes.Cite.Note != c.note || posted != c.posted {
			t.Errorf("%s: %+v, %v, %s", c.under, e.Closes, ok, posted)
		}
	}
	hours := due(t, Query{Under: "行政强制法", Limit: MustLimit("24小时"), At: gov.MustDay("2026-07-06").Start()}, Default().Due)
	if _, ok := Default().Ending(hours); ok {
		t.Error("a period in hours ends at an instant, not with a day")
	}
	still, err := Default().Course(Query{Under: "行政复议法", Limit: MustLimit("60日"), From: gov.MustDay("2026-07-06")}, []Turn{{Kind: Suspend, On: gov.MustDay("2026-07-16")}})
	if _, ok := Default().Ending(still); ok || err != nil {
		t.Error("a period that stands still has no last day")
	}
}
