package desk_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"zhunsheng/internal/site"
	"zhunsheng/web"
)

// One predicate on every route: another department's people find nothing of a case, and
// the answer does not tell that it exists.
func TestDesk_F106_AnotherDepartmentSeesNothing(t *testing.T) {
	o := open(t)
	id := o.Open("qy-a", "清源县城乡居民临时救助实施细则")
	o.Walk(id, "qy-a", "publication")
	o.settle(t)
	own, other := o.as(t, "qy-a-drafter"), o.as(t, "qy-b-drafter")
	var acts struct{ Acts []struct{ Record *int64 } }
	own.api(http.MethodGet, "/cases/"+string(id), nil, &acts)
	if len(acts.Acts) == 0 || acts.Acts[0].Record == nil {
		t.Fatalf("no sealed acts: %+v", acts)
	}
	record := "/desk/records/" + itoa(*acts.Acts[0].Record)
	file := casePath(id) + "/files/2/draft-text/0"
	for _, path := range []string{casePath(id), stepPath(id, "filing"), casePath(id) + "/record/filing", file,
		record, record + "/receipt", record + "/body", record + "/qr",
		"/api/v1/cases/" + string(id), "/api/v1/records/" + itoa(*acts.Acts[0].Record)} {
		if !strings.Contains(path, "/record/") && own.get(path).status != http.StatusOK {
			t.Errorf("%s: the case's own people got %d", path, own.get(path).status)
		}
		a := other.get(path)
		if a.status != http.StatusNotFound || strings.Contains(a.text(), "救助") {
			t.Errorf("%s: %d %s", path, a.status, a.text())
		}
		if missing := other.get(strings.ReplaceAll(path, string(id), "01AAAAAAAAAAAAAAAAAAAAAAAA")); strings.Contains(path, string(id)) && missing.status != a.status {
			t.Errorf("%s: %d for a case that is there, %d for one that is not", path, a.status, missing.status)
		}
	}
	for _, path := range []string{stepPath(id, "filing"), casePath(id) + "/record/filing"} {
		if a := other.post(path, url.Values{"outcome": {"done"}}); a.status != http.StatusNotFound {
			t.Errorf("POST %s: %d", path, a.status)
		}
	}
	if a := other.api(http.MethodPost, "/cases/"+string(id)+"/acts", map[string]any{"step": "filing"}, nil); a.status != http.StatusNotFound {
		t.Errorf("POST acts: %d", a.status)
	}
	other.see("/desk").lacks("救助")
	other.see("/desk/cases").wants("没有案件").lacks("救助")
	other.see("/desk/indicators/filing-in-time").wants("无案件")
	if csv := other.see("/desk/cases.csv"); strings.Count(string(csv.body), "\n") != 1 {
		t.Errorf("export: %q", csv.body)
	}
}

// The three administrators see no case content, whatever page they ask for.
func TestDesk_F106_TheThreeAdministratorsSeeNoCase(t *testing.T) {
	o := open(t)
	id := o.Open("qy-a", "清源县城乡居民临时救助实施细则")
	o.Walk(id, "qy-a", "publication")
	o.settle(t)
	for _, who := range []string{"qy-zfb-sysadmin", "qy-zfb-secadmin", "qy-zfb-auditadmin"} {
		p := o.as(t, who)
		p.see("/desk").wants("三员岗位不接触案件内容").lacks("救助", "待我办理")
		p.see("/desk/cases").wants("没有案件").lacks("救助")
		p.see("/desk/indicators").lacks("100.0%")
		for _, path := range []string{casePath(id), "/api/v1/cases/" + string(id)} {
			if a := p.get(path); a.status != http.StatusNotFound {
				t.Errorf("%s: %s got %d", who, path, a.status)
			}
		}
	}
}

// A refused act is in the ledger, for auditors alone.
func TestDesk_AccessRecordsAreForAuditors(t *testing.T) {
	o := open(t)
	id := o.Open("qy-a", "清源县高龄津贴发放实施细则")
	secretary := o.as(t, "qy-a-secretary")
	if a := secretary.post(stepPath(id, "deliberation"), url.Values{"outcome": {"passed"}, "field-meeting-name": {"会"}, "field-meeting-day": {"2026-09-01"}}); a.status != http.StatusConflict {
		t.Fatalf("%d", a.status)
	}
	o.settle(t)
	auditor := o.as(t, "qy-zfb-auditadmin")
	found := ""
	for n := range int64(200) {
		a := auditor.get("/desk/records/" + itoa(n))
		if a.status == http.StatusOK && strings.Contains(a.text(), "一次被必经程序拒绝的办理") {
			found = "/desk/records/" + itoa(n)
			a.wants("ND-G03", "记录已核验")
		}
	}
	if found == "" {
		t.Fatal("the refused act is not in the ledger")
	}
	for _, who := range []*person{secretary, o.as(t, "qy-a-drafter"), o.as(t, "qy-zfb-sysadmin")} {
		if a := who.get(found); a.status != http.StatusNotFound {
			t.Errorf("%d", a.status)
		}
	}
}

// Every route but the public ones asks who is there.
func TestDesk_RoutesAskWhoIsThere(t *testing.T) {
	o := open(t)
	mux, err := site.Mux(o.App)
	if err != nil {
		t.Fatal(err)
	}
	p := o.stranger(t)
	n := 0
	for _, rt := range mux.Routes() {
		if rt.Access == web.Public {
			continue
		}
		n++
		path := pathOf(rt.Pattern)
		want := http.StatusUnauthorized
		var a *answer
		if rt.Method == http.MethodGet {
			a = p.get(path)
			if !strings.HasPrefix(path, "/api/") {
				want = http.StatusSeeOther
			}
		} else {
			a = p.post(path, nil)
		}
		if a.status != want {
			t.Errorf("%s %s: %d, want %d", rt.Method, path, a.status, want)
		}
	}
	if n < 30 {
		t.Errorf("only %d routes ask", n)
	}
}

func pathOf(pattern string) string {
	var out []string
	for _, part := range strings.Split(pattern, "/") {
		if strings.HasPrefix(part, "{") {
			part = "1"
		}
		out = append(out, part)
	}
	return strings.Join(out, "/")
}

func TestDesk_SignIn(t *testing.T) {
	o := open(t)
	o.as(t, "qy-a-drafter")
	p := o.stranger(t)
	res := p.get("/desk/cases?late=1")
	if res.status != http.StatusSeeOther || res.header.Get("Location") != "/signin?next=%2Fdesk%2Fcases%3Flate%3D1" {
		t.Fatalf("%d %s", res.status, res.header.Get("Location"))
	}
	page := p.see(res.header.Get("Location"))
	page.wants("登录", "严禁存储、处理国家秘密")
	bad := p.post("/signin", url.Values{"login": {"qy-a-drafter"}, "password": {"wrong-password"}, "next": {"/desk/cases?late=1"}})
	bad.wants("登录名或密码不正确")
	if bad.status != http.StatusUnauthorized || !strings.Contains(string(bad.body), `value="qy-a-drafter"`) || strings.Contains(string(bad.body), "wrong-password") {
		t.Errorf("%d %s", bad.status, bad.body)
	}
	good := p.post("/signin", url.Values{"login": {"qy-a-drafter"}, "password": {password}, "next": {"/desk/cases?late=1"}})
	if good.header.Get("Location") != "/desk/cases?late=1" {
		t.Errorf("after signing in: %s", good.header.Get("Location"))
	}
	away := o.stranger(t).post("/signin", url.Values{"login": {"qy-a-drafter"}, "password": {password}, "next": {"https://evil.example/"}})
	if away.header.Get("Location") != "/desk" {
		t.Errorf("a return address of another site led to %s", away.header.Get("Location"))
	}
	if out := p.post("/signout", nil); out.status != http.StatusSeeOther {
		t.Errorf("%d", out.status)
	}
	if a := p.get("/desk"); a.status != http.StatusSeeOther {
		t.Errorf("after signing out: %d", a.status)
	}
}

func TestDesk_Password(t *testing.T) {
	o := open(t)
	p := o.as(t, "qy-a-drafter")
	form := p.see("/password").form("password")
	res := p.post("/password", with(form, "login", "qy-a-drafter", "old", password, "password", "another-horse-8", "again", "typo"))
	if res.status != http.StatusUnprocessableEntity {
		t.Fatalf("%d", res.status)
	}
	res.wants("两次输入的新密码不一致")
	p.post("/password", with(form, "old", "not-the-old-one", "password", "another-horse-8", "again", "another-horse-8")).wants("原密码不正确")
	if res := p.post("/password", with(form, "old", password)); res.status != http.StatusSeeOther {
		t.Fatalf("%d %s", res.status, res.text())
	}
	if res := o.stranger(t).post("/signin", url.Values{"login": {"qy-a-drafter"}, "password": {"another-horse-8"}}); res.status != http.StatusSeeOther {
		t.Errorf("the new password does not sign in: %d", res.status)
	}
}
