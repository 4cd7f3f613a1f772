package desk_test

import (
	"net/http"
	"net/url"
	"testing"
)

// Registers are edited from their declarations: by whom they name, with another person's
// approval where they ask for it, never over somebody else's change.
func TestRegister_EditsFromTheDeclaration(t *testing.T) {
	o := open(t)
	sys := o.as(t, "qy-zfb-sysadmin")
	sys.see("/desk/registers").wants("单位名录", "可维护")
	form := sys.see("/desk/registers/units/new").form("register-units-new")
	res := sys.post("/desk/registers/units", with(form, "key", "qy-c", "data-name", "", "data-kind", "department", "data-parent", "qy"))
	if res.status != http.StatusUnprocessableEntity {
		t.Fatalf("%d %s", res.status, res.text())
	}
	if got := res.form("register-units-new"); got.Get("key") != "qy-c" || got.Get("data-parent") != "qy" {
		t.Errorf("the form came back as %v", got)
	}
	form = res.form("register-units-new")
	if res := sys.post("/desk/registers/units", with(form, "data-name", "清源县档案馆")); res.status != http.StatusSeeOther {
		t.Fatalf("%d %s", res.status, res.text())
	}
	o.settle(t)
	sys.see("/desk/registers/units").wants("清源县档案馆")
	entry := "/desk/registers/units/entries/qy-c"
	sys.see(entry).wants("清源县档案馆", "清源县人民政府", "历次登记", "#")
	sys.see("/desk/registers/units?on=2014-01-01").wants("没有登记")

	one := sys.see(entry + "/edit").form("register-units-qy-c")
	two := sys.see(entry + "/edit").form("register-units-qy-c")
	if res := sys.post(entry, with(one, "data-short", "档案馆")); res.status != http.StatusSeeOther {
		t.Fatalf("%d %s", res.status, res.text())
	}
	stale := sys.post(entry, with(two, "data-short", "县档"))
	if stale.status != http.StatusConflict || stale.form("register-units-qy-c").Get("data-short") != "县档" {
		t.Errorf("%d %s", stale.status, stale.text())
	}
	end := sys.see(entry).form("register-end-units-qy-c")
	if res := sys.post(entry+"/end", with(end, "from", "2026-09-02", "reason", "机构改革")); res.status != http.StatusSeeOther {
		t.Fatalf("%d %s", res.status, res.text())
	}
	o.Clock.On("2026-09-03")
	sys = o.as(t, "qy-zfb-sysadmin")
	sys.see(entry).wants("现在不是有效登记")

	form = sys.see("/desk/registers/parameters/entries/filing-limit/edit").form("register-parameters-filing-limit")
	param := "/desk/registers/parameters/entries/filing-limit"
	if res := sys.post(param, with(form, "data-value", "20日")); res.status != http.StatusUnprocessableEntity {
		t.Errorf("without an approver: %d", res.status)
	}
	if res := sys.post(param, with(form, "approver", "qy-zfb-auditadmin")); res.status != http.StatusSeeOther {
		t.Errorf("with an approver: %d %s", res.status, res.text())
	}
	sys.see(param).wants("20日", "15日")

	sec := o.as(t, "qy-zfb-secadmin")
	for _, path := range []string{"/desk/registers/units/new", entry + "/edit"} {
		if a := sec.get(path); a.status != http.StatusForbidden {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	if a := sec.post(entry, url.Values{"data-name": {"x"}}); a.status != http.StatusForbidden {
		t.Errorf("%d", a.status)
	}
	drafter := o.as(t, "qy-a-drafter")
	drafter.see("/desk/registers/people").wants("drafter甲")
	if a := drafter.post("/desk/registers/people", url.Values{"key": {"x"}}); a.status != http.StatusForbidden {
		t.Errorf("%d", a.status)
	}
}

// A person with two posts switches between them; each sees what that post sees (F129).
func TestAccount_F129_SwitchingPosts(t *testing.T) {
	o := open(t)
	sec := o.as(t, "qy-zfb-secadmin")
	form := sec.see("/desk/registers/grants/new").form("register-grants-new")
	res := sec.post("/desk/registers/grants", with(form, "key", "second", "data-person", "qy-a-drafter", "data-post", "registrar",
		"data-unit", "qy-zfb", "data-scope", "qy", "data-clearance", "2"))
	if res.status != http.StatusSeeOther {
		t.Fatalf("%d %s", res.status, res.text())
	}
	p := o.as(t, "qy-a-drafter")
	p.see("/desk").wants("清源县民政局 · drafter", "切换岗位")
	if a := p.post("/seat", url.Values{"post": {"registrar|qy-zfb|"}}); a.status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.status, a.text())
	}
	p.see("/desk").wants("清源县人民政府办公室 · registrar", "已切换为")
	if a := p.post("/seat", url.Values{"post": {"supervisor|qy-sfj|"}}); a.status != http.StatusForbidden {
		t.Errorf("a post of somebody else: %d", a.status)
	}
}
