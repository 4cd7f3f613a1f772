package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"

	"zhunsheng/gov"
)

//go:embed static
var staticFiles embed.FS

// StaticPrefix is where the assets live.
const StaticPrefix = "/static/"

// served lists the assets that browsers may ask for, by the name the code uses. The icons
// are not among them: they stand inside the pages.
var served = map[string]string{
	"app.css":     "static/app.css",
	"app.js":      "static/app.js",
	"favicon.svg": "static/favicon.svg",
	"tabler.css":  "static/vendor/tabler-core/tabler.min.css",
}

var mediaTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

// asset is one embedded file under its content-hash name. The gzipped form is made when it
// is first asked for, so that starting costs nothing.
type asset struct {
	body  []byte
	media string
	gz    func() []byte
}

type assetTable struct {
	urls  map[string]string // name → address
	files map[string]*asset // hashed name → file
}

var assets = sync.OnceValue(func() assetTable {
	t := assetTable{map[string]string{}, map[string]*asset{}}
	for name, file := range served {
		body, err := staticFiles.ReadFile(file)
		if err != nil {
			panic("web: asset " + name + " is not embedded") // a fault of the build, found by every test
		}
		sum, ext := sha256.Sum256(body), path.Ext(name)
		hashed := strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext
		t.urls[name] = StaticPrefix + hashed
		t.files[hashed] = &asset{body, mediaTypes[ext], sync.OnceValue(func() []byte { return squeeze(body) })}
	}
	return t
})

// Asset is the address of an asset, which changes with its content; unknown names give "".
func Asset(name string) string { return assets().urls[name] }

func squeeze(body []byte) []byte {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	_, _ = z.Write(body) // a bytes.Buffer takes everything
	_ = z.Close()
	return b.Bytes()
}

func serveAsset(w http.ResponseWriter, r *http.Request) error {
	a, ok := assets().files[r.PathValue("file")]
	if !ok {
		return gov.Errorf(gov.NotFound, "没有这个文件，请刷新页面")
	}
	h, body := w.Header(), a.body
	h.Set("Content-Type", a.media)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	if acceptsGzip(r) {
		h.Set("Content-Encoding", "gzip")
		body = a.gz()
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // the reader is gone when this fails
	return nil
}
