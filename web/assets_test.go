package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func mustRead(t *testing.T, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// checkClasses finds class names that no style sheet knows, which are typing errors.
func checkClasses(t *testing.T, where string, page []byte, css string) {
	t.Helper()
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		class, _ := attr(n, "class")
		for c := range strings.FieldsSeq(class) {
			if !strings.Contains(css, "."+c) {
				t.Errorf("%s: <%s> has class %q, which no style sheet knows", where, n.Data, c)
			}
		}
	}
}

func TestAssets_AreHashedImmutableAndGzipped(t *testing.T) {
	m := newTestMux(t, nil)
	for name := range served {
		url := Asset(name)
		w := m.ask("GET", url, nil)
		sum := sha256.Sum256(w.Body.Bytes())
		if w.Code != 200 || !strings.Contains(url, hex.EncodeToString(sum[:6])) {
			t.Errorf("%s: %d, the address does not follow the content", url, w.Code)
		}
		if got := w.Header().Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
			t.Errorf("%s: Cache-Control %q", url, got)
		}
		z := m.ask("GET", url, nil, "Accept-Encoding", "gzip")
		r, err := gzip.NewReader(z.Body)
		if err != nil {
			t.Fatalf("%s: %v", url, err)
		}
		if plain, _ := io.ReadAll(r); !bytes.Equal(plain, w.Body.Bytes()) {
			t.Errorf("%s: gzipped form differs", url)
		}
	}
	for _, bad := range []string{"/static/app.css", "/static/vendor/vendor.lock", "/static/../static/app.css", "/static/"} {
		if w := m.ask("GET", bad, nil); w.Code == 200 {
			t.Errorf("%s is served", bad)
		}
	}
	if Asset("nothing.css") != "" {
		t.Error("an unknown asset has an address")
	}
}

// No asset makes the browser ask another host. Names of XML namespaces and the lines of
// origin in comments are no requests.
func TestAssets_LoadNothingFromOutside(t *testing.T) {
	comments := regexp.MustCompile(`(?s)/\*.*?\*/`)
	loads := regexp.MustCompile(`url\(\s*['"]?([^'")]{0,40})|@import[^;]{0,40}|//[a-z0-9.-]+\.[a-z]{2,}`)
	for name, file := range served {
		src := comments.ReplaceAllString(string(mustRead(t, file)), "")
		src = strings.ReplaceAll(src, "http://www.w3.org/2000/svg", "")
		for _, m := range loads.FindAllStringSubmatch(src, -1) {
			if !strings.HasPrefix(m[1], "data:") {
				t.Errorf("%s: %q", name, m[0])
			}
		}
	}
}

// vendor.lock says of every vendored file where it came from; nothing else lies there.
func TestVendor_LockMatchesFiles(t *testing.T) {
	const dir = "static/vendor"
	lines := strings.Split(strings.TrimSpace(string(mustRead(t, dir+"/vendor.lock"))), "\n")
	locked := map[string]bool{}
	for _, l := range lines[1:] {
		col := strings.Split(l, "\t")
		if len(col) != 5 || col[1] == "" || col[4] != "MIT" {
			t.Fatalf("line %q: want package, version, file, sha256, licence", l)
		}
		sum := sha256.Sum256(mustRead(t, filepath.Join(dir, col[2])))
		if hex.EncodeToString(sum[:]) != col[3] {
			t.Errorf("%s is not the locked file", col[2])
		}
		locked[col[2]] = true
		licence := filepath.Join(dir, filepath.Dir(col[2]), "LICENSE")
		if !bytes.Contains(mustRead(t, licence), []byte("MIT License")) {
			t.Errorf("%s has no licence beside it", col[2])
		}
	}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if rel, _ := filepath.Rel(dir, p); rel != "vendor.lock" && !locked[rel] {
			t.Errorf("%s is not in vendor.lock", rel)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Every constant has its vendored file, every file its constant, and each is only shapes.
func TestIcons_ConstantsMatchFiles(t *testing.T) {
	decl := regexp.MustCompile(`IconName = "([a-z-]+)"`)
	named := map[IconName]bool{}
	for _, m := range decl.FindAllStringSubmatch(string(mustRead(t, "icons.go")), -1) {
		named[IconName(m[1])] = true
	}
	for n := range named {
		if iconTable()[n] == "" {
			t.Errorf("icon %s has no file", n)
		}
	}
	shape := regexp.MustCompile(`^<svg class="icon"[^>]*>(<(path|circle|rect|line) [^<>]*/>)+</svg>$`)
	for n, mark := range iconTable() {
		if !named[n] {
			t.Errorf("icon file %s has no constant", n)
		}
		if !shape.MatchString(mark) || strings.Contains(mark, "style") || strings.Contains(mark, "href") {
			t.Errorf("icon %s is more than shapes: %s", n, mark)
		}
	}
}

// The style sheet names what its components must have.
func TestStyleSheet_PaperPhoneMotionElder(t *testing.T) {
	css := string(mustRead(t, "static/app.css"))
	for _, want := range []string{"@page official", "size: A4", "@media print", "@media screen and (max-width: 47.99rem)", "prefers-reduced-motion", "forced-colors", ".elder {", ":focus-visible",
		"#1d4f91", "#173a6a", "#b3261e", "#b26a00", "#1e7b4a", "#9aa7b8", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC"} {
		if !strings.Contains(css, want) {
			t.Errorf("app.css lacks %s", want)
		}
	}
}
