package web

import (
	"context"
	"io"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/a-h/templ"
)

// IconName names an icon of @tabler/icons (MIT). The files stand under
// static/vendor/tabler-icons; a new one needs its file, its line in vendor.lock and its
// constant here, and a test holds the three together.
type IconName string

// The icons in use.
const (
	IconAlertCircle   IconName = "alert-circle"
	IconAlertTriangle IconName = "alert-triangle"
	IconArrowLeft     IconName = "arrow-left"
	IconArrowRight    IconName = "arrow-right"
	IconSort          IconName = "arrows-sort"
	IconReturn        IconName = "arrow-back-up"
	IconBell          IconName = "bell"
	IconBooks         IconName = "books"
	IconOrgan         IconName = "building-bank"
	IconCalendar      IconName = "calendar"
	IconChart         IconName = "chart-bar"
	IconCheck         IconName = "check"
	IconChevronDown   IconName = "chevron-down"
	IconChevronRight  IconName = "chevron-right"
	IconCircleCheck   IconName = "circle-check"
	IconClock         IconName = "clock"
	IconCopy          IconName = "copy"
	IconDownload      IconName = "download"
	IconSpreadsheet   IconName = "file-spreadsheet"
	IconFile          IconName = "file-text"
	IconFilter        IconName = "filter"
	IconFlag          IconName = "flag"
	IconGavel         IconName = "gavel"
	IconHistory       IconName = "history"
	IconHome          IconName = "home"
	IconInbox         IconName = "inbox"
	IconInfo          IconName = "info-circle"
	IconList          IconName = "list-check"
	IconLock          IconName = "lock"
	IconSignOut       IconName = "logout"
	IconMinus         IconName = "minus"
	IconPencil        IconName = "pencil"
	IconPlus          IconName = "plus"
	IconPrint         IconName = "printer"
	IconRefresh       IconName = "refresh"
	IconScale         IconName = "scale"
	IconSearch        IconName = "search"
	IconShieldCheck   IconName = "shield-check"
	IconSortUp        IconName = "sort-ascending"
	IconSortDown      IconName = "sort-descending"
	IconTextSize      IconName = "text-size"
	IconTrash         IconName = "trash"
	IconUpload        IconName = "upload"
	IconUser          IconName = "user-circle"
	IconUsers         IconName = "users"
	IconOffline       IconName = "wifi-off"
	IconClose         IconName = "x"
)

const iconFolder = "static/vendor/tabler-icons"

var (
	iconHead  = regexp.MustCompile(`(?s)^\s*<svg[^>]*>`)
	iconTail  = regexp.MustCompile(`(?s)</svg>\s*$`)
	iconSpace = regexp.MustCompile(`>\s+<`)
	iconBlank = `<path stroke="none" d="M0 0h24v24H0z" fill="none" />`
)

// iconTable holds the ready markup of every vendored icon.
var iconTable = sync.OnceValue(func() map[IconName]string {
	t := map[IconName]string{}
	files, err := fs.Glob(staticFiles, iconFolder+"/*.svg")
	if err != nil {
		panic("web: icons: " + err.Error()) // only for a malformed pattern
	}
	for _, f := range files {
		raw, err := staticFiles.ReadFile(f)
		if err != nil {
			panic("web: icons: " + err.Error()) // embedded, so it is there
		}
		in := iconTail.ReplaceAllString(iconHead.ReplaceAllString(string(raw), ""), "")
		in = strings.TrimSpace(iconSpace.ReplaceAllString(strings.Replace(in, iconBlank, "", 1), "><"))
		name := strings.TrimSuffix(f[len(iconFolder)+1:], ".svg")
		t[IconName(name)] = `<svg class="icon" viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">` + in + `</svg>`
	}
	return t
})

// Icons lists every icon in order of name, for the style guide.
func Icons() []IconName { return slices.Sorted(maps.Keys(iconTable())) }

// Icon draws an icon beside words. It is hidden from screen readers: the words say it.
func Icon(n IconName) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, iconTable()[n])
		return err
	})
}
