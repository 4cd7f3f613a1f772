package public_test

import (
	"fmt"
	"html"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"zhunsheng/gov"
	"zhunsheng/internal/noticetest"
)

// walk does what comes into its head inside and outside, and knows of every word whether it
// was published. Each word stands in one place only.
type walk struct {
	*portal
	r       *rand.Rand
	n       int
	seen    map[string]bool // word → published
	notices []*noticeWalk
	replies []*commentWalk
}

type noticeWalk struct {
	id                     gov.CaseID
	title, summary, remark string
	out                    bool // open to comments
}

type commentWalk struct {
	id    gov.CaseID
	reply string
	done  bool
}

// word makes a word that is not public yet.
func (w *walk) word() string {
	w.n++
	s := fmt.Sprintf("词%04d完", w.n)
	w.seen[s] = false
	return s
}

func (w *walk) turn() {
	switch w.r.IntN(9) {
	case 0:
		title := w.word()
		w.notices = append(w.notices, &noticeWalk{id: w.Begin(title), title: title})
	case 1, 2:
		w.consultation()
	case 3, 4:
		w.adoption()
	case 5:
		w.hand()
	case 6, 7:
		w.answer()
	default:
		w.Clock.Set(w.Clock.Now().Add(24 * 3600 * 1e9))
	}
}

func (w *walk) consultation() {
	if len(w.notices) == 0 {
		return
	}
	x := w.notices[w.r.IntN(len(w.notices))]
	outcome, summary := "published", w.word()
	if w.r.IntN(3) == 0 {
		outcome = "internal"
	}
	_, err := w.Try(x.id, "consultation", outcome, noticetest.Fields{"until": w.Clock.Now().Day().AddDays(w.r.IntN(20)).String(),
		"explanation": summary, "asker": w.word(), "aside-remark": w.word()}, "draft", "internal-note")
	if err == nil && outcome == "published" {
		w.publish(x, summary)
		x.out = true
	}
}

func (w *walk) publish(x *noticeWalk, words ...string) {
	for _, s := range append(words, x.title) {
		w.seen[s] = true
	}
}

func (w *walk) adoption() {
	if len(w.notices) == 0 {
		return
	}
	x := w.notices[w.r.IntN(len(w.notices))]
	statement, outcome := w.word(), "done"
	if w.r.IntN(3) == 0 {
		outcome = "again"
	}
	if _, err := w.Try(x.id, "adoption", outcome, noticetest.Fields{"statement": statement}); err == nil && outcome == "done" {
		w.publish(x, statement)
	}
	if w.r.IntN(2) > 0 {
		return
	}
	if _, err := w.Try(x.id, "issue", "done", noticetest.Fields{"effective-day": "2026-09-20"}, "final-text"); err == nil {
		w.publish(x)
	}
}

// hand sends a comment through the portal, to a notice that may not be out at all.
func (w *walk) hand() {
	if len(w.notices) == 0 {
		return
	}
	w.Sealed()
	x := w.notices[w.r.IntN(len(w.notices))]
	a := w.send(http.MethodPost, "/submit/test.comment/"+string(x.id), url.Values{"_key": {"w" + rest()}, "kind": {"citizen"},
		"commenter": {w.word()}, "comment": {w.word()}})
	w.cookies = nil
	if to, ok := strings.CutPrefix(a.header.Get("Location"), "/submissions/"); ok && a.status == http.StatusSeeOther {
		w.replies = append(w.replies, &commentWalk{id: gov.CaseID(to)})
		if !x.out {
			w.T.Errorf("a comment was taken on %s, which was never out", x.title)
		}
	}
}

func (w *walk) answer() {
	if len(w.replies) == 0 {
		return
	}
	x := w.replies[w.r.IntN(len(w.replies))]
	if x.reply == "" {
		reply := w.word()
		if _, err := w.Try(x.id, "study", "done", noticetest.Fields{"published-reply": reply, "note-to-file": w.word()}); err == nil {
			x.reply = reply
		}
		return
	}
	if _, err := w.Try(x.id, "reply", "done", nil); err == nil {
		w.seen[x.reply], x.done = true, true
	}
}

var words = regexp.MustCompile(`词\d{4}完`)
var local = regexp.MustCompile(`href="(/[^"#]*)`)

// look follows every link of the portal and gives the words on the way.
func (w *walk) look() map[string]string {
	w.Sealed()
	where := map[string]string{}
	todo := []string{"/", "/consultations", "/registers", "/submissions", "/documents"}
	for _, x := range w.replies {
		todo = append(todo, "/submissions/"+string(x.id))
	}
	for i := range w.replies {
		todo = append(todo, "/submissions?number="+url.QueryEscape(fmt.Sprintf("意〔2026〕%d号", i+1)))
	}
	for _, x := range w.notices {
		todo = append(todo, "/submit/test.comment/"+string(x.id), "/consultations/"+string(x.id), "/documents/"+string(x.id))
	}
	done := map[string]bool{}
	for len(todo) > 0 {
		path := todo[0]
		todo = todo[1:]
		if done[path] || strings.HasPrefix(path, "/procedures") || strings.HasPrefix(path, "/laws") || strings.HasPrefix(path, "/static") ||
			strings.HasPrefix(path, "/signin") || strings.HasPrefix(path, "/calculator") || strings.HasSuffix(path, ".docx") || strings.Contains(path, "/files/") {
			continue
		}
		done[path] = true
		a := w.send(http.MethodGet, path, nil)
		a.check(w.T, path)
		for _, s := range words.FindAllString(a.body, -1) {
			where[s] = path
		}
		for _, m := range local.FindAllStringSubmatch(a.body, -1) {
			todo = append(todo, html.UnescapeString(m[1]))
		}
	}
	return where
}

// Whatever is done inside, the portal shows what was published and nothing else; and no
// value of a personal field, ever.
func TestPortal_ShowsWhatWasPublishedAndNothingElse(t *testing.T) {
	run := func(t *testing.T, p *portal, seed uint64, turns int) {
		w := &walk{portal: p, r: rand.New(rand.NewPCG(seed, 7)), seen: map[string]bool{}}
		for i := range turns {
			w.turn()
			if i%20 != 19 {
				continue
			}
			where := w.look()
			for s, path := range where {
				if !w.seen[s] {
					t.Fatalf("seed %d, turn %d: %s is not published and stands on %s", seed, i, s, path)
				}
			}
		}
		where, public := w.look(), 0
		for _, x := range w.notices {
			if w.seen[x.title] {
				public++
				if where[x.title] == "" {
					t.Errorf("seed %d: %s was published and stands nowhere", seed, x.title)
				}
			}
		}
		for _, x := range w.replies {
			if x.done && where[x.reply] == "" {
				t.Errorf("seed %d: the reply %s was published and stands nowhere", seed, x.reply)
			}
		}
		if public == 0 || len(w.replies) == 0 {
			t.Errorf("seed %d: nothing happened: %d published, %d comments", seed, public, len(w.replies))
		}
		t.Logf("seed %d: %d words, %d published notices, %d comments", seed, w.n, public, len(w.replies))
	}
	each(t, func(t *testing.T, p *portal) { run(t, p, 1, 80) })
	for seed := range uint64(4) {
		run(t, small(t), seed+2, 80)
	}
}
