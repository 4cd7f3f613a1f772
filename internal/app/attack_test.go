package app_test

import (
	"bytes"
	"crypto/rand"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zhunsheng/internal/app"
	"zhunsheng/internal/govtest"
	"zhunsheng/ledger"
	"zhunsheng/ledger/ledgersql"
	"zhunsheng/ledger/witness"
	"zhunsheng/sqldb"
)

// Attacker (b) rewrites an act, its leaf, all tiles and every projection that follows from
// it. The signed checkpoint, that of today and any older one, exposes it.
func TestVerify_AttackerB_TheCheckpointExposesAConsistentForgery(t *testing.T) {
	govtest.Each(t, func(t *testing.T, c *govtest.County) {
		tell(t, c)
		kept := checkpoint(t, c)
		c.Open("qy-b", "后来的文件")
		settle(t, c)
		mustPause(t, c)
		forge(t, c, nil)
		found := verify(t, c).Findings
		if len(found) != 1 || found[0].Place != ledger.CheckpointPath || !strings.Contains(found[0].Text, "树根") {
			t.Errorf("by today's checkpoint: %s", list(found))
		}
		if found := verify(t, c, kept).Findings; !names(found, "since", "早先签发的检查点") {
			t.Errorf("by the older checkpoint: %s", list(found))
		}
	})
}

// Attacker (c) has the log's key as well and signs the forgery. Nothing inside contradicts
// itself any more; a checkpoint kept outside does, and the witness signs no more.
func TestVerify_AttackerC_TheWitnessExposesAStolenKey(t *testing.T) {
	var w *watcher
	govtest.EachWith(t, func(config *app.Config) {
		w = newWatcher(t, *config)
		config.Cosigner = w.client
	}, func(t *testing.T, c *govtest.County) {
		tell(t, c)
		if err := c.Sequencer.Cosign(ctx); err != nil { // nobody is asked any more, so a pause cuts no question off
			t.Fatal(err)
		}
		mustPause(t, c)
		kept := w.last(t)
		forge(t, c, c.Signer)
		o := app.VerifyOptions{Witnesses: []string{w.vkey}}
		r, err := c.Verify(ctx, o)
		if err != nil || len(r.Findings) > 0 {
			t.Fatalf("the forgery is not even consistent: %v %s", err, list(r.Findings))
		}
		o.Since = [][]byte{kept}
		if r, err = c.Verify(ctx, o); err != nil || len(r.Findings) != 1 || !names(r.Findings, "since", "早先签发的检查点") {
			t.Errorf("by the witness's last cosignature: %v %s", err, list(r.Findings))
		}
		c.Resume()
		c.Open("qy-b", "伪造之后的文件")
		if err := c.Sequencer.Cosign(ctx); err == nil || !strings.Contains(err.Error(), "历史被改写过") {
			t.Errorf("the witness was asked to cosign a forged history: %v", err)
		}
		if !bytes.Equal(w.last(t), kept) {
			t.Error("the witness has moved on")
		}
	})
}

// checkpoint is the newest signed one.
func checkpoint(t *testing.T, c *govtest.County) []byte {
	t.Helper()
	note, err := c.Tiles.Get(ledger.CheckpointPath)
	if err != nil {
		t.Fatal(err)
	}
	return note
}

// forge rewrites the title of the first case in its event, and in everything that follows
// from it. With a signer the checkpoint is made anew.
func forge(t *testing.T, c *govtest.County, signer ledger.Signer) {
	t.Helper()
	var all []ledgersql.Stored
	err := c.DB.Read(ctx, func(tx *sqldb.Tx) (err error) {
		all, err = ledgersql.Range(tx, 0, 1<<20)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	d := &damager{t: t, c: c, raw: c.Raw()}
	var entries []ledger.Entry
	forged := false
	for _, s := range all {
		if body := strings.Replace(string(s.Body), "临时救助实施细则", "长期救助实施细则", 1); !forged && body != string(s.Body) {
			forged, s.Body = true, []byte(body)
			d.exec("UPDATE event SET body = $1 WHERE id = $2", s.Body, s.ID)
			entry := ledger.Commit(s.Salt, s.Body)
			d.exec("UPDATE leaf SET entry = $1 WHERE idx = $2", entry[:], s.Index)
		}
		entries = append(entries, ledger.Commit(s.Salt, s.Body))
	}
	if !forged {
		t.Fatal("nothing was forged")
	}
	note := checkpoint(t, c)
	if err := os.RemoveAll(string(c.Tiles)); err != nil {
		t.Fatal(err)
	}
	var b ledger.Builder
	if err := c.Tiles.Put(b.Append(entries)); err != nil {
		t.Fatal(err)
	}
	if signer != nil {
		root := b.Root()
		if note, err = ledger.SignCheckpoint(ledger.Checkpoint{Origin: signer.Name(), Size: b.Size(), Root: root}, signer); err != nil {
			t.Fatal(err)
		}
		d.exec("UPDATE ledger_head SET root = $1, note = $2", root[:], note)
	}
	if err := c.Tiles.Put([]ledger.File{{Path: ledger.CheckpointPath, Data: note}}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Repair(ctx); err != nil { // the projections follow the forged event
		t.Fatal(err)
	}
}

// watcher is a witness (存证单位) that serves, with the key by which it is known.
type watcher struct {
	url, vkey, origin string
	client            *witness.Client
}

// newWatcher witnesses the log of a configuration, whose key is made if there is none.
func newWatcher(t *testing.T, config app.Config) *watcher {
	t.Helper()
	signer, err := ledgersql.LoadKey(filepath.Join(config.Keys, "log.key"), config.Origin, config.Data, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := ledger.GenerateKey(rand.Reader, "witness.example/county")
	if err != nil {
		t.Fatal(err)
	}
	key, err := ledger.ParseCosigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	w, err := witness.Open(witness.Config{Key: key, Logs: []string{signer.VKey()}, Data: t.TempDir(), Clock: config.Clock})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(w)
	t.Cleanup(func() { srv.Close(); w.Close() })
	client, err := witness.NewClient(srv.URL, key.VKey())
	if err != nil {
		t.Fatal(err)
	}
	return &watcher{srv.URL, key.VKey(), config.Origin, client}
}

// last is the newest checkpoint that the witness has cosigned.
func (w *watcher) last(t *testing.T) []byte {
	t.Helper()
	resp, err := http.Get(w.url + "/checkpoint?origin=" + url.QueryEscape(w.origin))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	note, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%d %v", resp.StatusCode, err)
	}
	return note
}
