package web

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"zhunsheng/gov"
)

func TestDates(t *testing.T) {
	d, today := gov.MustDay("2026-09-02"), gov.MustDay("2026-11-23")
	late := gov.MustDay("2027-01-05")
	cases := []struct{ got, want string }{
		{ShortDay(d), "9月2日"}, {LongDay(d), "2026年9月2日"}, {ShortDay(gov.Day{}), ""}, {LongDay(gov.Day{}), ""},
		{NearDay(d, today), "9月2日"}, {NearDay(late, today), "2027年1月5日"}, {NearDay(gov.Day{}, today), ""},
		{DaySpan(gov.MustDay("2026-09-05"), gov.MustDay("2026-10-05")), "9月5日 — 10月5日"},
		{DaySpan(d, late), "2026年9月2日 — 2027年1月5日"},
		{ShortTime(at("2026-10-14", 9, 12)), "10月14日 09:12"}, {LongTime(at("2026-10-14", 9, 12)), "2026年10月14日 09:12"}, {ShortTime(0), ""}, {LongTime(0), ""},
		{NearTime(at("2026-10-14", 9, 12), today), "10月14日 09:12"}, {NearTime(at("2025-12-31", 9, 12), today), "2025年12月31日 09:12"}, {NearTime(0, today), ""},
		{LeftText(3, WorkingDay), "还剩 3 个工作日"}, {LeftText(0, WorkingDay), "今天到期"}, {LeftText(-2, WorkingDay), "逾期 2 个工作日"}, {LeftText(5, CalendarDay), "还剩 5 日"},
		{Bytes(512), "512 字节"}, {Bytes(36_200), "36 KB"}, {Bytes(2_400_000), "2.4 MB"}, {Bytes(3_000_000_000), "3.0 GB"}, {Bytes(-1), ""},
		{ShortHash("7f3a09b1d2c4c19e"), "7f3a…c19e"}, {ShortHash("abc"), "abc"},
	}
	for i, c := range cases {
		if c.got != c.want {
			t.Errorf("%d: got %q, want %q", i, c.got, c.want)
		}
	}
	for n, want := range map[int]Tone{-1: Late, 0: Soon, 3: Soon, 4: Met} {
		if got := LeftTone(n, 3); got != want {
			t.Errorf("LeftTone(%d) is %s, want %s", n, got, want)
		}
	}
}

// A return address never leads to another site.
func FuzzLocalPath(f *testing.F) {
	for _, s := range []string{"/a", "//evil", "/\\evil", "https://evil", "", "/a?b=c#d", "/\t/evil", "javascript:1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p := LocalPath(s, "/")
		if p == "" || p[0] != '/' || len(p) > 1 && (p[1] == '/' || p[1] == '\\') {
			t.Fatalf("%q leads to %q", s, p)
		}
	})
}

// A flash comes back as it was set, once, whatever its text; a forged one is nothing.
func FuzzFlash(f *testing.F) {
	f.Add("met", "已提交\n第二行", "form-1")
	f.Add("late", "", "")
	f.Fuzz(func(t *testing.T, tone, text, done string) {
		if containsNewline(tone) || containsNewline(done) || len(text) > flashRunes {
			t.Skip()
		}
		c := Cookies{}
		w := httptest.NewRecorder()
		c.SetFlash(w, Flash{Tone(tone), text, done})
		r := httptest.NewRequest("GET", "/", nil)
		r.AddCookie(w.Result().Cookies()[0])
		got := c.TakeFlash(httptest.NewRecorder(), r)
		if got == nil || *got != (Flash{Tone(tone), text, done}) {
			t.Fatalf("got %+v", got)
		}
		r = httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Cookie", "zs_flash="+text)
		c.TakeFlash(httptest.NewRecorder(), r) // must not panic
	})
}

func containsNewline(s string) bool {
	for _, b := range []byte(s) {
		if b == '\n' {
			return true
		}
	}
	return false
}

func TestCookies_SecureOnesAreTiedToTheHost(t *testing.T) {
	for _, secure := range []bool{false, true} {
		w := httptest.NewRecorder()
		c := Cookies{Secure: secure}
		c.SetSession(w, "t0ken", 3600e9)
		ck := w.Result().Cookies()[0]
		want := map[bool]string{false: "zs_session", true: "__Host-zs_session"}[secure]
		if ck.Name != want || ck.Secure != secure || !ck.HttpOnly || ck.Path != "/" || ck.Domain != "" || ck.MaxAge != 3600 || ck.SameSite != http.SameSiteLaxMode {
			t.Errorf("%+v", ck)
		}
		r := httptest.NewRequest("GET", "/", nil)
		r.AddCookie(ck)
		if c.Session(r) != "t0ken" {
			t.Error("the session did not come back")
		}
	}
}
