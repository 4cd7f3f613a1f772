package web

import (
	"encoding/base64"
	"net/http"
	"strings"
	"time"
)

// Cookies names and shapes every cookie of the program in one place. Secure is set when
// people reach the server by HTTPS; names then carry the __Host- prefix, which browsers
// tie to this host and to HTTPS.
type Cookies struct{ Secure bool }

const (
	sessionCookie = "zs_session"
	flashCookie   = "zs_flash"
	elderCookie   = "zs_elder"
)

func (c Cookies) name(n string) string {
	if c.Secure {
		return "__Host-" + n
	}
	return n
}

func (c Cookies) set(w http.ResponseWriter, name, value string, age time.Duration) {
	ck := &http.Cookie{
		Name: c.name(name), Value: value, Path: "/", MaxAge: int(age / time.Second),
		HttpOnly: true, Secure: c.Secure, SameSite: http.SameSiteLaxMode,
	}
	if age <= 0 {
		ck.MaxAge = -1
	}
	http.SetCookie(w, ck)
}

func (c Cookies) get(r *http.Request, name string) string {
	ck, err := r.Cookie(c.name(name))
	if err != nil {
		return ""
	}
	return ck.Value
}

// SetSession hands the browser its session token.
func (c Cookies) SetSession(w http.ResponseWriter, token string, age time.Duration) {
	c.set(w, sessionCookie, token, age)
}

// ClearSession forgets it.
func (c Cookies) ClearSession(w http.ResponseWriter) { c.set(w, sessionCookie, "", 0) }

// Session is the token the browser sent, or empty.
func (c Cookies) Session(r *http.Request) string { return c.get(r, sessionCookie) }

// Flash is one message shown once, on the page after a redirect.
type Flash struct {
	Tone Tone
	Text string
	// Done is the id of the form that was accepted: its draft in the browser is dropped.
	Done string
}

// flashRunes bounds the text, because browsers drop a cookie over 4 KB without a word.
const flashRunes = 400

// SetFlash keeps a message for the next page; a very long one is cut.
func (c Cookies) SetFlash(w http.ResponseWriter, f Flash) {
	if r := []rune(f.Text); len(r) > flashRunes {
		f.Text = string(r[:flashRunes]) + "…"
	}
	raw := string(f.Tone) + "\n" + f.Done + "\n" + f.Text
	c.set(w, flashCookie, base64.RawURLEncoding.EncodeToString([]byte(raw)), time.Minute)
}

// TakeFlash gives the message of the last redirect once.
func (c Cookies) TakeFlash(w http.ResponseWriter, r *http.Request) *Flash {
	v := c.get(r, flashCookie)
	if v == "" {
		return nil
	}
	c.set(w, flashCookie, "", 0)
	raw, err := base64.RawURLEncoding.DecodeString(v)
	if err != nil {
		return nil
	}
	part := strings.SplitN(string(raw), "\n", 3)
	if len(part) != 3 {
		return nil
	}
	return &Flash{Tone: Tone(part[0]), Done: part[1], Text: part[2]}
}

// Elder reports that the reader switched to the elder-friendly mode (长者模式).
func (c Cookies) Elder(r *http.Request) bool { return c.get(r, elderCookie) == "1" }

// SetElder keeps the reader's choice for a year.
func (c Cookies) SetElder(w http.ResponseWriter, on bool) {
	if on {
		c.set(w, elderCookie, "1", 365*24*time.Hour)
		return
	}
	c.set(w, elderCookie, "", 0)
}

// LocalPath gives back path when it is an address of this site and fallback otherwise: a
// return address comes from the reader and must not lead to another site.
func LocalPath(path, fallback string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") {
		return fallback
	}
	return path
}
