package desk

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"rsc.io/qr"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/ledger"
	"zhunsheng/ledger/ledgersql"
	"zhunsheng/register"
	"zhunsheng/sqldb"
	"zhunsheng/web"
)

// sealedRecord is one record of the ledger that the reader may see, with what it is about.
type sealedRecord struct {
	ledgersql.Stored
	env  ledger.Envelope
	kase *docket.Case // of a case event
	act  *docket.Act
}

// errRecord is the answer for a record that is not there and for one that is not the
// reader's to see.
func errRecord(n string) error {
	return gov.Errorf(gov.NotFound, "没有第 %s 号记录，或者您无权查看", n)
}

// recordOf reads the record that an address names, if the reader may: the events of a case
// for whoever may read the case; those of a register for its editors and approvers and for
// the unit that the entry belongs to; imports for who imported; access records for auditors; those of the ledger
// itself for everybody who is signed in.
func (d *Desk) recordOf(ctx context.Context, who *identity.Principal, number string) (*sealedRecord, error) {
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 0 {
		return nil, errRecord(number)
	}
	rec := &sealedRecord{}
	var dir *register.Directory
	err = d.DB.Read(ctx, func(tx *sqldb.Tx) (err error) {
		if rec.Stored, err = ledgersql.ByIndex(tx, n); err != nil {
			return err
		}
		dir, err = d.Registers.Directory(tx)
		return err
	})
	if gov.KindOf(err) == gov.NotFound && err != nil {
		return nil, errRecord(number)
	}
	if err != nil {
		return nil, err
	}
	if rec.env, err = ledger.DecodeEnvelope(rec.Body); err != nil {
		return nil, err
	}
	switch kind, name, _ := strings.Cut(rec.Stream, "/"); kind {
	case "case":
		return rec, d.attachCase(ctx, who, rec, number)
	case "register":
		if d.mayReadEntry(who, dir, name, rec.env) {
			return rec, nil
		}
	case "access":
		if who.Admin == identity.Auditor {
			return rec, nil
		}
	case "import": // names files and rows of somebody's table
		if who.Admin == identity.Auditor || rec.env.Actor.Person == who.Actor.Person {
			return rec, nil
		}
	case "ledger":
		return rec, nil
	}
	return nil, errRecord(number)
}

func (d *Desk) attachCase(ctx context.Context, who *identity.Principal, rec *sealedRecord, number string) error {
	c, err := d.Docket.Get(ctx, who, docket.CaseOf(rec.Stream))
	if gov.KindOf(err) == gov.NotFound && err != nil {
		return errRecord(number)
	}
	if err != nil {
		return err
	}
	rec.kase = c
	for i := range c.Acts {
		if c.Acts[i].Envelope.Version == rec.Version {
			rec.act = &c.Acts[i]
		}
	}
	return nil
}

// mayReadEntry judges a register event by action or by the unit that its values name.
func (d *Desk) mayReadEntry(who *identity.Principal, dir *register.Directory, name string, env ledger.Envelope) bool {
	if mayKeep(who, name) || who.Admin == identity.Auditor {
		return true
	}
	decl, err := d.Registers.Declaration(name)
	if err != nil {
		return false
	}
	var p register.Payload
	if json.Unmarshal(env.Payload, &p) != nil {
		return false
	}
	unit := gov.UnitID(p.Data[decl.Scope])
	if name == register.Units {
		unit = gov.UnitID(p.Key)
	}
	own, ok1 := dir.Unit(who.Actor.Unit)
	of, ok2 := dir.Unit(unit)
	return ok1 && ok2 && strings.HasPrefix(of.Path, own.Path)
}

// mayKeep reports that the reader edits or approves a register.
func mayKeep(who *identity.Principal, name string) bool {
	return who.Access.MayAction(identity.EditRegister(name), "") || who.Access.MayAction(identity.ApproveRegister(name), "")
}

// recordsView finds a record by its number and tells how the ledger stands.
type recordsView struct {
	Number string
	Error  string
	Defs   []web.Def
	Note   string
}

func (d *Desk) records(w http.ResponseWriter, r *http.Request) error {
	v := recordsView{Number: strings.TrimPrefix(strings.TrimSpace(r.URL.Query().Get("number")), "#")}
	if v.Number != "" {
		if n, err := strconv.ParseInt(v.Number, 10, 64); err == nil && n >= 0 {
			return d.Site.Redirect(w, r, recordURL(n), nil)
		}
		v.Error = "记录号是一个数，例如 18201"
	}
	var head ledgersql.Head
	err := d.DB.Read(r.Context(), func(tx *sqldb.Tx) (err error) {
		head, _, err = ledgersql.ReadHead(tx)
		return err
	})
	if err != nil {
		return err
	}
	v.Defs = []web.Def{{Term: "账本", Text: head.Origin}, {Term: "已入账记录", Text: fmt.Sprintf("%d 条", head.Size)},
		{Term: "根摘要", Body: web.Digest("根摘要", hex.EncodeToString(head.Root[:]))},
		{Term: "账本公钥", Text: d.Signer.VKey()}}
	if d.Status != nil {
		v.Defs = append(v.Defs, sealing(d.Status())...)
	}
	v.Note = string(head.Note)
	return web.OK(w, r, recordsPage(d.shell(w, r, "记录", navRecords), v))
}

// sealing tells how the ledger fares: when it was last sealed, and up to where the
// witnesses (存证单位) have seen it.
func sealing(s ledgersql.Status) []web.Def {
	var out []web.Def
	if s.Sealed != 0 {
		out = append(out, web.Def{Term: "最近入账", Text: web.LongTime(s.Sealed)})
	}
	switch {
	case s.CosignErr != nil:
		out = append(out, web.Def{Term: "存证单位", Text: fmt.Sprintf("未能副署，最近一次副署到第 %d 条", s.Cosigned)})
	case s.Cosigned > 0:
		out = append(out, web.Def{Term: "存证单位", Text: fmt.Sprintf("已副署到第 %d 条", s.Cosigned)})
	default:
		out = append(out, web.Def{Term: "存证单位", Text: "没有配置"})
	}
	if s.Err != nil {
		out = append(out, web.Def{Term: "入账", Text: "暂停，办理不受影响；请通知管理员"})
	}
	return out
}

// proofView is one record with its proof.
type proofView struct {
	Head     web.PageHead
	Act      *actView
	Words    []web.Def // of a record that is no act
	About    []web.Def
	Pretty   string
	Raw      string
	Proof    []web.Def
	Path     []string
	Note     string
	Short    string
	Number   int64
	Verified web.BadgeView
	Command  []string
	Case     *web.Button
}

func (d *Desk) recordPage(w http.ResponseWriter, r *http.Request) error {
	who, err := principal(r.Context())
	if err != nil {
		return err
	}
	rec, err := d.recordOf(r.Context(), who, r.PathValue("number"))
	if err != nil {
		return err
	}
	dir, err := d.directory(r.Context())
	if err != nil {
		return err
	}
	v := proofView{Number: rec.Index, Raw: string(rec.Body),
		Head: web.PageHead{Kind: "记录", Title: fmt.Sprintf("第 %d 号记录", rec.Index)}}
	var pretty bytes.Buffer
	if json.Indent(&pretty, rec.Body, "", "  ") == nil {
		v.Pretty = pretty.String()
	}
	d.tell(rec, dir, &v)
	d.prove(r.Context(), rec, &v)
	s := d.shell(w, r, v.Head.Title, navRecords)
	s.Crumbs = []web.Crumb{{Label: "记录", Href: navRecords}, {Label: v.Head.Title}}
	if rec.kase != nil {
		s.Crumbs = []web.Crumb{{Label: "案件", Href: navCases}, {Label: rec.kase.Row.Title, Href: caseURL(rec.kase.Row.ID)}, {Label: v.Head.Title}}
	}
	return web.OK(w, r, recordPage(s, v))
}

// tell says in words what was recorded.
func (d *Desk) tell(rec *sealedRecord, dir *register.Directory, v *proofView) {
	env := rec.env
	occurred := web.LongTime(env.Occurred)
	if env.Occurred == env.Occurred.Day().Start() {
		occurred = web.LongDay(env.Occurred.Day())
	}
	v.About = []web.Def{{Term: "记录时间", Text: web.LongTime(env.Recorded)}, {Term: "发生时间", Text: occurred},
		{Term: "记录人", Text: actorName(dir, env.Actor)}, {Term: "种类", Text: kindName(env.Kind)},
		{Term: "编号", Body: wholeHash(env.ID)}, {Term: "所属", Body: wholeHash(fmt.Sprintf("%s · %d", rec.Stream, rec.Version))}}
	switch {
	case rec.act != nil:
		a := viewAct(rec.kase, *rec.act, proof{index: -1})
		a.Notes = append(alsoDid(rec.kase, *rec.act, clocksBefore(rec.kase)[rec.Version]), a.Notes...)
		v.Act, v.Head.Note = &a, a.Text
		v.Case = &web.Button{Text: "回到案件", Icon: web.IconArrowLeft, Href: caseURL(rec.kase.Row.ID)}
	case register.Of(rec.Stream) != "":
		v.Words = d.registerWords(rec, v)
	case env.Kind == docket.KindKnock:
		v.Head.Note = "一次被必经程序拒绝的办理"
		var k docket.Knock
		if json.Unmarshal(env.Payload, &k) == nil {
			rules := make([]string, len(k.Rule))
			for i := range k.Rule {
				rules[i] = string(k.Rule[i])
			}
			v.Words = []web.Def{{Term: "案件号", Text: string(k.Case)}, {Term: "环节", Text: string(k.Step)},
				{Term: "拒绝的规则", Text: strings.Join(rules, "、")}, {Term: "同一窗口内重复", Text: fmt.Sprint(k.Repeats)}}
		}
	}
}

// kindName says what kind of record an event is.
func kindName(kind string) string {
	switch kind {
	case docket.KindOpen:
		return "启动案件"
	case docket.KindAct:
		return "办理"
	case docket.KindRecord:
		return "补录"
	case docket.KindExpire:
		return "期限届满"
	case docket.KindCorrect:
		return "更正"
	case docket.KindRedate:
		return "重新推算期限"
	case docket.KindTransition:
		return "转入新版程序"
	case docket.KindVoid:
		return "撤销登记"
	case docket.KindKnock:
		return "被拒绝的办理"
	case docket.KindRead:
		return "查阅受保护的材料"
	case register.KindSet:
		return "台账登记"
	case register.KindEnd:
		return "台账终止登记"
	}
	return kind
}

func (d *Desk) registerWords(rec *sealedRecord, v *proofView) []web.Def {
	var p register.Payload
	decl, err := d.Registers.Declaration(register.Of(rec.Stream))
	if err != nil || json.Unmarshal(rec.env.Payload, &p) != nil {
		return nil
	}
	verb := "登记"
	if rec.env.Kind == register.KindEnd {
		verb = "终止登记"
	}
	v.Head.Note = decl.Name + "：" + verb + "“" + p.Key + "”"
	v.Case = &web.Button{Text: "看这一条", Icon: web.IconBooks, Href: entryURL(decl.Register, p.Key)}
	out := []web.Def{{Term: decl.KeyLabel, Text: p.Key}, {Term: "自", Text: web.LongDay(p.From)}}
	if !p.To.IsZero() {
		out = append(out, web.Def{Term: "至（不含）", Text: web.LongDay(p.To)})
	}
	for _, f := range decl.Fields {
		text := p.Data[f.Name]
		if f.Personal {
			if _, ok := rec.env.Private[f.Name]; ok {
				text = "〔个人信息，记录中只有加盐摘要〕"
			}
		}
		if text != "" {
			out = append(out, web.Def{Term: f.Label, Text: text})
		}
	}
	return append(out, web.Def{Term: "理由", Text: p.Reason})
}

// prove makes the receipt anew and shows its parts. A record that does not verify gets no
// receipt; the page says so in red.
func (d *Desk) prove(ctx context.Context, rec *sealedRecord, v *proofView) {
	receipt, err := ledgersql.Receipt(ctx, d.DB, d.Tiles, d.Signer, rec.ID)
	if err != nil {
		v.Verified = web.BadgeView{Tone: web.Late, Text: web.ProblemOf(err).Title}
		if e := web.ProblemOf(err); e.Detail != "" {
			v.Verified.Text = e.Detail
		}
		if gov.KindOf(err) == gov.Fault {
			v.Verified.Text = "这条记录与账本不符，不能出具回执，请通知管理员核验"
		}
		return
	}
	c, err := ledger.PeekCheckpoint(receipt.Checkpoint)
	if err != nil {
		return
	}
	v.Verified = web.BadgeView{Tone: web.Met, Text: "记录已核验"}
	leaf := ledger.Commit(rec.Salt, rec.Body).LeafHash()
	v.Proof = []web.Def{{Term: "记录号", Text: fmt.Sprint(receipt.Index)}, {Term: "叶摘要", Body: wholeHash(leafHex(leaf))},
		{Term: "盐", Body: wholeHash(hex.EncodeToString(rec.Salt))},
		{Term: "账本大小", Text: fmt.Sprintf("%d 条", c.Size)}, {Term: "根摘要", Body: wholeHash(hex.EncodeToString(c.Root[:]))}}
	for _, h := range receipt.Proof {
		v.Path = append(v.Path, leafHex(h))
	}
	v.Note, v.Short = string(receipt.Checkpoint), receipt.Short()
	v.Command = []string{"zhunsheng-verify receipt", "  --key '" + d.Signer.VKey() + "'", "  " + receiptName(rec.Index)}
}

func receiptName(n int64) string { return fmt.Sprintf("record-%d%s", n, ledger.ReceiptSuffix) }

// recordReceipt sends the receipt (存证回执), a tlog-proof file.
func (d *Desk) recordReceipt(w http.ResponseWriter, r *http.Request) error {
	rec, receipt, err := d.receiptOf(r)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", attachment(receiptName(rec.Index)))
	_, _ = w.Write(receipt.Encode()) // the reader is gone when this fails
	return nil
}

func (d *Desk) receiptOf(r *http.Request) (*sealedRecord, *ledger.Receipt, error) {
	who, err := principal(r.Context())
	if err != nil {
		return nil, nil, err
	}
	rec, err := d.recordOf(r.Context(), who, r.PathValue("number"))
	if err != nil {
		return nil, nil, err
	}
	receipt, err := ledgersql.Receipt(r.Context(), d.DB, d.Tiles, d.Signer, rec.ID)
	return rec, receipt, err
}

// recordBody sends the exact bytes that were sealed.
func (d *Desk) recordBody(w http.ResponseWriter, r *http.Request) error {
	who, err := principal(r.Context())
	if err != nil {
		return err
	}
	rec, err := d.recordOf(r.Context(), who, r.PathValue("number"))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", attachment(fmt.Sprintf("record-%d.json", rec.Index)))
	_, _ = w.Write(rec.Body) // the reader is gone when this fails
	return nil
}

// recordQR is the short receipt as a picture, for printed pages.
func (d *Desk) recordQR(w http.ResponseWriter, r *http.Request) error {
	_, receipt, err := d.receiptOf(r)
	if err != nil {
		return err
	}
	code, err := qr.Encode(receipt.Short(), qr.M)
	if err != nil {
		return fmt.Errorf("desk: qr of record %d: %w", receipt.Index, err)
	}
	code.Scale = 4
	w.Header().Set("Content-Type", "image/png")
	_, _ = w.Write(code.PNG()) // the reader is gone when this fails
	return nil
}
