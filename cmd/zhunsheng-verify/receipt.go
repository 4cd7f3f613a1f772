package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"zhunsheng/gov"
	"zhunsheng/ledger"
)

// Trust is whose signatures count.
type Trust struct {
	Key        []string `required:"" help:"账本公钥（由发证机关公布），可以多次给出"`
	Witness    []string `help:"存证单位公钥，可以多次给出；给出的都必须已副署"`
	Quorum     int      `default:"-1" help:"至少要有几家存证单位副署，默认为全部"`
	Checkpoint string   `help:"早先保存的检查点文件，核对账本此后没有改写" type:"existingfile"`
}

func (t Trust) policy() (ledger.Policy, error) { return ledger.ParsePolicy(t.Key, t.Witness, t.Quorum) }

// old reads the earlier checkpoint, if one was given. It may be older than the witnesses,
// so only the log's own signature is asked of it.
func (t Trust) old() (c ledger.Checkpoint, given bool, err error) {
	if t.Checkpoint == "" {
		return c, false, nil
	}
	signed, err := os.ReadFile(t.Checkpoint)
	if err != nil {
		return c, false, err
	}
	p, err := ledger.ParsePolicy(t.Key, t.Witness, 0)
	if err != nil {
		return c, false, err
	}
	if c, _, err = p.Open(signed); err != nil {
		return c, false, &gov.Error{Kind: gov.Invalid, Text: "所给的早先检查点不能采信", Err: err}
	}
	return c, true, nil
}

// ReceiptCmd checks receipts.
type ReceiptCmd struct {
	Trust
	Tiles string   `help:"账本文件夹的副本；与 --checkpoint 一起用，核对回执与早先的检查点属于同一本账" type:"existingdir"`
	Full  bool     `help:"列出记录的全部内容"`
	Files []string `arg:"" name:"回执" help:"存证回执文件（.tlog-proof）" type:"existingfile"`
}

// Run prints what each receipt proves.
func (c *ReceiptCmd) Run(out io.Writer) error {
	policy, err := c.policy()
	if err != nil {
		return err
	}
	old, given, err := c.old()
	if err != nil {
		return err
	}
	bad := false
	for i, path := range c.Files {
		if i > 0 {
			fmt.Fprintln(out)
		}
		file, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		p, err := prove(file, policy)
		if err != nil {
			fmt.Fprintf(out, "✗ %s 不能通过核验：%s\n", path, sentence(err))
			bad = true
			continue
		}
		fmt.Fprintf(out, "✓ %s 通过核验\n", path)
		c.tell(out, p)
		if given {
			same, err := c.extends(p.Checkpoint, old)
			if err != nil {
				return err
			}
			bad = bad || !same
			tellOld(out, p.Checkpoint, old, same)
		}
	}
	if bad {
		return errFound
	}
	return nil
}

func prove(file []byte, policy ledger.Policy) (*ledger.Proven, error) {
	r, err := ledger.ParseReceipt(file)
	if err != nil {
		return nil, err
	}
	return r.Verify(policy)
}

// extends finds out whether receipt and earlier checkpoint are of one history. Two sizes
// alone do not tell; the tiles between them do.
func (c *ReceiptCmd) extends(now, old ledger.Checkpoint) (bool, error) {
	switch {
	case now.Origin != old.Origin:
		return false, nil
	case now.Size == old.Size:
		return now.Root == old.Root, nil
	case c.Tiles == "":
		return false, gov.Errorf(gov.Invalid, "回执的检查点有 %d 条记录，早先的有 %d 条：只凭两者不能判定是否同一本账，请用 --tiles 给出账本文件夹的副本", now.Size, old.Size)
	}
	small, large := old, now
	if now.Size < old.Size {
		small, large = now, old
	}
	proof, err := ledger.ProveGrowth(folder(c.Tiles), large, small.Size)
	if err != nil {
		return false, &gov.Error{Kind: gov.Invalid, Text: "账本文件夹的副本与检查点不符，或不完整", Err: err}
	}
	return ledger.CheckGrowth(proof, small, large) == nil, nil
}

func tellOld(out io.Writer, now, old ledger.Checkpoint, same bool) {
	if same {
		fmt.Fprintf(out, "  与早先的检查点（%d 条）同属一本账，其间没有改写\n", old.Size)
	} else {
		fmt.Fprintf(out, "✗ 与早先的检查点（%s，%d 条）不是同一本账：历史被改写过\n", old.Origin, old.Size)
	}
}

// kinds are what people call the kinds of records.
var kinds = map[string]string{
	"case.open":      "启动案件",
	"case.act":       "办理",
	"case.record":    "补录（事情发生在系统之外，事后登记）",
	"case.expire":    "期限届满",
	"access.refused": "被程序拒绝的办理",
	"access.read":    "查阅受保护的材料",
}

func (c *ReceiptCmd) tell(out io.Writer, p *ledger.Proven) {
	e := p.Envelope
	line := func(name, text string) { fmt.Fprintf(out, "  %s  %s\n", name, printable(text)) }
	line("账本    ", p.Checkpoint.Origin)
	line("记录号  ", fmt.Sprintf("%d（检查点共 %d 条记录）", p.Index, p.Checkpoint.Size))
	line("记录时间", e.Recorded.String())
	if !e.Occurred.IsZero() {
		line("事实时间", e.Occurred.String())
	}
	line("办理人  ", actor(e.Actor))
	kind := e.Kind
	if name := kinds[e.Kind]; name != "" {
		kind = name + "（" + e.Kind + "）"
	}
	line("种类    ", kind)
	if step, outcome := stepOf(e.Payload); step != "" {
		line("环节    ", step)
		if outcome != "" {
			line("办理结果", outcome)
		}
	}
	line("所属    ", fmt.Sprintf("%s，第 %d 项", e.Stream, e.Version))
	line("事件编号", e.ID)
	for _, w := range p.Cosigned {
		line("存证单位", fmt.Sprintf("%s 于 %s 副署", w.Witness, w.At()))
	}
	if len(p.Cosigned) == 0 {
		line("存证单位", "未核对（用 --witness 给出存证单位公钥）")
	}
	if len(e.Private) > 0 {
		line("个人信息", fmt.Sprintf("%d 项，记录中只有加盐摘要", len(e.Private)))
	}
	fmt.Fprintln(out, "  内容")
	content(out, e.Payload, c.Full)
}

// stepOf finds step and outcome in what a case event or a refused attempt says. It knows
// no more of the payload than that: records of any kind and age can be shown.
func stepOf(payload json.RawMessage) (step, outcome string) {
	var p struct {
		Step    string `json:"step"`
		Effects struct {
			Step  string `json:"step"`
			State struct {
				Outcome string `json:"outcome"`
			} `json:"state"`
		} `json:"effects"`
	}
	if json.Unmarshal(payload, &p) != nil {
		return "", ""
	}
	if p.Effects.Step != "" {
		return p.Effects.Step, p.Effects.State.Outcome
	}
	return p.Step, ""
}

func actor(a gov.Actor) string {
	if a == gov.System {
		return "系统（无人经手）"
	}
	var of []string
	if a.Unit != "" {
		of = append(of, "单位 "+string(a.Unit))
	}
	if a.Post != "" {
		of = append(of, "岗位 "+string(a.Post))
	}
	if a.OnBehalf != "" {
		of = append(of, "代 "+string(a.OnBehalf))
	}
	if len(of) == 0 {
		return string(a.Person)
	}
	return string(a.Person) + "（" + strings.Join(of, "，") + "）"
}

// shownLines is how much of a record is printed without --full.
const shownLines = 40

func content(out io.Writer, payload json.RawMessage, full bool) {
	var b bytes.Buffer
	if err := json.Indent(&b, payload, "    ", "  "); err != nil {
		b.Reset()
		b.Write(payload)
	}
	lines := strings.Split(b.String(), "\n")
	rest := 0
	if !full && len(lines) > shownLines {
		lines, rest = lines[:shownLines], len(lines)-shownLines
	}
	for i, l := range lines {
		if i == 0 {
			l = "    " + l
		}
		fmt.Fprintln(out, printable(l))
	}
	if rest > 0 {
		fmt.Fprintf(out, "    ……其余 %d 行用 --full 列出\n", rest)
	}
}

// printable keeps what somebody wrote into a record from steering the reader's terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return '�'
		}
		return r
	}, s)
}

func sentence(err error) string {
	var e *gov.Error
	if errors.As(err, &e) {
		return e.Text
	}
	return err.Error()
}
