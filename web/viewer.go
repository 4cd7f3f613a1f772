package web

import (
	"context"

	"zhunsheng/gov"
)

// Viewer is who looks at a page, as far as the frame of a page needs to know.
type Viewer struct {
	Actor    gov.Actor
	Name     string
	PostName string
	UnitName string
	// Posts are the seats this person may act from (岗位切换), the present one included.
	Posts []PostChoice
	// Subject is what the Authenticator wants handlers to find again, in practice the
	// identity principal. Package web never looks inside.
	Subject any
}

// PostChoice is one seat of the post switcher. Value is what the form sends back.
type PostChoice struct {
	Value    string
	PostName string
	UnitName string
	OnBehalf string // name of the person represented (代理), or empty
	Current  bool
}

// Authenticator turns a session token into a viewer. No or an expired session is a
// gov.Error of kind Unauthenticated; any other error is a fault and is never taken for
// "nobody is signed in".
type Authenticator interface {
	Authenticate(ctx context.Context, token string) (Viewer, error)
}

type ctxKey int

const (
	viewerKey ctxKey = iota
	requestIDKey
	logKey
)

// WithViewer puts a viewer into a context; the Mux does it for every route that is not
// Public, and for Public ones when a session cookie came along.
func WithViewer(ctx context.Context, v Viewer) context.Context {
	return context.WithValue(ctx, viewerKey, v)
}

// ViewerFrom finds the viewer of a request.
func ViewerFrom(ctx context.Context) (Viewer, bool) {
	v, ok := ctx.Value(viewerKey).(Viewer)
	return v, ok
}

// RequestID is the id of the request: on the error page, in the log and in X-Request-Id.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey).(string)
	return id
}
