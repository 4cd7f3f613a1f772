package public

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"zhunsheng/gov"
)

// How much the portal takes: from one address, and altogether. An office lobby shares one
// address, so the first is no tight one; both only keep a flood out.
const (
	perAddress   = 20
	altogether   = 1000
	limitWindow  = 10 * time.Minute
	maxAddresses = 10_000
)

// limiter counts submissions in windows of time. It keeps addresses in memory only and
// forgets them with the window. Safe for concurrent use.
type limiter struct {
	mu    sync.Mutex
	began gov.Instant
	all   int
	by    map[string]int
}

func newLimiter() *limiter { return &limiter{by: map[string]int{}} }

// take counts one submission, or refuses it.
func (l *limiter) take(from string, now gov.Instant) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now >= l.began.Add(limitWindow) || now < l.began {
		l.began, l.all = now, 0
		clear(l.by)
	}
	if l.all >= altogether || l.by[from] >= perAddress || len(l.by) >= maxAddresses && l.by[from] == 0 {
		return gov.Errorf(gov.TooMany, "现在提交的人太多，请过几分钟再提交；已填写的内容保留在您的浏览器中")
	}
	l.all++
	l.by[from]++
	return nil
}

// sender is the address that a request comes from. A reverse proxy in the same network
// says in X-Forwarded-For for whom it asks; anybody else's word on that is not taken.
func sender(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	near, err := netip.ParseAddr(host)
	if err != nil || !near.IsLoopback() && !near.IsPrivate() {
		return host
	}
	all := strings.Split(r.Header.Get("X-Forwarded-For"), ",")
	if far, err := netip.ParseAddr(strings.TrimSpace(all[len(all)-1])); err == nil {
		return far.String()
	}
	return host
}
