package ledger

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"zhunsheng/gov"
)

// Signer signs checkpoints for a log. Its name is the log's origin. Whoever holds the key
// can sign a false history; witnesses are there for that.
type Signer interface {
	note.Signer
	// VKey is the public key in the text form of signed-note, to be published on paper too.
	VKey() string
}

type signer struct {
	note.Signer
	vkey string
	seed []byte
}

func (s *signer) VKey() string { return s.vkey }

// GenerateKey makes a key in the text form of signed-note
// (PRIVATE+KEY+name+hash+base64). random must be secure.
func GenerateKey(random io.Reader, name string) (skey string, err error) {
	if !ValidName(name) {
		return "", gov.Errorf(gov.Invalid, "名称“%s”不能用于密钥：不得为空，不得含空格和加号", name)
	}
	skey, _, err = note.GenerateKey(random, name)
	return skey, err
}

// ValidName reports whether a key, and so an origin, may have this name.
func ValidName(name string) bool {
	return name != "" && len(name) < 200 && strings.IndexFunc(name, func(r rune) bool {
		return r <= ' ' || r == '+' || r == 0x7f || r >= 0x80
	}) < 0
}

// ParseSigner reads a private key that GenerateKey made.
func ParseSigner(skey string) (Signer, error) { return parseSigner(skey) }

func parseSigner(skey string) (*signer, error) {
	s, err := note.NewSigner(strings.TrimSpace(skey))
	if err != nil {
		return nil, fmt.Errorf("ledger: private key: %w", err)
	}
	// note.NewSigner has checked the form: PRIVATE+KEY+name+hash+base64, where the base64
	// itself may hold plus signs.
	parts := strings.SplitN(strings.TrimSpace(skey), "+", 5)
	key, err := base64.StdEncoding.DecodeString(parts[4])
	if err != nil || len(key) != 1+ed25519.SeedSize {
		return nil, fmt.Errorf("ledger: private key: wrong length")
	}
	seed := key[1:]
	vkey, err := note.NewEd25519VerifierKey(s.Name(), ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey))
	if err != nil {
		return nil, err
	}
	return &signer{Signer: s, vkey: vkey, seed: seed}, nil
}

// algCosignature is the key type of cosignature/v1 in signed-note.
const algCosignature = 4

// Cosigner signs other logs' checkpoints for a witness (存证单位), as tlog-cosignature.
type Cosigner struct {
	name string
	key  ed25519.PrivateKey
}

// ParseCosigner reads a private key that GenerateKey made and uses it for cosignatures.
// The key type is part of the key id, so it is another key than the one ParseSigner reads.
func ParseCosigner(skey string) (*Cosigner, error) {
	s, err := parseSigner(skey)
	if err != nil {
		return nil, err
	}
	return &Cosigner{name: s.Name(), key: ed25519.NewKeyFromSeed(s.seed)}, nil
}

func (c *Cosigner) public() []byte {
	return append([]byte{algCosignature}, c.key.Public().(ed25519.PublicKey)...)
}

// VKey is the witness's public key in text form.
func (c *Cosigner) VKey() string {
	pub := c.public()
	return fmt.Sprintf("%s+%08x+%s", c.name, keyID(c.name, pub), base64.StdEncoding.EncodeToString(pub))
}

// Cosign gives the signature line over a checkpoint's text: "as of this second, this is
// the largest consistent tree that I have seen of this log".
func (c *Cosigner) Cosign(checkpoint Checkpoint, at gov.Instant) []byte {
	seconds := uint64(max(at, 0)) / 1e6
	sig := binary.BigEndian.AppendUint32(nil, keyID(c.name, c.public()))
	sig = binary.BigEndian.AppendUint64(sig, seconds)
	sig = append(sig, ed25519.Sign(c.key, cosigned(seconds, checkpoint.String()))...)
	return fmt.Appendf(nil, "— %s %s\n", c.name, base64.StdEncoding.EncodeToString(sig))
}

func cosigned(seconds uint64, text string) []byte {
	return fmt.Appendf(nil, "cosignature/v1\ntime %d\n%s", seconds, text)
}

// keyID is the key id of signed-note.
func keyID(name string, key []byte) uint32 {
	sum := sha256Sum([]byte(name), []byte("\n"), key)
	return binary.BigEndian.Uint32(sum[:])
}

// cosignatureVerifier checks cosignature/v1.
type cosignatureVerifier struct {
	name string
	id   uint32
	key  ed25519.PublicKey
}

func (v *cosignatureVerifier) Name() string    { return v.name }
func (v *cosignatureVerifier) KeyHash() uint32 { return v.id }

func (v *cosignatureVerifier) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	if _, err := ParseCheckpoint(string(msg)); err != nil {
		return false // a witness signs checkpoints only
	}
	return ed25519.Verify(v.key, cosigned(binary.BigEndian.Uint64(sig), string(msg)), sig[8:])
}

// ParseWitnessKey reads the public key of a witness.
func ParseWitnessKey(vkey string) (note.Verifier, error) {
	bad := gov.Errorf(gov.Invalid, "存证单位公钥“%s”格式不正确", vkey)
	name, rest, _ := strings.Cut(strings.TrimSpace(vkey), "+")
	id16, key64, _ := strings.Cut(rest, "+")
	id, err1 := strconv.ParseUint(id16, 16, 32)
	key, err2 := base64.StdEncoding.DecodeString(key64)
	if err1 != nil || err2 != nil || len(id16) != 8 || !ValidName(name) || len(key) != 1+ed25519.PublicKeySize ||
		key[0] != algCosignature || keyID(name, key) != uint32(id) {
		return nil, bad
	}
	return &cosignatureVerifier{name: name, id: uint32(id), key: key[1:]}, nil
}

// ParseLogKey reads the public key of a log.
func ParseLogKey(vkey string) (note.Verifier, error) {
	v, err := note.NewVerifier(strings.TrimSpace(vkey))
	if err != nil {
		return nil, gov.Errorf(gov.Invalid, "账本公钥“%s”格式不正确", vkey)
	}
	return v, nil
}
