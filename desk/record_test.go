package desk_test

import (
	"bytes"
	"image/png"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"zhunsheng/ledger"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// An act opens into its proof: words, exact bytes, a receipt that verifies without us.
func TestRecord_F139_ReceiptVerifiesOffline(t *testing.T) {
	o := open(t)
	id := o.Open("qy-a", "清源县城乡居民临时救助实施细则")
	o.Walk(id, "qy-a", "assessment")
	o.settle(t)
	p := o.as(t, "qy-a-drafter")
	page := p.see(casePath(id))
	page.wants("记录已核验")
	i := strings.LastIndex(string(page.body), `href="/desk/records/`)
	link := string(page.body)[i+len(`href="`):]
	link = link[:strings.IndexByte(link, '"')]
	p.see(link).wants("启动案件", "记录已核验", "叶摘要", "根摘要", "zhunsheng-verify", "下载回执", "回到案件")

	got := p.see(link + "/receipt")
	if !strings.Contains(got.header.Get("Content-Disposition"), ".tlog-proof") {
		t.Errorf("%v", got.header)
	}
	receipt, err := ledger.ParseReceipt(got.body)
	if err != nil {
		t.Fatal(err)
	}
	policy, err := ledger.ParsePolicy([]string{o.Signer.VKey()}, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	proven, err := receipt.Verify(policy)
	if err != nil {
		t.Fatal(err)
	}
	if body := p.see(link + "/body"); !bytes.Equal(body.body, proven.Body) {
		t.Error("the exact bytes differ from what the receipt proves")
	}
	if _, err := png.Decode(bytes.NewReader(p.see(link + "/qr").body)); err != nil {
		t.Errorf("qr: %v", err)
	}
	var api struct {
		Leaf  string
		Short string
	}
	p.api(http.MethodGet, strings.TrimPrefix(link, "/desk"), nil, &api)
	if api.Short != receipt.Short() || !strings.HasSuffix(api.Short, api.Leaf) {
		t.Errorf("%+v, want %s", api, receipt.Short())
	}
	p.see("/desk/records").wants("账本", o.Signer.VKey())
	if a := p.get("/desk/records?number=%23" + itoa(receipt.Index)); a.header.Get("Location") != link {
		t.Errorf("looking up by number led to %s", a.header.Get("Location"))
	}
	p.see("/desk/records?number=abc").wants("记录号是一个数")
	for _, n := range []string{"999999", "-1", "x"} {
		if a := p.get("/desk/records/" + n); a.status != http.StatusNotFound {
			t.Errorf("%s: %d", n, a.status)
		}
	}
}

// What was changed behind the program's back is shown as such, on the case and on the
// record; no receipt is made of it.
func TestRecord_ADamagedRecordIsNamed(t *testing.T) {
	o := open(t)
	id := o.Open("qy-a", "清源县高龄津贴发放实施细则")
	o.settle(t)
	p := o.as(t, "qy-a-drafter")
	page := p.see(casePath(id))
	i := strings.LastIndex(string(page.body), `href="/desk/records/`)
	link := string(page.body)[i+len(`href="`):]
	link = link[:strings.IndexByte(link, '"')]
	if _, err := o.Raw().Exec(`UPDATE event SET salt = zeroblob(16) WHERE stream = ?`, "case/"+string(id)); err != nil {
		t.Fatal(err)
	}
	p.see(casePath(id)).wants("1 条记录与账本不符", "与账本不符").lacks("记录已核验")
	p.see(link).wants("与账本不符").lacks("下载回执")
	if a := p.get(link + "/receipt"); a.status != http.StatusInternalServerError {
		t.Errorf("a receipt of a damaged record: %d", a.status)
	}
}
