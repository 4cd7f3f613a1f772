package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"time"

	"zhunsheng/gov"
	"zhunsheng/internal/site"
)

// benchPassword opens all accounts of a server that lives as long as a benchmark.
const benchPassword = "Kestrel-47-lantern"

// serveZhunsheng serves the whole site over HTTP with a session for every person.
func serveZhunsheng(ctx context.Context, o options, announce func(ready)) error {
	e, err := openEngine(ctx, o.dir)
	if err != nil {
		return err
	}
	tokens := map[string]string{}
	for d := range departments {
		for _, p := range posts {
			who := personOf(d, p)
			if err := e.Identity.CreateAccount(ctx, who, gov.PersonID(who), benchPassword); err != nil {
				return errors.Join(err, e.close())
			}
			if tokens[who], _, err = e.Identity.SignIn(ctx, who, benchPassword, "127.0.0.1"); err != nil {
				return errors.Join(err, e.close())
			}
		}
	}
	handler, err := site.Handler(e.App)
	if err != nil {
		return errors.Join(err, e.close())
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return errors.Join(err, e.close())
	}
	srv := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ln) }()
	ended := profile(o, "p1")
	announce(ready{Addr: ln.Addr().String(), Tokens: tokens, Paper: e.paper.Digest})
	select {
	case err = <-served:
	case <-ctx.Done():
		err = srv.Close()
	}
	return errors.Join(err, ended(), e.close())
}

// online is a hand over HTTP: a department's people at one connection.
type online struct {
	*wire
	unit  string
	paper apiPaper
	seats map[string]string // post to the header line with the session
}

// The parts of /api/v1 that the course uses.
type (
	apiPaper struct {
		Digest string `json:"digest"`
		Name   string `json:"name"`
	}
	apiOpen struct {
		Procedure string `json:"procedure"`
		Title     string `json:"title"`
		Unit      string `json:"unit"`
		Key       string `json:"key"`
	}
	apiAct struct {
		Step    string                `json:"step"`
		Outcome string                `json:"outcome"`
		Fields  map[string]string     `json:"fields,omitempty"`
		Papers  map[string][]apiPaper `json:"papers,omitempty"`
		Expect  int64                 `json:"expect"`
		Key     string                `json:"key"`
	}
	apiDone struct {
		Case    string `json:"case"`
		Version int64  `json:"version"`
	}
)

func httpPlayers(c *child, clients int) ([]*player, error) {
	var out []*player
	for i := range clients {
		w, err := dial(c.Addr)
		if err != nil {
			return nil, err
		}
		h := &online{wire: w, unit: unitOf(i % departments), paper: apiPaper{c.Paper, "文本.pdf"}, seats: map[string]string{}}
		for _, p := range posts {
			h.seats[p] = "Cookie: zs_session=" + c.Tokens[personOf(i%departments, p)]
		}
		out = append(out, newPlayer(strconv.Itoa(i), h))
	}
	return out, nil
}

func (h *online) open(title, key string) (string, int64, error) {
	var done apiDone
	err := h.post("/api/v1/cases", h.seats["drafter"], apiOpen{courseProcedure, title, h.unit, key}, &done)
	return done.Case, done.Version, err
}

func (h *online) act(id string, version int64, s stage, key string) (int64, error) {
	body := apiAct{Step: s.step, Outcome: s.outcome, Fields: s.fields, Expect: version, Key: key}
	if len(s.papers) > 0 {
		body.Papers = make(map[string][]apiPaper, len(s.papers))
		for _, p := range s.papers {
			body.Papers[p] = []apiPaper{h.paper}
		}
	}
	var done apiDone
	err := h.post("/api/v1/cases/"+id+"/acts", h.seats[s.post], body, &done)
	return done.Version, err
}
