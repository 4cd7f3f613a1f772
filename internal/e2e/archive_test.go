package e2e

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// caseFile is what index.json of an archive is asked about.
type caseFile struct {
	Status string `json:"status"`
	Files  []struct {
		Path, SHA256, Fault, Label string
	} `json:"files"`
	Records []struct {
		Number  *int64
		Receipt string
	} `json:"records"`
	Breaches []any `json:"breaches"`
}

// checkArchive unpacks the archive of a case: every file is what the index says, and every
// receipt verifies offline. It gives the index and the folder.
func checkArchive(t *testing.T, vkey, file string) (caseFile, string) {
	t.Helper()
	dir := t.TempDir()
	z, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	for _, f := range z.File {
		to := filepath.Join(dir, filepath.FromSlash(f.Name))
		if !filepath.IsLocal(f.Name) || strings.HasSuffix(f.Name, "/") {
			t.Fatalf("the archive holds %q", f.Name)
		}
		unpack(t, f, to)
	}
	b, err := os.ReadFile(filepath.Join(dir, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var index caseFile
	if err := json.Unmarshal(b, &index); err != nil {
		t.Fatal(err)
	}
	for _, f := range index.Files {
		b, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(f.Path)))
		sum := sha256.Sum256(b)
		if err != nil || f.Fault != "" || hex.EncodeToString(sum[:]) != f.SHA256 {
			t.Errorf("%s of the archive is not what was sealed: %v %s", f.Path, err, f.Fault)
		}
	}
	receipts := []string{"receipt", "--key", vkey}
	for _, r := range index.Records {
		if r.Number == nil || r.Receipt == "" {
			t.Error("a record of the archive is not sealed")
			continue
		}
		receipts = append(receipts, filepath.Join(dir, filepath.FromSlash(r.Receipt)))
	}
	if code, out := run(t, build(t, "zhunsheng-verify"), receipts...); code != 0 {
		t.Errorf("the receipts of the archive: exit %d\n%s", code, out)
	}
	return index, dir
}

func unpack(t *testing.T, f *zip.File, to string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	r, err := f.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	w, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if _, err := io.Copy(w, r); err != nil {
		t.Fatal(err)
	}
}
