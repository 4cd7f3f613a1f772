package desk

import (
	"io"
	"mime"
	"net/http"
	"strconv"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/procedure"
)

// scanPaper stands in the address of the scan that a recording is vouched by; no paper of a
// definition has this id.
const scanPaper procedure.PaperID = "-"

// caseFile sends one file of a case, always as an attachment: nothing that people upload is
// ever shown inside our own pages. The content is hashed against its digest before.
func (d *Desk) caseFile(w http.ResponseWriter, r *http.Request) error {
	_, c, err := d.caseOf(r)
	if err != nil {
		return err
	}
	f, ok := fileOf(c, r)
	if !ok {
		return gov.Errorf(gov.NotFound, "案卷中没有这份材料")
	}
	content, err := d.Files.Open(f.Digest)
	if err != nil {
		return err
	}
	defer content.Close()
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", attachment(f.Name))
	h.Set("Content-Length", strconv.FormatInt(f.Size, 10))
	h.Set("ETag", `"sha256-`+f.Digest+`"`)
	_, err = io.Copy(w, content)
	return err
}

func fileOf(c *docket.Case, r *http.Request) (procedure.Paper, bool) {
	version, err1 := strconv.ParseInt(r.PathValue("version"), 10, 64)
	seq, err2 := strconv.ParseInt(r.PathValue("seq"), 10, 64)
	if err1 != nil || err2 != nil {
		return procedure.Paper{}, false
	}
	paper := procedure.PaperID(r.PathValue("paper"))
	if paper == scanPaper {
		for _, a := range c.Acts {
			if rec := a.Payload.Recording; a.Envelope.Version == version && rec != nil && rec.Paper != nil {
				return *rec.Paper, true
			}
		}
	}
	for _, f := range c.Files {
		if f.Version == version && f.Under == paper && f.Seq == seq {
			return f.Paper, true
		}
	}
	return procedure.Paper{}, false
}

// attachment names a download so that Chinese names survive.
func attachment(name string) string {
	return mime.FormatMediaType("attachment", map[string]string{"filename": name})
}

// inline names what the browser shows itself: only what this program has made.
func inline(name string) string {
	return mime.FormatMediaType("inline", map[string]string{"filename": name})
}
