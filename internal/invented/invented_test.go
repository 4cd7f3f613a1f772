package invented

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"zhunsheng/area"
	"zhunsheng/gov"
	"zhunsheng/internal/app"
	"zhunsheng/internal/govtest"
	"zhunsheng/internal/site"
)

const password = "Kestrel-47-lantern"

// visitor is somebody signed in at a seat, over HTTP.
type visitor struct {
	t      *testing.T
	url    string
	cookie string
}

func (v visitor) send(method, path, kind string, body []byte) (int, string) {
	v.t.Helper()
	req, err := http.NewRequest(method, v.url+path, bytes.NewReader(body))
	if err != nil {
		v.t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	req.Header.Set("Cookie", v.cookie)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		v.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

// see gets a page and wants these words in it.
func (v visitor) see(path string, words ...string) string {
	v.t.Helper()
	status, text := v.send(http.MethodGet, path, "", nil)
	if status != http.StatusOK {
		v.t.Fatalf("GET %s: %d %.300s", path, status, text)
	}
	for _, w := range words {
		if !strings.Contains(text, w) {
			v.t.Errorf("GET %s: no %q", path, w)
		}
	}
	return text
}

// post sends JSON and decodes the answer of a success.
func (v visitor) post(path string, body any, want int, words ...string) (out struct {
	Case    string `json:"case"`
	Numbers []struct{ Text string }
}) {
	v.t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		v.t.Fatal(err)
	}
	status, text := v.send(http.MethodPost, path, "application/json", b)
	if status != want {
		v.t.Fatalf("POST %s: %d, want %d: %s", path, status, want, text)
	}
	for _, w := range words {
		if !strings.Contains(text, w) {
			v.t.Errorf("POST %s: no %q in %s", path, w, text)
		}
	}
	if want < 300 {
		if err := json.Unmarshal([]byte(text), &out); err != nil {
			v.t.Fatal(err)
		}
	}
	return out
}

// A new procedure is one definition and one scenario file, and no Go.
func TestInvented_F036_OneDefinitionAndOneScenarioFile(t *testing.T) {
	govtest.EachWith(t, func(c *app.Config) {
		c.Areas = append(c.Areas, area.Area{ID: "invented", Name: "虚构的领域", Definitions: os.DirFS("testdata")})
	}, func(t *testing.T, c *govtest.County) {
		handler, err := site.Handler(c.App)
		if err != nil {
			t.Fatal(err)
		}
		srv := httptest.NewServer(handler)
		defer srv.Close()
		as := func(person string) visitor {
			if err := c.Identity.CreateAccount(context.Background(), person, gov.PersonID(person), password); err != nil {
				t.Fatal(err)
			}
			token, _, err := c.Identity.SignIn(context.Background(), person, password, "127.0.0.1")
			if err != nil {
				t.Fatal(err)
			}
			return visitor{t, srv.URL, "zs_session=" + token}
		}
		clerk, expert := as("qy-a-drafter"), as("qy-a-reviewer")
		supervisor := as("qy-sfj-supervisor")

		// The page of the procedure, inside and in public, and the form that starts it.
		clerk.see("/desk/procedures/bridge-naming", "桥梁命名", "BRN-G01", "BRN-C01", "地名专家同意后才能定名")
		visitor{t, srv.URL, ""}.see("/procedures/bridge-naming", "桥梁命名", "BRN-G01")
		clerk.see("/desk/cases/new?procedure=bridge-naming", "桥梁的暂用名", "建议名称", "地名专家；公众")

		opened := clerk.post("/api/v1/cases", map[string]any{"procedure": "bridge-naming", "title": "东河一号桥", "key": "k1",
			"fields": map[string]string{"proposed-name": "望清桥"}}, http.StatusCreated)
		acts := "/api/v1/cases/" + opened.Case + "/acts"
		act := func(v visitor, key, step, outcome string, fields map[string]string, want int, words ...string) {
			t.Helper()
			done := v.post(acts, map[string]any{"step": step, "outcome": outcome, "fields": fields, "key": key}, want, words...)
			_ = done
		}
		act(clerk, "k2", "accept", "done", nil, http.StatusCreated)
		act(clerk, "k3", "naming", "done", nil, http.StatusConflict, "BRN-G01", "地名专家同意的意见")

		// The case with its station, clock and list; the form of the next step.
		clerk.see("/desk/cases/"+opened.Case, "东河一号桥", "专家意见", "定名", "2026年9月29日")
		clerk.see("/desk/cases?procedure=bridge-naming", "东河一号桥")
		expert.see("/desk/cases/"+opened.Case+"/steps/opinion", "意见和理由", "专家意见书", "由系统生成")

		// The paper is made from the form.
		act(expert, "k4", "opinion", "agreed", map[string]string{"reasons": "名称雅正，不与他桥重名。"}, http.StatusCreated)
		clerk.see("/desk/cases/"+opened.Case, "专家意见书")
		made := paperOf(t, c, opened.Case)
		if !bytes.HasPrefix(made, []byte("PK")) {
			t.Errorf("the paper is no docx: %.20q", made)
		}

		c.Clock.On("2026-09-10")
		clerk, expert = clerk.again(c, "qy-a-drafter"), expert.again(c, "qy-a-reviewer")
		done := clerk.post(acts, map[string]any{"step": "naming", "outcome": "done", "key": "k5"}, http.StatusCreated)
		if len(done.Numbers) != 1 || done.Numbers[0].Text != "清民桥〔2026〕1号" {
			t.Errorf("numbers %+v", done.Numbers)
		}

		// A second one is never named: the clock runs out.
		late := clerk.post("/api/v1/cases", map[string]any{"procedure": "bridge-naming", "title": "西河桥", "key": "k6",
			"fields": map[string]string{"proposed-name": "听涛桥"}}, http.StatusCreated)
		clerk.post("/api/v1/cases/"+late.Case+"/acts", map[string]any{"step": "accept", "outcome": "done", "key": "k7"}, http.StatusCreated)
		c.Clock.On("2026-12-01")
		if _, _, err := c.Docket.ExpireDue(context.Background()); err != nil {
			t.Fatal(err)
		}
		if err := c.Settle(context.Background()); err != nil {
			t.Fatal(err)
		}
		supervisor = supervisor.again(c, "qy-sfj-supervisor")
		id := url.PathEscape("bridge-naming.naming")
		period := "?from=2026-01-01&to=2026-12-31"
		supervisor.see("/desk/indicators/"+id+period, "桥梁命名：定名及时率", "50.0%")
		supervisor.see("/desk/indicators/"+id+"/cases"+period, "东河一号桥", "西河桥")
		if _, text := supervisor.send(http.MethodGet, "/api/v1/indicators/"+id+period, "", nil); !strings.Contains(text, `"denominator":2`) {
			t.Errorf("the indicator over the API: %s", text)
		}
	})
}

// again signs in anew: days have passed and the session has ended.
func (v visitor) again(c *govtest.County, person string) visitor {
	v.t.Helper()
	token, _, err := c.Identity.SignIn(context.Background(), person, password, "127.0.0.1")
	if err != nil {
		v.t.Fatal(err)
	}
	v.cookie = "zs_session=" + token
	return v
}

func paperOf(t *testing.T, c *govtest.County, id string) []byte {
	t.Helper()
	k, err := c.Docket.Get(context.Background(), c.As("drafter", "qy-a"), gov.CaseID(id))
	if err != nil {
		t.Fatal(err)
	}
	papers := k.State.Papers["opinion-sheet"]
	if len(papers) == 0 {
		t.Fatal("no paper was made")
	}
	f, err := c.Files.Open(papers[0].Digest)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
