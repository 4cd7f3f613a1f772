package desk

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"zhunsheng/docket"
	"zhunsheng/gov"
)

func archiveURL(id gov.CaseID) string { return caseURL(id) + "/archive" }

// archive sends a whole case as one zip file (案卷): its papers of every round, the record of
// acts, the receipt of every sealed event, and an index. Whoever may read the case may have
// it. It is written as it is sent; a failure half-way cuts it off, so that half an archive
// never looks whole.
func (d *Desk) archive(w http.ResponseWriter, r *http.Request) error {
	_, c, err := d.caseOf(r)
	if err != nil {
		return err
	}
	return d.sendArchive(r.Context(), w, c)
}

func (d *Desk) sendArchive(ctx context.Context, w http.ResponseWriter, c *docket.Case) error {
	proofs, err := d.proofs(ctx, c.Row.ID)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/zip")
	h.Set("Content-Disposition", attachment(pathPart("案卷-"+c.Row.Title)+".zip"))
	return d.writeArchive(ctx, w, c, proofs)
}

// getArchive is the same for programs.
func (a *api) getArchive(ctx context.Context, in *caseRequest) (*huma.StreamResponse, error) {
	who, err := principal(ctx)
	if err != nil {
		return nil, err
	}
	c, err := a.desk.Docket.Get(ctx, who, gov.CaseID(in.Case))
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(huma.Context) {
		if call, ok := ctx.Value(callKey{}).(*apiCall); ok {
			call.err = a.desk.sendArchive(ctx, call.ResponseWriter, c)
		}
	}}, nil
}
