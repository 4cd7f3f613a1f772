package public

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"zhunsheng/gov"
	"zhunsheng/ledger"
	"zhunsheng/web"
)

func sortedUnits(units map[gov.UnitID]int64, names func(gov.UnitID) string) []gov.UnitID {
	return slices.SortedFunc(maps.Keys(units), func(a, b gov.UnitID) int { return cmp.Compare(names(a), names(b)) })
}

// ledger explains the log, shows its newest checkpoint and how to check it.
func (p *Portal) ledger(w http.ResponseWriter, r *http.Request) error {
	head, err := p.Head(r.Context())
	if err != nil {
		return err
	}
	s := p.shell(w, r, "记录与存证", "/ledger")
	s.Narrow = true
	return web.OK(w, r, ledgerPage(s, ledgerView{Size: head.Size, Root: hex.EncodeToString(head.Root[:]),
		Note: string(head.Note), Key: p.LogKey}))
}

type ledgerView struct {
	Size            int64
	Root, Note, Key string
}

// checkpoint serves the signed note (C2SP tlog-tiles).
func (p *Portal) checkpoint(w http.ResponseWriter, r *http.Request) error {
	head, err := p.Head(r.Context())
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err = w.Write(head.Note)
	return err
}

// key serves the log's public key.
func (p *Portal) key(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := fmt.Fprintln(w, p.LogKey)
	return err
}

// tilePath is the shape of every path of tlog-tiles; nothing else reaches the folder.
var tilePath = regexp.MustCompile(`^tile/(entries|[0-9]{1,2})(/x[0-9]{3})*/[0-9]{3}(\.p/[0-9]{1,3})?$`)

// tile serves hash tiles and entry bundles. Entries are salted commitments: they say
// nothing of the records.
func (p *Portal) tile(w http.ResponseWriter, r *http.Request) error {
	path := "tile/" + r.PathValue("path")
	if !tilePath.MatchString(path) {
		return gov.Errorf(gov.NotFound, "没有这个账本分片")
	}
	data, err := p.Tiles.Get(path)
	if err != nil {
		return &gov.Error{Kind: gov.NotFound, Text: "没有这个账本分片", Err: err}
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	if !strings.Contains(path, ".p/") {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	_, err = w.Write(data)
	return err
}

// receipts is the page on which anybody checks a receipt.
func (p *Portal) receipts(w http.ResponseWriter, r *http.Request) error {
	s := p.shell(w, r, "核验存证回执", "/receipts")
	s.Narrow = true
	return web.OK(w, r, receiptsPage(s, receiptView{Form: receiptForm()}))
}

func receiptForm() web.Form {
	f := web.NewForm("receipt", "/receipts", "核验")
	f.Upload, f.NoDraft = true, true
	return f
}

type receiptView struct {
	Form   web.Form
	Result *receiptResult
}

// receiptResult is what a receipt proves.
type receiptResult struct {
	OK   bool
	Text string
	Defs []web.Def
}

// checkReceipt verifies an uploaded receipt with the log's public key. The receipt is not
// kept. Nothing is read from the database: the answer is what zhunsheng-verify gives.
func (p *Portal) checkReceipt(w http.ResponseWriter, r *http.Request) error {
	file, _, err := r.FormFile("receipt")
	if err != nil {
		return gov.FieldError("receipt", "请选择回执文件（扩展名 .tlog-proof）")
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, 2<<20))
	if err != nil {
		return gov.FieldError("receipt", "回执文件没有上传完整，请重试")
	}
	s := p.shell(w, r, "核验存证回执", "/receipts")
	s.Narrow = true
	return web.OK(w, r, receiptsPage(s, receiptView{Form: receiptForm(), Result: p.judge(data)}))
}

func (p *Portal) judge(data []byte) *receiptResult {
	policy, err := ledger.ParsePolicy([]string{p.LogKey}, nil, 0)
	if err != nil {
		return &receiptResult{Text: "本平台的账本公钥不可用，请改用 zhunsheng-verify 离线核验"}
	}
	receipt, err := ledger.ParseReceipt(data)
	if err != nil {
		return &receiptResult{Text: "这不是一份完整的存证回执文件（扩展名 .tlog-proof）"}
	}
	rec, err := receipt.Verify(policy)
	if err != nil {
		return &receiptResult{Text: "回执没有通过核验：文件被改动过、不完整，或者不是本账本出具的"}
	}
	e := rec.Envelope
	return &receiptResult{OK: true, Text: fmt.Sprintf("回执真实：这条记录是账本第 %d 号记录，自检查点（共 %d 条）签署后没有被改动", rec.Index, rec.Checkpoint.Size),
		Defs: []web.Def{
			{Term: "记录号", Text: fmt.Sprint(rec.Index)},
			{Term: "记录时间", Text: web.LongTime(e.Recorded)},
			{Term: "发生时间", Text: web.LongTime(e.Occurred)},
			{Term: "记录种类", Text: kindText(e.Kind)},
			{Term: "所属", Body: wholeText(e.Stream)},
			{Term: "账本", Body: wholeText(rec.Checkpoint.Origin)},
		}}
}

// kindText says in words what kind of record a receipt proves. A kind that this program
// does not know is shown as it stands in the record.
func kindText(kind string) string {
	switch kind {
	case "case.open":
		return "启动案件"
	case "case.act":
		return "办理"
	case "case.record":
		return "补录"
	case "case.expire":
		return "期限届满"
	case "access.refused":
		return "被必经程序拒绝的办理"
	case "access.read":
		return "查阅"
	case "entry.set":
		return "台账登记"
	case "entry.end":
		return "台账终止登记"
	}
	return kind
}
