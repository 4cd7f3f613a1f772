package witness

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"

	"zhunsheng/gov"
	"zhunsheng/ledger"
)

// Client asks one witness for cosignatures.
type Client struct {
	url  string
	key  note.Verifier
	http *http.Client
	now  func() time.Time

	mu   sync.Mutex
	size int64 // of the newest checkpoint that the witness is known to have seen
	away error // why it could not be reached
	till time.Time
}

// A witness that is away must not delay the others at each checkpoint: one question takes
// askTimeout at most, and after a failed one nobody asks for awayRest.
const (
	askTimeout = 3 * time.Second
	awayRest   = 20 * time.Second
)

// NewClient is a client of the witness at a URL, whose public key is known beforehand.
func NewClient(address, vkey string) (*Client, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, gov.Errorf(gov.Invalid, "存证单位地址“%s”应以 http:// 或 https:// 开头", address)
	}
	key, err := ledger.ParseWitnessKey(vkey)
	if err != nil {
		return nil, err
	}
	// A redirect would send the question to somebody who was not configured.
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{url: strings.TrimRight(address, "/"), key: key, http: &http.Client{CheckRedirect: stay}, now: time.Now}, nil
}

// ParseClients reads witnesses written as URL=VKEY.
func ParseClients(specs []string) (Clients, error) {
	var all Clients
	for _, s := range specs {
		// A key holds plus signs and may end in "="; the URL ends at the first "=".
		address, vkey, ok := strings.Cut(s, "=")
		if !ok {
			return nil, gov.Errorf(gov.Invalid, "存证单位“%s”应写作 地址=公钥", s)
		}
		c, err := NewClient(address, vkey)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// Cosign implements what a sequencer asks of its witnesses. The lines it gives are
// checked signatures of this witness over this checkpoint; there are none when the
// checkpoint has one already.
func (c *Client) Cosign(ctx context.Context, signed []byte, prove func(old int64) ([]ledger.Hash, error)) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	cp, err := ledger.PeekCheckpoint(signed)
	if err != nil {
		return nil, err
	}
	if _, lines, _ := bytes.Cut(signed, []byte("\n\n")); c.has(signed, lines) {
		return nil, nil
	}
	if c.away != nil && c.now().Before(c.till) {
		return nil, c.away
	}
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	// The first answer may be how far the witness is; the second may differ from it only
	// when somebody else submits our checkpoints too.
	for range 3 {
		if c.size > cp.Size {
			return nil, gov.Errorf(gov.Conflict, "存证单位 %s 见过本账本 %d 条记录的检查点，现在只有 %d 条：账本退回了旧状态", c.key.Name(), c.size, cp.Size)
		}
		proof, err := prove(c.size)
		if err != nil {
			return nil, err
		}
		status, answer, err := c.post(ctx, request(c.size, proof, signed))
		switch {
		case err != nil:
			c.away = &gov.Error{Kind: gov.Unavailable, Text: fmt.Sprintf("存证单位 %s 联系不上", c.key.Name()), Err: err}
			c.till = c.now().Add(awayRest)
			return nil, c.away
		case status == http.StatusOK:
			line, err := c.accept(signed, answer)
			if err == nil {
				c.size, c.away = cp.Size, nil
			}
			return line, err
		case status == http.StatusConflict:
			size, err := strconv.ParseInt(strings.TrimSuffix(string(answer), "\n"), 10, 64)
			if err != nil || size < 0 {
				return nil, gov.Errorf(gov.Unavailable, "存证单位 %s 的答复不合格式", c.key.Name())
			}
			if size == c.size && size == cp.Size {
				return nil, c.forked(cp)
			}
			c.size = size
		case status == http.StatusUnprocessableEntity:
			return nil, c.forked(cp)
		default:
			return nil, gov.Errorf(gov.Unavailable, "存证单位 %s 拒绝：%d %s", c.key.Name(), status, bytes.TrimSpace(answer))
		}
	}
	return nil, gov.Errorf(gov.Unavailable, "存证单位 %s 的状态一直在变", c.key.Name())
}

func (c *Client) forked(cp ledger.Checkpoint) error {
	return gov.Errorf(gov.Conflict, "存证单位 %s 拒绝：%d 条记录的检查点不是它所见过的账本的延续，历史被改写过", c.key.Name(), cp.Size)
}

func request(old int64, proof []ledger.Hash, signed []byte) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "old %d\n", old)
	for _, h := range proof {
		b.WriteString(base64.StdEncoding.EncodeToString(h[:]) + "\n")
	}
	b.WriteByte('\n')
	b.Write(signed)
	return b.Bytes()
}

func (c *Client) post(ctx context.Context, body []byte) (status int, answer []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url+"/add-checkpoint", bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Content-Type", "text/plain; charset=utf-8")
	res, err := c.http.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(res.Body, ledger.MaxNote))
	return res.StatusCode, answer, err
}

// accept takes the signature lines that are really this witness's. Lines of unknown keys
// are ignored, as tlog-witness demands.
func (c *Client) accept(signed, lines []byte) ([]byte, error) {
	text, _, _ := bytes.Cut(signed, []byte("\n\n"))
	n, err := note.Open(append(append(bytes.Clone(text), "\n\n"...), lines...), note.VerifierList(c.key))
	if err != nil {
		return nil, gov.Errorf(gov.Unavailable, "存证单位 %s 给出的签名无效", c.key.Name())
	}
	var out []byte
	for _, s := range n.Sigs {
		out = fmt.Appendf(out, "— %s %s\n", s.Name, s.Base64)
	}
	return out, nil
}

func (c *Client) has(signed, lines []byte) bool {
	_, err := c.accept(signed, lines)
	return err == nil
}

// Clients asks several witnesses at once.
type Clients []*Client

// Cosign gives the lines of those that signed, and an error that names the others.
func (all Clients) Cosign(ctx context.Context, signed []byte, prove func(old int64) ([]ledger.Hash, error)) ([]byte, error) {
	lines, errs := make([][]byte, len(all)), make([]error, len(all))
	var wg sync.WaitGroup
	for i, c := range all {
		wg.Go(func() { lines[i], errs[i] = c.Cosign(ctx, signed, prove) })
	}
	wg.Wait()
	return bytes.Join(lines, nil), errors.Join(errs...)
}
