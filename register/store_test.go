package register

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/sqldb"
	"zhunsheng/sqldb/sqltest"
)

func firm(from string, data ...string) Change { return entry("firms", "ABCD1", from, data...) }

func TestSet_ReadsAsOfADay(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		k := w.keeper()
		w.set(k, firm("2026-01-10", "name", "甲"))
		seen := w.get("firms", "ABCD1", "2026-05-01")
		second := firm("2026-05-01", "name", "乙")
		second.Seen = seen.Tag()
		done := w.set(k, second)
		if done.Version != 2 {
			t.Errorf("version %d of the stream", done.Version)
		}
		w.missing("firms", "ABCD1", "2026-01-09")
		for on, want := range map[string]string{"2026-01-10": "甲", "2026-04-30": "甲", "2026-05-01": "乙", "2030-01-01": "乙"} {
			if got := w.get("firms", "ABCD1", on); got.Data["name"] != want {
				t.Errorf("on %s: %v, want %s", on, got.Data, want)
			}
		}
		// A span before the first one ends where that begins.
		w.set(k, firm("2025-06-01", "name", "前身"))
		if got := w.get("firms", "ABCD1", "2026-01-09"); got.Data["name"] != "前身" || got.To != day("2026-01-10") {
			t.Errorf("%+v", got)
		}
		// A span with an end of its own; the one before it does not resume.
		third := firm("2026-06-01", "name", "丙")
		third.To, third.Seen = day("2026-07-01"), w.get("firms", "ABCD1", "2026-06-01").Tag()
		w.set(k, third)
		w.missing("firms", "ABCD1", "2026-07-01")
		// The same day again replaces the values.
		again := firm("2026-06-01", "name", "丁")
		again.Seen = w.get("firms", "ABCD1", "2026-06-01").Tag()
		w.set(k, again)
		if got := w.get("firms", "ABCD1", "2027-01-01"); got.Data["name"] != "丁" {
			t.Errorf("%+v", got)
		}
		_, err := w.End(ctx, k, Ending{Register: "firms", Key: "ABCD1", On: day("2026-10-01"),
			Seen: w.get("firms", "ABCD1", "2026-10-01").Tag(), Reason: "注销"})
		if err != nil {
			t.Fatal(err)
		}
		w.missing("firms", "ABCD1", "2026-10-01")
		var history []string
		w.read(func(tx *sqldb.Tx) error {
			list, err := w.History(tx, "firms", "ABCD1")
			for _, e := range list {
				history = append(history, fmt.Sprintf("%s %s–%s", e.Data["name"], e.From, e.To))
			}
			return err
		})
		want := []string{"前身 2025-06-01–2026-01-10", "甲 2026-01-10–2026-05-01", "乙 2026-05-01–2026-06-01", "丁 2026-06-01–2026-10-01"}
		if diff := cmp.Diff(want, history); diff != "" {
			t.Error(diff)
		}
		events := w.events("firms")
		if len(events) != 6 || events[5].Kind != KindEnd || events[5].Actor.Person != "wang" || events[5].Version != 6 {
			t.Errorf("%d events, the last %+v", len(events), events[len(events)-1])
		}
	})
}

func TestSet_ValuesInOneTextForm(t *testing.T) {
	w := newWorld(t, sqltest.SQLite(t))
	w.set(w.keeper(), firm("2026-01-10", "name", "  甲 ", "note", "一\r\n二", "staff", "+007", "trades", "餐饮、 住宿，餐饮", "listed", "",
		"unit", "qy-mzj", "size", "l", "founded", "2019-02-28", "contact", "陈某"))
	want := map[string]string{"name": "甲", "note": "一\n二", "staff": "7", "trades": "餐饮,住宿", "unit": "qy-mzj", "size": "l",
		"founded": "2019-02-28", "contact": "陈某"}
	e := w.get("firms", "ABCD1", "2026-02-01")
	if diff := cmp.Diff(want, e.Data); diff != "" {
		t.Error(diff)
	}
	d, _ := w.Declaration("firms")
	low := d.Redact(e, gov.Internal)
	if low.Data["contact"] != "" || low.Data["note"] == "" || e.Data["contact"] == "" {
		t.Errorf("redacted to %v from %v", low.Data, e.Data)
	}
	if public := d.Redact(e, gov.Public); public.Data["note"] != "" || public.Data["name"] == "" {
		t.Errorf("redacted to %v", public.Data)
	}
}

func TestSet_TellsEveryMistakeAtOnce(t *testing.T) {
	w := newWorld(t, sqltest.SQLite(t))
	c := firm("2026-01-10", "name", "一二三四五六七八九十多", "founded", "2019-02-29", "staff", "很多", "listed", "yes", "size", "xl",
		"unit", "nowhere", "contact", "a\x07b", "color", "红", "note", privateMark+"x")
	c.Key, c.To = "ab", day("2026-01-10")
	_, err := w.Set(ctx, w.keeper(), c)
	var fields []string
	for _, p := range Problems(err) {
		fields = append(fields, p.Field)
	}
	want := []string{"key", "to", "color", "name", "note", "founded", "staff", "listed", "size", "unit", "contact"}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Errorf("%s\n%v", diff, err)
	}
	if gov.KindOf(err) != gov.Invalid {
		t.Errorf("kind of %v", err)
	}
	w.refuses(w.keeper(), firm("2026-01-10"), gov.Invalid, "name", "名称：请填写")
}

func TestSet_FixedFields(t *testing.T) {
	w := newWorld(t, sqltest.SQLite(t))
	k := w.keeper()
	w.set(k, firm("2026-01-10", "name", "甲", "founded", "2019-01-01"))
	c := firm("2026-02-01", "name", "甲", "founded", "2019-01-02")
	c.Seen = w.get("firms", "ABCD1", "2026-02-01").Tag()
	w.refuses(k, c, gov.Invalid, "founded", "不能更改")
	c = firm("2025-02-01", "name", "甲")
	w.refuses(k, c, gov.Invalid, "founded", "不能更改")
	move := entry(Units, "qy-lh", "2026-11-23", "name", "柳河镇人民政府", "kind", "township", "parent", "qy-mzj")
	move.Seen = w.get(Units, "qy-lh", "2026-11-23").Tag()
	w.refuses(w.sysadmin(), move, gov.Invalid, "parent", "不能更改")
	self := entry(Units, "qy-x", "2026-11-23", "name", "x", "kind", "section", "parent", "qy-x")
	w.refuses(w.sysadmin(), self, gov.Invalid, "parent", "有效的单位")
}

func TestSet_TwoPeopleAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		k := w.keeper()
		w.set(k, firm("2026-01-10", "name", "甲"))
		seen := w.get("firms", "ABCD1", "2026-11-23").Tag()
		results := make([]error, 8)
		var wg sync.WaitGroup
		for i := range results {
			wg.Go(func() {
				c := firm("2026-11-23", "name", fmt.Sprint("第", i))
				c.Seen = seen
				_, results[i] = w.Set(ctx, k, c)
			})
		}
		wg.Wait()
		won := 0
		for _, err := range results {
			if err == nil {
				won++
			} else if gov.KindOf(err) != gov.Conflict || !strings.Contains(err.Error(), "保留") {
				t.Errorf("a loser was told %v", err)
			}
		}
		if won != 1 || len(w.events("firms")) != 2 {
			t.Errorf("%d won, %d events", won, len(w.events("firms")))
		}
		// A new entry meets one that is there already; an ended one is gone for the editor.
		w.refuses(k, firm("2026-11-23", "name", "新"), gov.Conflict, "", "已有")
		old := w.get("firms", "ABCD1", "2026-11-23").Tag()
		if _, err := w.End(ctx, k, Ending{Register: "firms", Key: "ABCD1", On: day("2026-12-01"), Seen: old}); err != nil {
			t.Fatal(err)
		}
		c := firm("2026-11-23", "name", "晚了")
		c.Seen = old
		w.refuses(k, c, gov.Conflict, "", "有了变化")
		_, err := w.End(ctx, k, Ending{Register: "firms", Key: "ABCD1", On: day("2026-12-01"), Seen: old})
		if gov.KindOf(err) != gov.NotFound {
			t.Errorf("ending what has ended: %v", err)
		}
	})
}

func TestSet_SentTwiceActsOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		k := w.keeper()
		c := firm("2026-01-10", "name", "甲", "contact", "陈某")
		c.Request = "key-1"
		var wg sync.WaitGroup
		dones := make([]Done, 6)
		for i := range dones {
			wg.Go(func() {
				var err error
				if dones[i], err = w.Set(ctx, k, c); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		fresh := 0
		for _, d := range dones {
			if !d.Repeated {
				fresh++
			}
			if d.Event != dones[0].Event || d.Version != 1 || d.Recorded != dones[0].Recorded {
				t.Errorf("%+v and %+v", d, dones[0])
			}
		}
		if fresh != 1 || len(w.events("firms")) != 1 {
			t.Errorf("%d acted, %d events", fresh, len(w.events("firms")))
		}
		c.Data = map[string]string{"name": "乙"}
		w.refuses(k, c, gov.Conflict, "", "已经用于另一项修改")
		c.Data = map[string]string{"name": "甲", "contact": "另一人"}
		if done, err := w.Set(ctx, k, c); err != nil || !done.Repeated {
			t.Errorf("personal values are no part of the digest: %+v, %v", done, err)
		}
	})
}

func TestSet_PersonalValuesStayOutOfTheEvent(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := firm("2026-01-10", "name", "甲", "contact", "陈某某")
		c.Request = "k"
		done := w.set(w.keeper(), c)
		env := w.events("firms")[0]
		body, err := env.Encode()
		if err != nil || strings.Contains(string(body), "陈") || env.Private["contact"] == "" {
			t.Errorf("the event is %s, %v", body, err)
		}
		if strings.Contains(w.dump(), "陈") {
			t.Error("the projection holds a personal value")
		}
		if got := w.get("firms", "ABCD1", "2026-01-10").Data["contact"]; got != "陈某某" {
			t.Errorf("read as %q", got)
		}
		err = w.DB.Write(ctx, func(tx *sqldb.Tx) error {
			_, err := tx.Exec("DELETE FROM private_value WHERE event_id = $1", string(done.Event))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := w.get("firms", "ABCD1", "2026-01-10").Data["contact"]; got != Erased {
			t.Errorf("after erasure read as %q", got)
		}
		w.read(func(tx *sqldb.Tx) error {
			list, err := w.List(tx, People, day("2026-11-23"), "", 100)
			if err != nil {
				return err
			}
			if len(list) != 6 || list[5].Data["name"] != "赵六" {
				t.Errorf("%d people, the last %v", len(list), list[len(list)-1].Data)
			}
			return nil
		})
	})
}

func TestSet_WhoMayEdit(t *testing.T) {
	w := newWorld(t, sqltest.SQLite(t))
	drafter := w.who("zhang", "drafter", "qy-mzj")
	township := w.who("qian", "sysadmin", "qy-lh")
	w.refuses(drafter, firm("2026-01-10", "name", "甲"), gov.Forbidden, "", "不能修改企业名录")
	w.refuses(w.sysadmin(), firm("2026-01-10", "name", "甲"), gov.Forbidden, "", "不能修改企业名录")
	w.refuses(w.keeper(), entry(Units, "qy-new", "2026-11-23", "name", "新", "kind", "section", "parent", "qy"), gov.Forbidden, "", "不能修改单位名录")
	// A township's administrator keeps the township's part of the registers.
	w.set(township, entry(Units, "qy-lh-1", "2026-11-23", "name", "司法所", "kind", "section", "parent", "qy-lh"))
	w.set(township, entry(People, "wu", "2026-11-23", "name", "吴九", "unit", "qy-lh-1"))
	w.refuses(township, entry(Units, "qy-x", "2026-11-23", "name", "新", "kind", "section", "parent", "qy-mzj"), gov.Forbidden, "", "不能修改")
	steal := entry(People, "zhang", "2026-11-23", "name", "张三", "unit", "qy-lh")
	steal.Seen = w.get(People, "zhang", "2026-11-23").Tag()
	w.refuses(township, steal, gov.Forbidden, "", "不能修改人员名录") // from a unit that is not the township's
	w.refuses(w.sysadmin(), entry("nothing", "x", "2026-11-23"), gov.NotFound, "", "没有名为“nothing”的台账")
	c := firm("2026-01-10", "name", "甲")
	c.Occurred = w.clock.now.Add(1e12)
	w.refuses(w.keeper(), c, gov.Invalid, "occurred", "不能晚于现在")
}

func TestSet_GrantEndsBetweenPageAndAct(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		k := w.keeper() // compiled before the grant is withdrawn
		_, err := w.End(ctx, w.secadmin(), Ending{Register: Grants, Key: "g-wang", On: day("2026-11-23"),
			Seen: w.get(Grants, "g-wang", "2026-11-23").Tag()})
		if err != nil {
			t.Fatal(err)
		}
		w.refuses(k, firm("2026-01-10", "name", "甲"), gov.Forbidden, "", "没有 2026-11-23 有效的")
	})
}

func TestGrants_F129(t *testing.T) {
	w := newWorld(t, sqltest.SQLite(t))
	sec := w.secadmin()
	grant := func(key, from string, data ...string) Change {
		return entry(Grants, key, from, append([]string{"clearance", "2"}, data...)...)
	}
	base := []string{"person", "li", "post", "drafter", "unit", "qy-mzj", "scope", "qy-mzj"}
	done := w.set(sec, grant("n1", "2026-11-23", base...))
	if got := w.get(Grants, "n1", "2026-11-23"); got.Data["given_by"] != "sun" || got.Event != done.Event {
		t.Errorf("given by %q", got.Data["given_by"])
	}
	forged := grant("n2", "2026-11-23", append(base, "given_by", "wang")...)
	w.set(sec, forged)
	if got := w.get(Grants, "n2", "2026-11-23"); got.Data["given_by"] != "sun" {
		t.Errorf("typed giver %q was kept", got.Data["given_by"])
	}
	w.refuses(sec, grant("n3", "2026-11-22", base...), gov.Invalid, "from", "不能倒签")
	w.refuses(sec, grant("n3", "2026-11-23", "person", "sun", "post", "drafter", "unit", "qy-mzj"), gov.Invalid, "person", "不能给自己授权")
	w.refuses(sec, grant("n3", "2026-11-23", append(base, "actions", "register.units.edit")...), gov.Invalid, "actions", "没有“register.units.edit”")
	w.refuses(sec, grant("n3", "2026-11-23", "person", "zhao", "post", "secadmin", "unit", "qy"), gov.Invalid, "post", "三员不能由同一人担任")
	agency := func(to string, data ...string) Change {
		c := grant("n4", "2026-11-23", append([]string{"person", "li", "post", "drafter", "unit", "qy-mzj", "scope", "qy-mzj"}, data...)...)
		if to != "" {
			c.To = day(to)
		}
		return c
	}
	w.refuses(sec, agency("", "on_behalf", "zhang"), gov.Invalid, "to", "代理必须有结束日期")
	w.refuses(sec, agency("2026-12-01", "on_behalf", "wang"), gov.Invalid, "on_behalf", "没有这个岗位")
	w.refuses(sec, agency("2026-12-01", "on_behalf", "li"), gov.Invalid, "on_behalf", "不能代理自己")
	w.set(sec, agency("2026-12-01", "on_behalf", "zhang"))
	w.read(func(tx *sqldb.Tx) error {
		dir, err := w.Directory(tx)
		if err != nil {
			return err
		}
		want := []identity.Seat{{Post: "keeper", Unit: "qy-mzj"}, {Post: "drafter", Unit: "qy-mzj"}, {Post: "drafter", Unit: "qy-mzj", OnBehalf: "zhang"}}
		if diff := cmp.Diff(want, dir.Seats("li", day("2026-11-23"))); diff != "" {
			t.Error(diff)
		}
		return nil
	})
	// As many disjoint subtrees as the predicate has room for, and one more.
	for i := range identity.Slots + 1 {
		unit := fmt.Sprintf("qy-v%02d", i)
		w.set(w.sysadmin(), entry(Units, unit, "2026-11-23", "name", unit, "kind", "section", "parent", "qy"))
		c := grant("v"+unit, "2026-11-23", "person", "qian", "post", "drafter", "unit", "qy-lh", "scope", unit)
		if i < identity.Slots {
			w.set(sec, c)
		} else {
			w.refuses(sec, c, gov.Invalid, "scope", "最多授权 12 个")
		}
	}
	bad := entry(Posts, "sysadmin", "2026-11-23", "name", "系统管理员", "kind", "system", "actions", "register.units.edit,case.read")
	bad.Seen = w.get(Posts, "sysadmin", "2026-11-23").Tag()
	w.refuses(w.sysadmin(), bad, gov.Invalid, "actions", "三员岗位不能接触案件内容")
	bad.Data["actions"] = "Do Anything"
	w.refuses(w.sysadmin(), bad, gov.Invalid, "actions", "不是权限的写法")
}

func TestParameters_TwoPeople(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		// li keeps the registers of the bureau and may approve; so may wang.
		k := w.keeper()
		param := func(key, from, value string, more ...string) Change {
			return entry(Parameters, key, from, append([]string{"parameter", "filing-limit", "label", "备案期限", "value", value,
				"source", "试验文件", "unverified", "false"}, more...)...)
		}
		c := param("filing-limit", "2026-12-01", "20日")
		c.Seen = w.get(Parameters, "filing-limit", "2026-12-01").Tag()
		w.refuses(k, c, gov.Invalid, "approver", "须由另一人批准")
		c.Approver = "wang"
		w.refuses(k, c, gov.Invalid, "approver", "不能是同一人")
		c.Approver = "zhang"
		w.refuses(k, c, gov.Invalid, "approver", "“张三”目前没有批准")
		c.Approver = "li"
		w.set(k, c)
		events := w.events(Parameters)
		if !strings.Contains(string(events[len(events)-1].Payload), `"approver":"li"`) {
			t.Errorf("the event is %s", events[len(events)-1].Payload)
		}
		wrong := param("filing-limit@qy-lh", "2026-12-01", "5日")
		wrong.Approver = "li"
		w.refuses(k, wrong, gov.Invalid, "key", "应为“filing-limit”")
		own := param("filing-limit@qy-mzj", "2026-12-15", "10日", "scope", "qy-mzj")
		own.Approver = "li"
		w.set(k, own)
		other := firm("2026-01-10", "name", "甲")
		other.Approver = "li"
		w.refuses(k, other, gov.Invalid, "approver", "不需要他人批准")
		w.read(func(tx *sqldb.Tx) error {
			dir, err := w.Directory(tx)
			if err != nil {
				return err
			}
			for _, c := range []struct {
				unit, on, want string
				unverified     bool
			}{
				{"qy-mzj", "2026-11-30", "15日", true}, {"qy-mzj", "2026-12-01", "20日", false}, {"qy-mzj", "2026-12-15", "10日", false},
				{"qy-sfj", "2026-12-15", "20日", false}, {"", "2026-12-15", "20日", false}, {"qy-mzj", "2019-12-31", "", false},
			} {
				p, ok := dir.Param("filing-limit", gov.UnitID(c.unit), day(c.on))
				if p.Value != c.want || ok != (c.want != "") || p.Unverified != c.unverified {
					t.Errorf("for %q on %s: %+v, %v", c.unit, c.on, p, ok)
				}
			}
			if _, ok := dir.Param("unknown", "qy", day("2026-11-23")); ok {
				t.Error("a parameter nobody set")
			}
			return nil
		})
	})
}

func TestLoad_AllOrNothingAndAgain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		before := w.dump()
		if err := w.Load(ctx, gov.System, countyEntries()); err != nil {
			t.Fatal(err)
		}
		if w.dump() != before {
			t.Error("loading the same again changed something")
		}
		spans := []Change{firm("2020-01-01", "name", "甲", "contact", "陈某"), firm("2024-01-01", "name", "乙")}
		for range 2 {
			if err := w.Load(ctx, gov.System, spans); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(w.events("firms")); n != 2 {
			t.Errorf("%d events for two spans", n)
		}
		before = w.dump()
		err := w.Load(ctx, gov.System, []Change{firm("2025-01-01", "name", "丙"), entry(People, "x", "2025-01-01", "name", "x", "unit", "nowhere")})
		if gov.KindOf(err) != gov.Invalid || !strings.Contains(err.Error(), "people/x") || w.dump() != before {
			t.Errorf("a load with a mistake: %v", err)
		}
	})
}

func TestList_PagesByKey(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var list []Change
		for i := range 25 {
			list = append(list, entry("firms", fmt.Sprintf("K%03d", i), "2026-01-01", "name", fmt.Sprint(i)))
		}
		list[7].To = day("2026-02-01")
		if err := w.Load(ctx, gov.System, list); err != nil {
			t.Fatal(err)
		}
		var keys []string
		for after, pages := "", 0; ; pages++ {
			var page []Entry
			w.read(func(tx *sqldb.Tx) (err error) {
				page, err = w.List(tx, "firms", day("2026-11-23"), after, 10)
				return err
			})
			for _, e := range page {
				keys = append(keys, e.Key)
			}
			if len(page) < 10 {
				break
			}
			after = page[9].Key
		}
		if len(keys) != 24 || keys[7] != "K008" || keys[23] != "K024" {
			t.Errorf("%d keys: %v", len(keys), keys)
		}
	})
}

// A second process on the same database never stands on a directory that has been changed.
func TestDirectory_SeesChangesOfAnotherProcess(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		other := &world{Store: newStore(t, w.DB, w.clock), t: t, clock: w.clock}
		sec := other.secadmin() // fills the other's memory
		p, err := w.Set(ctx, w.secadmin(), entry(Grants, "new", "2026-11-23", "person", "qian", "post", "drafter", "unit", "qy-lh", "clearance", "1"))
		if err != nil {
			t.Fatal(err)
		}
		if got := other.who("qian", "drafter", "qy-lh"); got.Generation == sec.Generation {
			t.Error("the generation did not move")
		}
		if got := other.get(Grants, "new", "2026-11-23"); got.Event != p.Event {
			t.Errorf("%+v", got)
		}
		// The other process's clock is behind, so that its event ids sort before.
		other.Store = newStore(t, w.DB, &fakeClock{w.clock.now - 60e6})
		if _, err := other.Set(ctx, other.sysadmin(), entry(People, "new", "2026-11-23", "name", "新人", "unit", "qy")); err != nil {
			t.Fatal(err)
		}
		w.read(func(tx *sqldb.Tx) error {
			dir, err := w.Directory(tx)
			if err == nil && dir.PersonName("new") != "新人" {
				t.Error("a change with an earlier event id was missed")
			}
			return err
		})
	})
}

// While nothing changes, Directory reads one row and hands out the same memory.
func TestDirectory_IsReadOnceAGeneration(t *testing.T) {
	w := newWorld(t, sqltest.SQLite(t))
	var a, b, c *Directory
	w.read(func(tx *sqldb.Tx) (err error) { a, err = w.Directory(tx); return err })
	w.set(w.keeper(), firm("2026-01-10", "name", "甲")) // no register of the directory
	w.read(func(tx *sqldb.Tx) (err error) { b, err = w.Directory(tx); return err })
	w.set(w.sysadmin(), entry(People, "new", "2026-11-23", "name", "新人", "unit", "qy"))
	w.read(func(tx *sqldb.Tx) (err error) { c, err = w.Directory(tx); return err })
	if a != b || b == c {
		t.Errorf("same while unchanged: %v; new after a change: %v", a == b, b != c)
	}
	if name, mark := c.UnitName("qy-mzj"); name != "清源县民政局" || mark != "清民" {
		t.Errorf("%s %s", name, mark)
	}
	if name := c.PersonName("new"); name != "新人" {
		t.Errorf("%s", name)
	}
	if name := c.PersonName("system"); name != "系统" {
		t.Errorf("%s", name)
	}
}

// A change that is rolled back never leaves its directory behind under a generation that
// another change takes.
func TestDirectory_AfterARollback(t *testing.T) {
	w := newWorld(t, sqltest.SQLite(t))
	sys := w.sysadmin()
	undo := gov.Errorf(gov.Fault, "undo")
	err := w.DB.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := w.SetIn(tx, sys, entry(People, "ghost", "2026-11-23", "name", "幽灵", "unit", "qy")); err != nil {
			return err
		}
		if dir, err := w.Directory(tx); err != nil || dir.PersonName("ghost") != "幽灵" {
			t.Errorf("inside the transaction: %v", err)
		}
		return undo
	})
	if err != undo {
		t.Fatal(err)
	}
	w.set(sys, entry(People, "new", "2026-11-23", "name", "新人", "unit", "qy"))
	w.read(func(tx *sqldb.Tx) error {
		dir, err := w.Directory(tx)
		if err == nil && (dir.PersonName("ghost") != "ghost" || dir.PersonName("new") != "新人") {
			t.Error("the directory holds what was rolled back")
		}
		return err
	})
}

// Rebuild from the events alone gives the same rows, also when the streams of different
// registers are replayed in another order than they were written.
func TestApply_RebuildEqualsLive(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		k := w.keeper()
		for i, name := range []string{"甲", "乙", "丙"} {
			c := firm(fmt.Sprintf("2026-0%d-01", i+1), "name", name, "contact", "陈某")
			c.Request = fmt.Sprint("k", i)
			if i > 0 {
				c.Seen = w.get("firms", "ABCD1", c.From.String()).Tag()
			}
			w.set(k, c)
		}
		if _, err := w.End(ctx, k, Ending{Register: "firms", Key: "ABCD1", On: day("2026-02-15"),
			Seen: w.get("firms", "ABCD1", "2026-02-15").Tag()}); err != nil {
			t.Fatal(err)
		}
		w.set(w.sysadmin(), entry(People, "new", "2026-11-23", "name", "新人", "unit", "qy"))
		live := w.dump()
		for _, order := range [][]string{{Units, People, Posts, Grants, Parameters, "firms"}, {"firms", Parameters, Grants, Posts, People, Units}} {
			err := w.DB.Write(ctx, func(tx *sqldb.Tx) error {
				for _, q := range []sqldb.SQL{"DELETE FROM register_entry", "DELETE FROM request_key"} {
					if _, err := tx.Exec(q); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, register := range order {
				for _, env := range w.events(register) {
					if err := w.DB.Write(ctx, func(tx *sqldb.Tx) error { return Apply(tx, env) }); err != nil {
						t.Fatal(err)
					}
				}
			}
			if diff := cmp.Diff(live, w.dump()); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}

func TestApply_LeavesOtherStreamsAloneAndRefusesUnknownKinds(t *testing.T) {
	w := newWorld(t, sqltest.SQLite(t))
	env := w.events(Units)[0]
	before := w.dump()
	env.Stream = "case/1"
	if err := w.DB.Write(ctx, func(tx *sqldb.Tx) error { return Apply(tx, env) }); err != nil || w.dump() != before {
		t.Errorf("a case event: %v", err)
	}
	env.Stream, env.Kind = StreamOf(Units), "entry.moved"
	if err := w.DB.Write(ctx, func(tx *sqldb.Tx) error { return Apply(tx, env) }); err == nil {
		t.Error("an event of a newer program was misread")
	}
}

func TestNew_ChecksReferences(t *testing.T) {
	d, err := Parse("a.yaml", []byte(strings.Replace(firmsYAML, "register: units}", "register: nowhere}", 1)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New(Config{Declared: []*Declaration{d}}); err == nil || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("a reference to nothing: %v", err)
	}
	if d, err = Parse("a.yaml", []byte(strings.Replace(firmsYAML, "register: firms", "register: units", 1))); err != nil {
		t.Fatal(err)
	}
	if _, err := New(Config{Declared: []*Declaration{d}}); err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("a register declared twice: %v", err)
	}
}
