package public

import (
	"fmt"
	"net/http"

	"zhunsheng/publication"
	"zhunsheng/web"
)

// home is the first page: what is out for comments, what is public here, and the newest
// documents.
func (p *Portal) home(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	page, err := p.Shelf.List(ctx, publication.Query{Register: publication.Documents, Limit: 6})
	if err != nil {
		return err
	}
	open, err := p.Shelf.Open(ctx, publication.Consultations, p.today(), 5)
	if err != nil {
		return err
	}
	names, err := p.UnitNames(ctx)
	if err != nil {
		return err
	}
	head, err := p.Head(ctx)
	if err != nil {
		return err
	}
	reg := p.registerOf(publication.Documents)
	s := p.shell(w, r, "", navHome)
	s.AsOf = asOf(page.At)
	return web.OK(w, r, homePage(s, homeView{Total: page.Total, Records: head.Size, Columns: columns(reg),
		Newest: p.rows(reg, page.Entries, names), Open: p.openRows(open, names)}))
}

type homeView struct {
	Total, Records int64
	Columns        []web.Column
	Newest, Open   []web.Row
}

// asOf is the record that the public registers stand at.
func asOf(at int64) string {
	if at == 0 {
		return "尚无记录"
	}
	return fmt.Sprintf("第 %d 号记录", at-1)
}
