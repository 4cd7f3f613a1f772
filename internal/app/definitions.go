package app

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"zhunsheng/area"
	"zhunsheng/gov"
	"zhunsheng/ledger"
	"zhunsheng/ledger/ledgersql"
	"zhunsheng/procedure"
	"zhunsheng/sqldb"
)

// The stream that says which local overlays the program works with, and its kind of event. It
// is one of the log's own streams: no case and no register is in it.
const (
	definitionsStream    = "ledger/definitions"
	KindDefinitionLoaded = "definition.loaded"
)

// overlaysFolder is the folder inside the data folder with the county's own overlays
// (本地补充规定), which are laid over the definitions at every start.
const overlaysFolder = "overlays"

// Loaded is the payload of KindDefinitionLoaded: the definitions that overlays change, as new
// cases start under them from here on. It holds the texts, so that a case goes on under the
// overlays it started under when the operator has long replaced them. Fields are only added.
type Loaded struct {
	Definitions []LoadedDefinition `json:"definitions"`
}

// LoadedDefinition is one definition with overlays laid over it.
type LoadedDefinition struct {
	ID       string          `json:"id"`
	Version  int             `json:"version"`
	Digest   string          `json:"digest"` // of the result
	Overlays []LoadedOverlay `json:"overlays"`
}

// LoadedOverlay is one overlay with its text.
type LoadedOverlay struct {
	ID      string `json:"id"`
	Version int    `json:"version"` // of the definition that it lies over
	Digest  string `json:"digest"`
	File    string `json:"file"`
	Text    string `json:"text"`
}

// layOverlays lays the overlays of the data folder over the definitions. One that loosens a
// definition, or does not pass its checks under the areas' parameters, stops the start.
func (a *App) layOverlays(ctx context.Context, of contributions) error {
	if err := a.keepEarlier(ctx, of.definitions); err != nil {
		return err
	}
	overlays, err := area.LoadOverlays(os.DirFS(filepath.Join(a.Data, overlaysFolder)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	laid, err := area.Lay(of.definitions, overlays, a.Book, area.Values(of.parameters))
	if err != nil {
		return err
	}
	for _, d := range laid {
		a.Definitions.Overlay(d)
		a.loaded.Definitions = append(a.loaded.Definitions, loadedDefinition(d, overlays))
	}
	return nil
}

func loadedDefinition(d *procedure.Definition, overlays []area.Overlay) LoadedDefinition {
	out := LoadedDefinition{ID: d.ID(), Version: d.Version(), Digest: d.Digest()}
	for _, o := range d.Overlays() {
		for _, file := range overlays {
			if file.Overlay == o {
				out.Overlays = append(out.Overlays, LoadedOverlay{ID: o.ID(), Version: file.Version, Digest: o.Digest(),
					File: file.File, Text: string(file.Text)})
			}
		}
	}
	return out
}

// keepEarlier makes the definitions anew that earlier starts worked with, from the texts in
// the ledger. What cannot be made is left out: a case that runs under it says so.
func (a *App) keepEarlier(ctx context.Context, defs []*procedure.Definition) error {
	var loads []Loaded
	err := a.DB.Read(ctx, func(tx *sqldb.Tx) (err error) {
		loads, err = loadsOf(tx)
		return err
	})
	for _, load := range loads {
		for _, was := range load.Definitions {
			if d := a.makeEarlier(was, defs); d != nil {
				a.Definitions.Keep(d)
			} else {
				a.Log.Warn("a definition with earlier overlays cannot be made anew", "definition", was.ID, "version", was.Version, "digest", was.Digest)
			}
		}
	}
	return err
}

func (a *App) makeEarlier(was LoadedDefinition, defs []*procedure.Definition) *procedure.Definition {
	for _, base := range defs {
		if base.ID() != was.ID || base.Version() != was.Version {
			continue
		}
		d := base
		for _, o := range was.Overlays {
			parsed, err := area.ParseOverlay(o.File, []byte(o.Text))
			if err != nil {
				return nil
			}
			var problems procedure.Problems
			if d, problems = d.With(parsed.Overlay, a.Book); len(problems) > 0 {
				return nil
			}
		}
		if d.Digest() == was.Digest {
			return d
		}
	}
	return nil
}

func loadsOf(tx *sqldb.Tx) ([]Loaded, error) {
	events, err := ledgersql.Stream(tx, definitionsStream)
	if err != nil {
		return nil, err
	}
	var out []Loaded
	for _, e := range events {
		env, err := ledger.DecodeEnvelope(e.Body)
		if err != nil {
			return nil, err
		}
		var l Loaded
		if err := json.Unmarshal(env.Payload, &l); err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, nil
}

// recordDefinitions writes which overlays the program works with, when they are others than
// the ledger last said. Of several processes that start at once one writes it.
func (a *App) recordDefinitions(ctx context.Context) (err error) {
	for range 3 {
		if err = a.recordLoaded(ctx); gov.KindOf(err) != gov.Conflict {
			return err
		}
	}
	return err
}

func (a *App) recordLoaded(ctx context.Context) error {
	body, err := json.Marshal(a.loaded)
	if err != nil {
		return err
	}
	return a.DB.Write(ctx, func(tx *sqldb.Tx) error {
		earlier, err := loadsOf(tx)
		if err != nil {
			return err
		}
		last := Loaded{}
		if n := len(earlier); n > 0 {
			last = earlier[n-1]
		}
		if sameDigests(last, a.loaded) {
			return nil
		}
		now := a.Clock.Now()
		env := ledger.Envelope{ID: a.ids.New(now), Stream: definitionsStream, Version: int64(len(earlier)) + 1,
			Kind: KindDefinitionLoaded, Recorded: now, Occurred: now, Actor: gov.System, Payload: body}
		text, err := env.Encode()
		if err != nil {
			return err
		}
		salt := make([]byte, ledger.SaltSize)
		a.fill(salt)
		return ledgersql.Append(tx, ledgersql.Event{ID: env.ID, Stream: env.Stream, Version: env.Version, Recorded: now, Salt: salt, Body: text})
	})
}

func sameDigests(a, b Loaded) bool {
	digests := func(l Loaded) map[string]bool {
		out := map[string]bool{}
		for _, d := range l.Definitions {
			out[d.Digest] = true
			for _, o := range d.Overlays {
				out[d.Digest+" "+o.Digest] = true
			}
		}
		return out
	}
	x, y := digests(a), digests(b)
	if len(x) != len(y) {
		return false
	}
	for d := range x {
		if !y[d] {
			return false
		}
	}
	return true
}
