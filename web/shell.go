package web

import "net/http"

// Site is what one installation writes on all its pages. It is read-only once serving.
type Site struct {
	County  string // 清源县
	Cookies Cookies
	// The addresses that the frames link to; empty ones are left out.
	Home       string // of the staff site
	PortalHome string
	SignIn     string
	SignOut    string // target of a POST form
	Password   string // where one's own password is changed
	Posts      string // target of the post switcher's POST form, field "post"
	Notices    string
	Search     string // target of the portal's GET search form, field "q"
	Contact    string // one line in the footer, e.g. 运维：县司法局信息科 0000-0000000
}

// PlatformName is the name beside the seal: 清源县法治政府建设平台.
func (s Site) PlatformName() string { return s.County + "法治政府建设平台" }

// Shell is everything the frame of a page shows around its content. NewShell fills what
// the request knows; the handler adds the rest.
type Shell struct {
	Site    Site
	Title   string
	Viewer  Viewer // zero on public pages
	Notices int    // unread ones, beside the bell
	Nav     []NavItem
	Crumbs  []Crumb
	Flash   *Flash
	Elder   bool
	Path    string // of this page with its query, where the elder switch comes back to
	AsOf    string // what the reading projections stand at, e.g. 第 18201 号记录
	Query   string // text in the portal's search box
	Narrow  bool   // one column of reading width
	// Refresh asks for the page again every so many seconds where no script runs; with the
	// script a page marks what moves with data-live. 0: the page does not move.
	Refresh int
}

// NavItem is one entry of the main menu. Count 0 is not shown.
type NavItem struct {
	Label   string
	Href    string
	Icon    IconName
	Current bool
	Count   int
}

// Crumb is one step of the path to this page; the last one has no Href.
type Crumb struct{ Label, Href string }

// NewShell starts the frame of a page: title, viewer, the flash of the last redirect
// (which it consumes), the elder mode and this page's own address.
func NewShell(w http.ResponseWriter, r *http.Request, site Site, title string) Shell {
	v, _ := ViewerFrom(r.Context())
	return Shell{
		Site: site, Title: title, Viewer: v,
		Flash: site.Cookies.TakeFlash(w, r),
		Elder: site.Cookies.Elder(r),
		Path:  r.URL.RequestURI(),
	}
}

func (s Shell) pageTitle() string {
	if s.Title == "" {
		return "准绳 · " + s.Site.PlatformName()
	}
	return s.Title + " · 准绳"
}

func (s Shell) htmlClass() string {
	if s.Elder {
		return "elder"
	}
	return ""
}
