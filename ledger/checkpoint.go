package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"zhunsheng/gov"
)

// Checkpoint is the state of a log at one size (检查点), the text of a signed note as in
// tlog-checkpoint. Its root commits to every entry before it.
type Checkpoint struct {
	Origin string
	Size   int64
	Root   Hash
	// Extension is empty or whole lines; we write none and accept those of others.
	Extension string
}

// MaxNote bounds a signed checkpoint.
const MaxNote = 1 << 16

// String is the exact text that is signed.
func (c Checkpoint) String() string {
	return c.Origin + "\n" + strconv.FormatInt(c.Size, 10) + "\n" + base64.StdEncoding.EncodeToString(c.Root[:]) + "\n" + c.Extension
}

// ParseCheckpoint reads the text of a checkpoint, without signatures.
func ParseCheckpoint(text string) (Checkpoint, error) {
	bad := errors.New("ledger: malformed checkpoint")
	if len(text) > MaxNote || !strings.HasSuffix(text, "\n") {
		return Checkpoint{}, bad
	}
	f := strings.SplitN(text, "\n", 4)
	if len(f) != 4 || f[0] == "" {
		return Checkpoint{}, bad
	}
	c := Checkpoint{Origin: f[0], Extension: f[3]}
	size, err := strconv.ParseInt(f[1], 10, 64)
	if err != nil || size < 0 {
		return Checkpoint{}, bad
	}
	root, err := base64.StdEncoding.DecodeString(f[2])
	if err != nil || len(root) != len(c.Root) {
		return Checkpoint{}, bad
	}
	c.Size, c.Root = size, Hash(root)
	if strings.HasPrefix(c.Extension, "\n") || strings.Contains(c.Extension, "\n\n") || c.String() != text {
		return Checkpoint{}, bad
	}
	return c, nil
}

// PeekCheckpoint reads the checkpoint in a signed note without checking any signature,
// for messages and for finding out which log is meant.
func PeekCheckpoint(signed []byte) (Checkpoint, error) {
	text, _, ok := bytes.Cut(signed, []byte("\n\n"))
	if !ok || len(signed) > MaxNote {
		return Checkpoint{}, errors.New("ledger: no signed checkpoint")
	}
	return ParseCheckpoint(string(text) + "\n")
}

// SignCheckpoint makes the signed note. The signer's name must be the origin.
func SignCheckpoint(c Checkpoint, s Signer) ([]byte, error) {
	if s.Name() != c.Origin {
		return nil, fmt.Errorf("ledger: signer %q cannot sign for origin %q", s.Name(), c.Origin)
	}
	return note.Sign(&note.Note{Text: c.String()}, s)
}

// Cosignature tells which witness saw a checkpoint, and when.
type Cosignature struct {
	Witness string
	Seconds int64 // since 1970
}

// At is the instant of the cosignature by the witness's clock.
func (c Cosignature) At() gov.Instant { return gov.Instant(c.Seconds * 1e6) }

// Policy says whose signatures make a checkpoint believed.
type Policy struct {
	Logs      []note.Verifier // one of them must have signed, and its name must be the origin
	Witnesses []note.Verifier
	Quorum    int // how many of the witnesses must have cosigned
}

// ParsePolicy reads the keys of a policy. When quorum is negative all witnesses must sign.
func ParsePolicy(logs, witnesses []string, quorum int) (Policy, error) {
	p := Policy{Quorum: quorum}
	if len(logs) == 0 {
		return p, gov.Errorf(gov.Invalid, "没有给出账本公钥")
	}
	for _, k := range logs {
		v, err := ParseLogKey(k)
		if err != nil {
			return p, err
		}
		p.Logs = append(p.Logs, v)
	}
	for _, k := range witnesses {
		v, err := ParseWitnessKey(k)
		if err != nil {
			return p, err
		}
		p.Witnesses = append(p.Witnesses, v)
	}
	if quorum < 0 {
		p.Quorum = len(witnesses)
	}
	if p.Quorum > len(witnesses) {
		return p, gov.Errorf(gov.Invalid, "要求 %d 家存证单位签名，但只给出了 %d 个公钥", quorum, len(witnesses))
	}
	return p, nil
}

// Open checks a signed checkpoint and tells which of the policy's witnesses cosigned it.
func (p Policy) Open(signed []byte) (Checkpoint, []Cosignature, error) {
	if len(signed) > MaxNote {
		return Checkpoint{}, nil, gov.Errorf(gov.Invalid, "检查点过长")
	}
	if !strictSignatures(signed) {
		return Checkpoint{}, nil, gov.Errorf(gov.Invalid, "检查点的签名行被改动过")
	}
	known := append(append([]note.Verifier(nil), p.Logs...), p.Witnesses...)
	n, err := note.Open(signed, note.VerifierList(known...))
	var unverified *note.UnverifiedNoteError
	var invalid *note.InvalidSignatureError
	switch {
	case errors.As(err, &unverified):
		return Checkpoint{}, nil, gov.Errorf(gov.Invalid, "检查点上没有所给公钥的签名")
	case errors.As(err, &invalid):
		return Checkpoint{}, nil, gov.Errorf(gov.Invalid, "检查点上“%s”的签名无效", invalid.Name)
	case err != nil:
		return Checkpoint{}, nil, &gov.Error{Kind: gov.Invalid, Text: "检查点格式不正确", Err: err}
	}
	c, err := ParseCheckpoint(n.Text)
	if err != nil {
		return Checkpoint{}, nil, &gov.Error{Kind: gov.Invalid, Text: "检查点格式不正确", Err: err}
	}
	if !signedBy(n.Sigs, p.Logs, c.Origin) {
		return Checkpoint{}, nil, gov.Errorf(gov.Invalid, "检查点没有账本“%s”自己的签名", c.Origin)
	}
	var co []Cosignature
	for _, w := range p.Witnesses {
		for _, s := range n.Sigs {
			if s.Name == w.Name() && s.Hash == w.KeyHash() {
				co = append(co, Cosignature{Witness: s.Name, Seconds: cosignatureSeconds(s)})
			}
		}
	}
	if len(co) < p.Quorum {
		return Checkpoint{}, nil, gov.Errorf(gov.Invalid, "检查点只有 %d 家存证单位签名，要求 %d 家", len(co), p.Quorum)
	}
	return c, co, nil
}

// strictSignatures refuses base64 with stray padding bits, which note.Open lets pass: one
// signed note has one spelling.
func strictSignatures(signed []byte) bool {
	_, lines, _ := bytes.Cut(signed, []byte("\n\n"))
	for line := range bytes.Lines(lines) {
		at := bytes.LastIndexByte(line, ' ')
		if _, err := base64.StdEncoding.Strict().DecodeString(string(bytes.TrimSuffix(line[at+1:], []byte("\n")))); err != nil {
			return false
		}
	}
	return true
}

func signedBy(sigs []note.Signature, keys []note.Verifier, origin string) bool {
	for _, k := range keys {
		for _, s := range sigs {
			if s.Name == k.Name() && s.Hash == k.KeyHash() && k.Name() == origin {
				return true
			}
		}
	}
	return false
}

func cosignatureSeconds(s note.Signature) int64 {
	b, err := base64.StdEncoding.DecodeString(s.Base64)
	if err != nil || len(b) < 12 {
		return 0
	}
	return int64(binary.BigEndian.Uint64(b[4:12]))
}

// AddSignatures puts signature lines under a signed note. A line by a key that has signed
// already takes the place of the older one: a witness may sign again later. It checks the
// form only; whoever collected the lines has checked the signatures.
func AddSignatures(signed, lines []byte) []byte {
	text, old, _ := bytes.Cut(signed, []byte("\n\n"))
	fresh := map[string]bool{}
	var add []byte
	for line := range bytes.Lines(lines) {
		if key, ok := signatureKey(line); ok && !fresh[key] {
			fresh[key] = true
			add = append(add, line...)
		}
	}
	out := append(bytes.Clone(text), "\n\n"...)
	for line := range bytes.Lines(old) {
		if key, ok := signatureKey(line); !ok || !fresh[key] {
			out = append(out, line...)
		}
	}
	return append(out, add...)
}

// signatureKey is name and key id of a signature line.
func signatureKey(line []byte) (string, bool) {
	rest, ok := bytes.CutPrefix(line, []byte("— "))
	name, sig, ok2 := bytes.Cut(bytes.TrimSuffix(rest, []byte("\n")), []byte(" "))
	b, err := base64.StdEncoding.DecodeString(string(sig))
	if !ok || !ok2 || err != nil || len(b) < 4 || !bytes.HasSuffix(line, []byte("\n")) {
		return "", false
	}
	return string(name) + string(b[:4]), true
}

func sha256Sum(parts ...[]byte) [sha256.Size]byte {
	h := sha256.New()
	for _, p := range parts {
		h.Write(p)
	}
	return [sha256.Size]byte(h.Sum(nil))
}
