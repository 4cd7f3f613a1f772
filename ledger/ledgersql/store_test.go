package ledgersql

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zhunsheng/gov"
	"zhunsheng/ledger"
)

func TestDir_PutsWholeFiles(t *testing.T) {
	d := Dir(filepath.Join(t.TempDir(), "not", "there", "yet"))
	if _, err := d.Get("checkpoint"); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("missing file: %v", err)
	}
	files := []ledger.File{{Path: "tile/0/x001/234.p/5", Data: []byte("five")}, {Path: "tile/0/000", Data: []byte("full")}, {Path: "checkpoint", Data: []byte("c1")}}
	for range 2 { // writing again does no harm
		if err := d.Put(files); err != nil {
			t.Fatal(err)
		}
	}
	// What a crash left half-written beside its place is no file of the log.
	if err := os.WriteFile(filepath.Join(string(d), "checkpoint"+tempSuffix), []byte("ha"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := d.Put([]ledger.File{{Path: "checkpoint", Data: []byte("c2")}}); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"tile/0/x001/234.p/5": "five", "tile/0/000": "full", "checkpoint": "c2"} {
		if got, err := d.Get(path); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", path, got, err)
		}
	}
	if err := d.Discard("tile/0/x001/234.p"); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Get("tile/0/x001/234.p/5"); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("discarded file: %v", err)
	}
	for _, bad := range []string{"", "tile/0", "checkpoint", "../x.p"} {
		if err := d.Discard(bad); err == nil {
			t.Errorf("%q was discarded", bad)
		}
	}
	err := filepath.WalkDir(string(d), func(path string, e fs.DirEntry, err error) error {
		if strings.HasSuffix(path, tempSuffix) {
			t.Errorf("%s was left", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// /dev/full takes every write and stores none of it: the fault a full disk is.
func TestWriteSynced_FullDiskIsAnErrorAndLeavesNothing(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full here")
	}
	path := filepath.Join(t.TempDir(), "tile")
	if err := os.Symlink("/dev/full", path); err != nil {
		t.Fatal(err)
	}
	if err := writeSynced(path, []byte("data"), 0o644, 0); err == nil {
		t.Fatal("a full disk was not noticed")
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("the failed file stays: %v", err)
	}
}

func TestDir_PutSaysWhenAFolderCannotBeMade(t *testing.T) {
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "tile"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Dir(root).Put([]ledger.File{{Path: "tile/0/000", Data: []byte("x")}}); err == nil {
		t.Fatal("a file stands where the folder should, and Put said nothing")
	}
}

func TestLoadKey_MadeOnceAndKeptOutsideTheData(t *testing.T) {
	root := t.TempDir()
	data, keys := filepath.Join(root, "data"), filepath.Join(root, "keys", "log.key")
	if err := os.Mkdir(data, 0o755); err != nil {
		t.Fatal(err)
	}
	s, err := LoadKey(keys, "qy.example/ledger", data, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	again, err := LoadKey(keys, "qy.example/ledger", data, rand.Reader)
	if err != nil || again.VKey() != s.VKey() {
		t.Fatalf("the second start has another key: %v", err)
	}
	if info, err := os.Stat(keys); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v", info.Mode(), err)
	}
	if pub, err := os.ReadFile(keys + ".pub"); err != nil || strings.TrimSpace(string(pub)) != s.VKey() {
		t.Fatalf("public key file %q, %v", pub, err)
	}
	if _, err := LoadKey(keys, "other.example/ledger", data, rand.Reader); gov.KindOf(err) != gov.Invalid {
		t.Fatalf("another origin: %v", err)
	}
	link := filepath.Join(root, "link")
	if err := os.Symlink(data, link); err != nil {
		t.Fatal(err)
	}
	for _, inside := range []string{filepath.Join(data, "log.key"), filepath.Join(data, "sub", "..", "log.key"), filepath.Join(link, "log.key")} {
		if _, err := LoadKey(inside, "qy.example/ledger", data, rand.Reader); gov.KindOf(err) != gov.Invalid {
			t.Errorf("%s: %v", inside, err)
		}
	}
	if err := os.Chmod(keys, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadKey(keys, "qy.example/ledger", data, rand.Reader); gov.KindOf(err) != gov.Invalid {
		t.Fatalf("a key others can read: %v", err)
	}
	if err := os.WriteFile(keys, []byte("junk"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(keys, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadKey(keys, "qy.example/ledger", data, rand.Reader); gov.KindOf(err) != gov.Invalid {
		t.Fatalf("a damaged key file: %v", err)
	}
}
