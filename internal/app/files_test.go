package app_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/internal/app"
	"zhunsheng/internal/govtest"
	"zhunsheng/register"
)

// Attacker (a) at the files beside the database: every tile, every bundle, the checkpoint
// and every file of evidence, with one byte changed, cut and removed.
func TestVerify_NamesEveryDamagedFile(t *testing.T) {
	c := govtest.New(t)
	tell(t, c)
	lengthen(t, c, 300) // beyond the first full tile
	mustPause(t, c)
	size := mustBeClean(t, c).Records
	count := 0
	for _, path := range filesUnder(t, c.Data, "ledger", "evidence") {
		for how, change := range map[string]func([]byte) []byte{
			"byte":    func(b []byte) []byte { b[len(b)/2] ^= 1; return b },
			"cut":     func(b []byte) []byte { return b[:len(b)/2] },
			"longer":  func(b []byte) []byte { return append(b, 0) },
			"removed": func([]byte) []byte { return nil },
		} {
			if how == "removed" && superseded(path, size) {
				continue // of an older checkpoint, which may be gone
			}
			undo := edit(t, filepath.Join(c.Data, path), change)
			found := verify(t, c).Findings
			undo()
			word := strings.TrimPrefix(path, "ledger/")
			if digest, ok := strings.CutPrefix(path, "evidence/sha256/"); ok {
				word = strings.ReplaceAll(digest, "/", "")
			}
			if !names(found, word) {
				t.Errorf("%s %s: not named: %s", path, how, list(found))
			}
			count++
		}
	}
	mustBeClean(t, c)
	t.Logf("%d damages", count)
}

// What somebody puts beside the files of evidence is named too.
func TestVerify_NamesExtraEvidence(t *testing.T) {
	c := govtest.New(t)
	tell(t, c)
	mustPause(t, c)
	sum := sha256.Sum256([]byte("smuggled"))
	digest := hex.EncodeToString(sum[:])
	for path, word := range map[string]string{
		"sha256/" + digest[:2] + "/" + digest[2:]: digest,
		"sha256/" + digest[:2] + "/note.txt":      "note.txt",
		"sha256/zz":                               "zz",
		"extra.docx":                              "extra.docx",
	} {
		full := filepath.Join(c.Data, "evidence", path)
		if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte("smuggled"), 0o600); err != nil {
			t.Fatal(err)
		}
		if found := verify(t, c).Findings; !names(found, "evidence", word) {
			t.Errorf("%s: not named: %s", path, list(found))
		}
		if err := os.Remove(full); err != nil {
			t.Fatal(err)
		}
	}
	mustBeClean(t, c)
}

// A file of evidence that is deleted together with its row is missed by the act that rests
// on it. One that no act rests on is evidence of nothing.
func TestVerify_NamesEvidenceThatIsGoneWithoutATrace(t *testing.T) {
	govtest.Each(t, func(t *testing.T, c *govtest.County) {
		tell(t, c)
		mustPause(t, c)
		raw := c.Raw()
		recorded := map[string]bool{source(t, c).Digest: true}
		for _, path := range filesUnder(t, c.Data, "evidence/sha256") {
			digest := strings.ReplaceAll(strings.TrimPrefix(path, "evidence/sha256/"), "/", "")
			var acts int
			if err := raw.QueryRow("SELECT COUNT(*) FROM case_file WHERE digest = $1", digest).Scan(&acts); err != nil {
				t.Fatal(err)
			}
			if acts == 0 && !recorded[digest] {
				continue
			}
			if err := os.Remove(filepath.Join(c.Data, path)); err != nil {
				t.Fatal(err)
			}
			if _, err := raw.Exec("DELETE FROM evidence_file WHERE digest = $1", digest); err != nil {
				t.Fatal(err)
			}
			if found := verify(t, c).Findings; !names(found, "evidence/"+digest, "案件", "所附的材料") {
				t.Errorf("%s: not named: %s", path, list(found))
			}
		}
	})
}

// A byte that changes anywhere in the database file of a stopped program is found, unless
// no row reads differently for it. Nothing panics and nothing is silently clean.
func TestVerify_AnyByteOfTheDatabaseFile(t *testing.T) {
	c := govtest.New(t)
	tell(t, c)
	want := dump(t, c)
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(filepath.Join(c.Data, "zhunsheng.db"))
	if err != nil {
		t.Fatal(err)
	}
	outcome := map[string]int{}
	for n := range 60 {
		at := (n*2654435761 + 4242) % len(whole)
		damaged := bytes.Clone(whole)
		damaged[at] ^= 1 << (n % 8)
		outcome[afterDamage(t, c, damaged, want, at)]++
	}
	if outcome["named"] < 10 {
		t.Errorf("too few of the damages hit a row: %v", outcome)
	}
	t.Log(outcome)
}

// lengthen adds n register events to the log.
func lengthen(t *testing.T, c *govtest.County, n int) {
	t.Helper()
	var list []register.Change
	for i := range n {
		list = append(list, register.Change{Register: register.Units, Key: fmt.Sprintf("qy-v%d", i),
			Span: identity.Span{From: gov.MustDay("2026-01-01")}, Reason: "增设",
			Data: map[string]string{"name": fmt.Sprintf("第%d工作站", i), "mark": "清站", "kind": "department", "parent": "qy"}})
	}
	if err := c.Registers.Load(ctx, gov.Actor{Person: "setup"}, list); err != nil {
		t.Fatal(err)
	}
	settle(t, c)
}

func filesUnder(t *testing.T, root string, dirs ...string) (out []string) {
	t.Helper()
	for _, dir := range dirs {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			rel, err := filepath.Rel(root, path)
			out = append(out, filepath.ToSlash(rel))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// superseded reports whether a published file is a partial one of an older checkpoint.
func superseded(path string, size int64) bool {
	at, width, partial := strings.Cut(path, ".p/")
	if !partial {
		return false
	}
	level, n := 0, int64(0)
	at = strings.TrimPrefix(at, "ledger/tile/")
	for i, part := range strings.Split(at, "/") {
		v, err := strconv.ParseInt(strings.TrimPrefix(part, "x"), 10, 64)
		switch {
		case i > 0 && err == nil:
			n = n*1000 + v
		case i == 0 && part != "entries":
			level = int(v)
		}
	}
	now := size>>(8*level) - n<<8
	return width != strconv.FormatInt(now, 10)
}

// edit changes a file; a change to nil removes it.
func edit(t *testing.T, path string, change func([]byte) []byte) (undo func()) {
	t.Helper()
	was, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	put := func(b []byte) {
		err := os.Remove(path)
		if b != nil && (err == nil || os.IsNotExist(err)) {
			err = os.WriteFile(path, b, 0o600)
		}
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	put(change(bytes.Clone(was)))
	return func() { put(was) }
}

// afterDamage says how verify fares with a damaged database file: named, refused (the file
// cannot be read as a database), or unseen (no row reads differently).
func afterDamage(t *testing.T, c *govtest.County, file []byte, want string, at int) string {
	t.Helper()
	dir := t.TempDir()
	config := govtest.Config("", dir, c.Clock)
	for _, err := range []error{
		os.CopyFS(config.Keys, os.DirFS(c.Keys)),
		os.CopyFS(config.Data, os.DirFS(c.Data)),
		os.WriteFile(filepath.Join(config.Data, "zhunsheng.db"), file, 0o600),
		os.Chmod(filepath.Join(config.Keys, "log.key"), 0o600),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	a, err := app.Open(ctx, config)
	if err != nil {
		return told(t, err)
	}
	defer a.Close()
	r, err := a.Verify(ctx, app.VerifyOptions{})
	if err != nil {
		return told(t, err)
	}
	if len(r.Findings) > 0 {
		return "named"
	}
	if got, err := dumpOf(a.DB); err != nil || got != want {
		t.Errorf("byte %d changed rows and verify is clean", at)
	}
	return "unseen"
}

// told asks that a refusal is a sentence for people.
func told(t *testing.T, err error) string {
	t.Helper()
	var e *gov.Error
	if !errors.As(err, &e) {
		t.Errorf("a damaged database is told as: %v", err)
	}
	return "refused"
}
