package exchange

import (
	"context"
	"io"
	"slices"
	"strings"
	"sync"

	"zhunsheng/docket"
	"zhunsheng/evidence"
	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/procedure"
	"zhunsheng/register"
	"zhunsheng/sqldb"
)

// Importer records tables and takes them back. One works in a process; Run does the rows.
type Importer struct {
	Config
	queue chan job
	// beginning is held while a batch is begun, so that one request begins one.
	beginning sync.Mutex
	mu        sync.Mutex
	now       map[string]*Progress // batches that this process works on or has worked on
}

// Config is what an Importer stands on.
type Config struct {
	DB        *sqldb.DB
	Docket    *docket.Docket
	Registers *register.Store
	Files     *evidence.Store
	Plans     []*Plan
	Clock     gov.Clock
	IDs       *gov.IDs
	Rand      func([]byte)
}

// New makes an Importer.
func New(c Config) *Importer {
	return &Importer{Config: c, queue: make(chan job, 64), now: map[string]*Progress{}}
}

// Progress is how far a batch is (导入进度).
type Progress struct {
	Total, Done int
	Failed      []Problem // rows that were refused after all, by their row
	Running     bool
	Undoing     bool
	// Stopped says for people why the work broke off; it can be gone on with.
	Stopped string
}

// Batch is one table that was imported (导入批次), as the ledger tells it.
type Batch struct {
	ID       string
	Plan     string
	File     string // its name
	Digest   string
	By       gov.Actor
	Begun    gov.Instant
	Rows     int
	Finished gov.Instant // zero while rows are missing
	Undone   gov.Instant
	Reason   string // of the undoing
	Failed   []Problem
	Left     []Problem // cases that could not be taken back
	key      string    // of the request that began it
}

// The kinds of import events, in streams import/<id>. They only grow.
const (
	streamPrefix = "import/"
	kindBegun    = "import.begun"
	kindDone     = "import.done"
	kindUndone   = "import.undone"
)

type payload struct {
	Plan   string    `json:"plan,omitempty"`
	File   string    `json:"file,omitempty"`
	Digest string    `json:"digest,omitempty"`
	Rows   int       `json:"rows,omitempty"`
	Failed []Problem `json:"failed,omitempty"`
	Left   []Problem `json:"left,omitempty"`
	Reason string    `json:"reason,omitempty"`
	Key    string    `json:"key,omitempty"` // of the request
}

// Usable lists the plans by which the person may record, in their order.
func (m *Importer) Usable(ctx context.Context, who *identity.Principal) ([]*Plan, error) {
	if !who.Access.MayAction(identity.RecordCase, "") {
		return nil, nil
	}
	var dir *register.Directory
	if err := m.DB.Read(ctx, func(tx *sqldb.Tx) (err error) {
		dir, err = m.Registers.Directory(tx)
		return err
	}); err != nil {
		return nil, err
	}
	var out []*Plan
	for _, p := range m.Plans {
		def, err := m.Docket.Definitions.Current(p.Procedure)
		if err != nil {
			return nil, err
		}
		// What the definition says of who records is asked by an opening that writes nothing.
		_, no := def.Start(procedure.StartAct{Title: p.Name, Unit: who.Actor.Unit, Occurred: m.Clock.Now(), Actor: who.Actor,
			Recording: &procedure.Recording{Reason: p.Name, Source: p.Source}}, m.Docket.EnvOf(dir, who.Actor.Unit))
		if !slices.ContainsFunc(no, func(r procedure.Refusal) bool { return r.Kind == procedure.RefusedRole }) {
			out = append(out, p)
		}
	}
	return out, nil
}

// Plan finds a plan by its id.
func (m *Importer) Plan(id string) (*Plan, *procedure.Definition, error) {
	for _, p := range m.Plans {
		if p.ID == id {
			def, err := m.Docket.Definitions.Current(p.Procedure)
			return p, def, err
		}
	}
	return nil, nil, gov.Errorf(gov.NotFound, "没有这个导入方案")
}

// Inspect checks a table that the person has uploaded; nothing is written.
func (m *Importer) Inspect(ctx context.Context, who *identity.Principal, plan, digest string) (Report, error) {
	p, def, err := m.Plan(plan)
	if err != nil {
		return Report{}, err
	}
	if err := m.DB.Read(ctx, func(tx *sqldb.Tx) error {
		_, err := m.Files.Brought(tx, digest, who.Actor.Person)
		return err
	}); err != nil {
		return Report{}, err
	}
	f, err := m.Files.Open(digest)
	if err != nil {
		return Report{}, err
	}
	defer f.Close()
	src, err := io.ReadAll(io.LimitReader(f, MaxBytes+1))
	if err != nil {
		return Report{}, err
	}
	t, err := Read(src)
	if err != nil {
		return Report{}, err
	}
	s, err := m.surroundings(ctx, who, p)
	if err != nil {
		return Report{}, err
	}
	return Check(p, def, t, s)
}

func (m *Importer) surroundings(ctx context.Context, who *identity.Principal, p *Plan) (Surroundings, error) {
	known, err := m.Docket.Known(ctx, who, p.Procedure)
	if err != nil {
		return Surroundings{}, err
	}
	var dir *register.Directory
	if err := m.DB.Read(ctx, func(tx *sqldb.Tx) (err error) {
		dir, err = m.Registers.Directory(tx)
		return err
	}); err != nil {
		return Surroundings{}, err
	}
	now := m.Clock.Now()
	called, paths := map[string]gov.UnitID{}, map[gov.UnitID]string{}
	for _, u := range dir.Units(now.Day()) {
		paths[u.ID] = u.Path
		name, mark := dir.UnitName(u.ID)
		for _, c := range []string{string(u.ID), name, mark} {
			if c != "" {
				called[fold(c)] = u.ID
			}
		}
	}
	for _, u := range dir.Units(now.Day()) { // 县民政局 or 民政局 for 清源县民政局, where no other unit is called so
		name, _ := dir.UnitName(u.ID)
		for _, cut := range shorter(name) {
			if other, taken := called[cut]; taken && other != u.ID {
				called[cut] = ""
			} else if !taken {
				called[cut] = u.ID
			}
		}
	}
	return Surroundings{Actor: who.Actor, Now: now,
		Unit:      func(c string) (gov.UnitID, bool) { u := called[fold(c)]; return u, u != "" },
		Name:      func(u gov.UnitID) string { n, _ := dir.UnitName(u); return n },
		MayRecord: func(u gov.UnitID) bool { return who.Access.MayAction(identity.RecordCase, paths[u]) },
		Env:       func(u gov.UnitID) procedure.Env { return m.Docket.EnvOf(dir, u) },
		Known:     func(u gov.UnitID, title string) bool { return known[u][title] },
		Mine:      func(int) bool { return false },
	}, nil
}

// shorter are the ways in which offices shorten a unit's name.
func shorter(name string) (out []string) {
	r := []rune(name)
	for i, c := range r {
		if (c == '县' || c == '市' || c == '区') && i > 0 && i+1 < len(r) {
			out = append(out, fold(string(r[i:])), fold(string(r[i+1:])))
			break
		}
	}
	return out
}

// Begin writes that a table is imported and hands its rows to Run. The batch is known by its
// id at once; its rows follow. The same request sent twice begins one batch, and so does a
// table of which a batch is not finished.
func (m *Importer) Begin(ctx context.Context, who *identity.Principal, plan, digest, file, key string) (string, error) {
	m.beginning.Lock()
	defer m.beginning.Unlock()
	if was, err := m.begun(ctx, who, plan, digest, key); err != nil || was != "" {
		return was, err
	}
	report, err := m.Inspect(ctx, who, plan, digest)
	if err != nil {
		return "", err
	}
	ready, _ := report.Ready()
	if ready == 0 {
		return "", gov.Errorf(gov.Invalid, "没有可以导入的行，请按预检报告改正表格后再上传")
	}
	now := m.Clock.Now()
	b := Batch{ID: m.IDs.New(now), Plan: plan, File: file, Digest: digest, By: who.Actor, Begun: now, Rows: ready}
	if err := m.tell(ctx, who.Actor, b.ID, 1, kindBegun, payload{Plan: plan, File: file, Digest: digest, Rows: ready, Key: key}); err != nil {
		return "", err
	}
	return b.ID, m.put(job{batch: b, who: who})
}

// begun finds the batch that the same request began, or one of the same table that still
// lacks rows.
func (m *Importer) begun(ctx context.Context, who *identity.Principal, plan, digest, key string) (string, error) {
	list, err := m.Batches(ctx, who, batchesLookedAt)
	for _, b := range list {
		if key != "" && b.key == key || b.Plan == plan && b.Digest == digest && b.Finished.IsZero() && b.Undone.IsZero() {
			return b.ID, nil
		}
	}
	return "", err
}

// batchesLookedAt is how far back a repeated request is looked for.
const batchesLookedAt = 50

// Resume goes on with a batch that was broken off: rows that are there are not done again.
func (m *Importer) Resume(ctx context.Context, who *identity.Principal, id string) error {
	b, err := m.Batch(ctx, who, id)
	if err != nil {
		return err
	}
	if !b.Finished.IsZero() || !b.Undone.IsZero() {
		return gov.Errorf(gov.Conflict, "这个批次已经完成")
	}
	return m.put(job{batch: b, who: who})
}

// Undo takes a batch back, row by row, with a reason. What was acted on since is left and
// named.
func (m *Importer) Undo(ctx context.Context, who *identity.Principal, id, reason string) error {
	if strings.TrimSpace(reason) == "" {
		return gov.FieldError("reason", "请写明撤销导入的理由")
	}
	b, err := m.Batch(ctx, who, id)
	if err != nil {
		return err
	}
	if !b.Undone.IsZero() {
		return gov.Errorf(gov.Conflict, "这个批次已经撤销")
	}
	return m.put(job{batch: b, who: who, undo: true, reason: strings.TrimSpace(reason)})
}

func (m *Importer) put(j job) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if p := m.now[j.batch.ID]; p != nil && p.Running {
		return gov.Errorf(gov.Conflict, "这个批次正在处理，请稍候")
	}
	select {
	case m.queue <- j:
		m.now[j.batch.ID] = &Progress{Total: j.batch.Rows, Running: true, Undoing: j.undo}
		return nil
	default:
		return gov.Errorf(gov.Unavailable, "正在处理的导入太多，请稍后再试")
	}
}

// Progress says how far this process is with a batch; false when it does not work on it.
func (m *Importer) Progress(id string) (Progress, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.now[id]
	if p == nil {
		return Progress{}, false
	}
	out := *p
	out.Failed = slices.Clone(p.Failed)
	return out, true
}
