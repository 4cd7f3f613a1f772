package desk_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"zhunsheng/gov"
)

// start opens a case through the form and gives its id.
func start(t *testing.T, p *person, title string) gov.CaseID {
	t.Helper()
	page := p.see("/desk/cases/new?procedure=" + url.QueryEscape(procedureID))
	form := page.form("start-" + procedureID)
	if form.Get("unit") != "qy-a" {
		t.Errorf("the unit is not preset to the own one: %v", form)
	}
	res := p.post("/desk/cases", with(form, "title", title))
	if res.status != http.StatusSeeOther {
		t.Fatalf("start: %d %s", res.status, res.text())
	}
	id, ok := strings.CutPrefix(res.header.Get("Location"), "/desk/cases/")
	if !ok {
		t.Fatalf("start led to %s", res.header.Get("Location"))
	}
	return gov.CaseID(id)
}

const procedureID = "normative-document.department"

func TestDesk_SmokeAllPages(t *testing.T) {
	o := open(t)
	id := o.Open("qy-a", "清源县城乡居民临时救助实施细则")
	o.Walk(id, "qy-a", "legality-review")
	o.settle(t)
	p := o.as(t, "qy-a-secretary")
	for _, path := range []string{"/desk", "/desk/cases", "/desk/cases.csv", "/desk/cases/" + string(id),
		"/desk/cases/" + string(id) + "/steps/deliberation", "/desk/cases/" + string(id) + "/steps/draft",
		"/desk/cases/" + string(id) + "/record/deliberation", "/desk/procedures", "/desk/procedures/" + procedureID,
		"/desk/indicators", "/desk/indicators/filing-in-time", "/desk/indicators/filing-in-time/cases", "/desk/records",
		"/desk/registers", "/desk/registers/units", "/desk/registers/units/entries/qy-a", "/password"} {
		p.see(path)
	}
}
