package desk

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"strings"

	"zhunsheng/docket"
	"zhunsheng/documents"
	"zhunsheng/gov"
	"zhunsheng/ledger"
	"zhunsheng/ledger/ledgersql"
	"zhunsheng/procedure"
	"zhunsheng/sqldb"
)

// archiveFormat names the form of index.json. It changes only with a new name.
const archiveFormat = "zhunsheng-case/1"

// archiveIndex is index.json: what the archive holds, for programs.
type archiveIndex struct {
	Format     string               `json:"format"`
	Case       gov.CaseID           `json:"case"`
	Title      string               `json:"title"`
	Number     string               `json:"number,omitempty"`
	Unit       gov.UnitID           `json:"unit"`
	UnitName   string               `json:"unit_name"`
	Procedure  string               `json:"procedure"`
	Name       string               `json:"procedure_name"`
	Definition string               `json:"definition"` // digest of the text of the definition
	Status     procedure.CaseStatus `json:"status"`
	Version    int64                `json:"version"` // events in the archive
	Files      []archiveFile        `json:"files"`
	Records    []archiveRecord      `json:"records"`
	Breaches   []procedure.Breach   `json:"breaches,omitempty"`
	Log        archiveLog           `json:"log"`
}

// archiveFile is one file of the case. Fault says why it is not in the archive as sealed.
type archiveFile struct {
	Path    string            `json:"path"`
	Paper   procedure.PaperID `json:"paper"`
	Label   string            `json:"label"`
	Version int64             `json:"version"` // of the event that attached it
	Name    string            `json:"name"`
	Size    int64             `json:"size"`
	Media   string            `json:"media"`
	SHA256  string            `json:"sha256"`
	Fault   string            `json:"fault,omitempty"`
}

// archiveRecord is one event. Receipt is empty while it is not sealed.
type archiveRecord struct {
	Version  int64       `json:"version"`
	ID       string      `json:"id"`
	Kind     string      `json:"kind"`
	Text     string      `json:"text"`
	Occurred gov.Instant `json:"occurred"`
	Recorded gov.Instant `json:"recorded"`
	Number   *int64      `json:"number,omitempty"`
	Leaf     string      `json:"leaf,omitempty"`
	Receipt  string      `json:"receipt,omitempty"`
}

type archiveLog struct {
	Origin string `json:"origin"`
	Size   int64  `json:"size"`
	Root   string `json:"root"`
	Key    string `json:"key"` // as it is printed in the README; the one to trust is published elsewhere
}

// The names of what is in every archive.
const (
	archiveReadme     = "README.txt"
	archiveRecords    = "办理记录.pdf"
	archiveContents   = "目录.pdf"
	archivePage       = "目录.html"
	archiveJSON       = "index.json"
	archiveCheckpoint = "检查点.txt"
	archiveKey        = "账本公钥.txt"
	archivePapers     = "材料"
	archiveReceipts   = "回执"
)

// archiving is one archive under way. Nothing of the size of a file is held in memory. The
// order of entries and their times come from the case, so that the same case gives the same
// archive until the ledger grows.
type archiving struct {
	d     *Desk
	c     *docket.Case
	z     *zip.Writer
	at    gov.Instant // of the newest event: the time of what is made here
	index archiveIndex
	used  map[string]bool
}

func (d *Desk) writeArchive(ctx context.Context, w io.Writer, c *docket.Case, proofs map[int64]proof) error {
	a := &archiving{d: d, c: c, z: zip.NewWriter(w), used: map[string]bool{}}
	if len(c.Acts) > 0 {
		a.at = c.Acts[len(c.Acts)-1].Envelope.Recorded
	}
	a.index = archiveIndex{Format: archiveFormat, Case: c.Row.ID, Title: c.Row.Title, Number: c.Row.Number, Unit: c.Row.Unit,
		UnitName: unitName(c.Directory, c.Row.Unit), Procedure: c.Definition.String(), Name: c.Definition.Name(), Definition: c.Row.Definition, Status: c.Row.Status,
		Version: c.Row.Version, Files: []archiveFile{}, Records: []archiveRecord{}, Breaches: c.State.Breaches}
	var head ledgersql.Head
	err := d.DB.Read(ctx, func(tx *sqldb.Tx) (err error) {
		head, _, err = ledgersql.ReadHead(tx)
		return err
	})
	if err != nil {
		return err
	}
	a.index.Log = archiveLog{Origin: head.Origin, Size: head.Size, Root: hex.EncodeToString(head.Root[:]), Key: d.Signer.VKey()}
	// What can fail without a byte sent comes first.
	record, err := documents.PDF(ctx, recordPaper(c, proofs))
	if err != nil {
		return err
	}
	if err := a.put(archiveReadme, []byte(readme(c, a.index.Log))); err != nil {
		return err
	}
	if err := a.put(archiveRecords, record); err != nil {
		return err
	}
	if err := a.papers(ctx); err != nil {
		return err
	}
	if err := a.receipts(ctx, proofs); err != nil {
		return err
	}
	if err := a.put(archiveCheckpoint, head.Note); err != nil {
		return err
	}
	if err := a.put(archiveKey, []byte(d.Signer.VKey()+"\n")); err != nil {
		return err
	}
	return a.finish(ctx)
}

// finish writes the index last, when it is known what could be read.
func (a *archiving) finish(ctx context.Context) error {
	contents, err := documents.PDF(ctx, contentsPaper(a.c, a.index))
	if err != nil {
		return err
	}
	if err := a.put(archiveContents, contents); err != nil {
		return err
	}
	var page bytes.Buffer
	if err := archiveIndexPage(a.index, caseStatus(a.c.Row.Status).Text).Render(ctx, &page); err != nil {
		return err
	}
	if err := a.put(archivePage, page.Bytes()); err != nil {
		return err
	}
	b, err := json.MarshalIndent(a.index, "", "  ")
	if err != nil {
		return err
	}
	if err := a.put(archiveJSON, append(b, '\n')); err != nil {
		return err
	}
	return a.z.Close()
}

// put writes one entry of our own making.
func (a *archiving) put(name string, content []byte) error {
	return a.copy(name, a.at, zip.Deflate, bytes.NewReader(content))
}

func (a *archiving) copy(name string, at gov.Instant, method uint16, r io.Reader) error {
	a.used[name] = true
	w, err := a.z.CreateHeader(&zip.FileHeader{Name: name, Method: method, Modified: at.Time()})
	if err != nil {
		return err
	}
	_, err = io.Copy(w, r)
	return err
}

// papers writes the files of every event in order, scans of recordings included.
func (a *archiving) papers(ctx context.Context) error {
	for _, act := range a.c.Acts {
		version := act.Envelope.Version
		for _, f := range a.c.Files {
			if f.Version == version && f.Under != scanPaper {
				label := string(f.Under)
				if p, ok := a.c.Definition.Paper(f.Under); ok {
					label = p.Label
				}
				if err := a.file(ctx, act, f.Under, label, f.Paper); err != nil {
					return err
				}
			}
		}
		if rec := act.Payload.Recording; rec != nil && rec.Paper != nil {
			if err := a.file(ctx, act, scanPaper, "补录依据", *rec.Paper); err != nil {
				return err
			}
		}
	}
	return nil
}

// file writes one file. One that was changed or is gone is left out, and the index says so:
// the rest of the case is still to be had.
func (a *archiving) file(ctx context.Context, act docket.Act, under procedure.PaperID, label string, p procedure.Paper) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	name := a.free(fmt.Sprintf("%s/%03d-%s/%s", archivePapers, act.Envelope.Version, pathPart(label), pathPart(p.Name)))
	entry := archiveFile{Path: name, Paper: under, Label: label, Version: act.Envelope.Version, Name: p.Name, Size: p.Size, Media: p.Media, SHA256: p.Digest}
	r, err := a.d.Files.Open(p.Digest)
	if err != nil {
		if k := gov.KindOf(err); k != gov.NotFound && k != gov.Fault {
			return err
		}
		entry.Path, entry.Fault = "", "文件缺失或者内容与登记的摘要不符，未导出"
		a.index.Files = append(a.index.Files, entry)
		return nil
	}
	defer r.Close()
	method := zip.Deflate
	if !strings.HasPrefix(p.Media, "text/") { // everything else that is taken is compressed already
		method = zip.Store
	}
	a.index.Files = append(a.index.Files, entry)
	return a.copy(name, act.Envelope.Recorded, method, r)
}

// free is a name that no entry has.
func (a *archiving) free(name string) string {
	ext := path.Ext(name)
	stem := strings.TrimSuffix(name, ext)
	for n := 2; a.used[name]; n++ {
		name = fmt.Sprintf("%s（%d）%s", stem, n, ext)
	}
	return name
}

// receipts writes the receipt (存证回执) of every sealed event.
func (a *archiving) receipts(ctx context.Context, proofs map[int64]proof) error {
	for _, act := range a.c.Acts {
		e := act.Envelope
		rec := archiveRecord{Version: e.Version, ID: e.ID, Kind: e.Kind, Text: actText(a.c, act), Occurred: e.Occurred, Recorded: e.Recorded}
		if p := proofs[e.Version]; p.index >= 0 {
			receipt, err := ledgersql.Receipt(ctx, a.d.DB, a.d.Tiles, a.d.Signer, e.ID)
			if err != nil {
				return err
			}
			rec.Number, rec.Leaf = &receipt.Index, leafHex(ledger.Commit(receiptSalt(receipt)).LeafHash())
			rec.Receipt = archiveReceipts + "/" + receiptName(receipt.Index)
			if err := a.copy(rec.Receipt, e.Recorded, zip.Deflate, bytes.NewReader(receipt.Encode())); err != nil {
				return err
			}
		}
		a.index.Records = append(a.index.Records, rec)
	}
	return nil
}

func receiptSalt(r *ledger.Receipt) (salt, body []byte) {
	salt, body, _ = ledger.OpenDisclosure(r.Disclosure) // verified when the receipt was made
	return salt, body
}

// pathPart is a name that every file system takes.
func pathPart(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, name)
	if name = strings.Trim(name, " ."); name == "" {
		return "_"
	}
	if rs := []rune(name); len(rs) > 80 {
		ext := path.Ext(name)
		name = strings.TrimRight(string(rs[:max(0, 80-len([]rune(ext)))]), " .") + ext
	}
	return name
}
