package ledger

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"zhunsheng/gov"
)

// Receipt is the proof that a record stands in the log (存证回执): a tlog-proof file
// whose extra data is the record's Disclosure, so that it can be checked without us.
type Receipt struct {
	Index      int64
	Disclosure []byte // what opens the entry, see OpenDisclosure
	Proof      []Hash
	Checkpoint []byte // the signed note, with the cosignatures there were
}

// ReceiptSuffix ends the name of a receipt's file.
const ReceiptSuffix = ".tlog-proof"

const (
	proofHeader  = "c2sp.org/tlog-proof@v1\n"
	maxProof     = 63
	maxReceipt   = 2*MaxBody + 2*MaxNote
	shortVersion = "ZS1"
)

// Encode writes the tlog-proof file.
func (r *Receipt) Encode() []byte {
	var b bytes.Buffer
	b.WriteString(proofHeader)
	fmt.Fprintf(&b, "extra %s\nindex %d\n", base64.StdEncoding.EncodeToString(r.Disclosure), r.Index)
	for _, h := range r.Proof {
		b.WriteString(base64.StdEncoding.EncodeToString(h[:]) + "\n")
	}
	b.WriteByte('\n')
	b.Write(r.Checkpoint)
	return b.Bytes()
}

// ParseReceipt reads a tlog-proof file. It proves nothing before Verify.
func ParseReceipt(file []byte) (*Receipt, error) {
	r, err := parseReceipt(file)
	if err != nil {
		return nil, &gov.Error{Kind: gov.Invalid, Text: "这不是一份完整的存证回执文件，请确认下载完整、未经编辑", Err: err}
	}
	return r, nil
}

func parseReceipt(file []byte) (*Receipt, error) {
	if len(file) > maxReceipt {
		return nil, errors.New("too long")
	}
	head, signed, ok := strings.Cut(string(file), "\n\n")
	if !ok {
		return nil, errors.New("no checkpoint")
	}
	rest, ok := strings.CutPrefix(head+"\n", proofHeader)
	if !ok {
		return nil, errors.New("no tlog-proof header")
	}
	lines := strings.Split(strings.TrimSuffix(rest, "\n"), "\n")
	if len(lines) < 2 || len(lines) > 2+maxProof {
		return nil, errors.New("wrong number of lines")
	}
	extra, ok1 := strings.CutPrefix(lines[0], "extra ")
	index, ok2 := strings.CutPrefix(lines[1], "index ")
	if !ok1 || !ok2 {
		return nil, errors.New("no extra data or index")
	}
	r := &Receipt{Checkpoint: []byte(signed)}
	var err error
	if r.Disclosure, err = base64.StdEncoding.DecodeString(extra); err != nil {
		return nil, fmt.Errorf("extra data: %w", err)
	}
	if r.Index, err = strconv.ParseInt(index, 10, 64); err != nil || r.Index < 0 {
		return nil, errors.New("bad index")
	}
	for _, l := range lines[2:] {
		h, err := base64.StdEncoding.DecodeString(l)
		if err != nil || len(h) != len(Hash{}) {
			return nil, errors.New("bad proof line")
		}
		r.Proof = append(r.Proof, Hash(h))
	}
	// Only the one way of writing is a receipt: no spare zeros, padding bits or line ends.
	if !bytes.Equal(r.Encode(), file) {
		return nil, errors.New("not in canonical form")
	}
	return r, nil
}

// Proven is what a verified receipt proves.
type Proven struct {
	Envelope   Envelope
	Body       []byte // the exact bytes of the record
	Index      int64  // the record number
	Checkpoint Checkpoint
	Cosigned   []Cosignature // the policy's witnesses that saw the checkpoint
}

// Verify checks the receipt from the signatures down to the record.
func (r *Receipt) Verify(p Policy) (*Proven, error) {
	c, cosigned, err := p.Open(r.Checkpoint)
	if err != nil {
		return nil, err
	}
	salt, body, err := OpenDisclosure(r.Disclosure)
	if err != nil {
		return nil, &gov.Error{Kind: gov.Invalid, Text: "回执中没有记录的内容", Err: err}
	}
	if r.Index >= c.Size {
		return nil, gov.Errorf(gov.Invalid, "回执所称的记录号 %d 不在检查点的 %d 条记录之内", r.Index, c.Size)
	}
	if err := tlog.CheckRecord(r.Proof, c.Size, c.Root, r.Index, Commit(salt, body).LeafHash()); err != nil {
		return nil, &gov.Error{Kind: gov.Invalid, Text: fmt.Sprintf("回执中的记录与第 %d 号记录不符：内容、序号或证明路径被改动过", r.Index), Err: err}
	}
	e, err := DecodeEnvelope(body)
	if err != nil {
		return nil, &gov.Error{Kind: gov.Invalid, Text: "记录确在账本中，但本程序读不懂它的格式，请换用较新的核验程序", Err: err}
	}
	return &Proven{Envelope: e, Body: body, Index: r.Index, Checkpoint: c, Cosigned: cosigned}, nil
}

// Short is one line that names the record for a QR code or a printed page: form, origin,
// record number, leaf hash. It proves nothing by itself; it finds the record again and
// shows whether it is still the same.
func (r *Receipt) Short() string {
	origin := ""
	if c, err := PeekCheckpoint(r.Checkpoint); err == nil {
		origin = c.Origin
	}
	leaf := Entry(sha256Sum(r.Disclosure)).LeafHash()
	return fmt.Sprintf("%s %s %d %s", shortVersion, origin, r.Index, hex.EncodeToString(leaf[:]))
}
