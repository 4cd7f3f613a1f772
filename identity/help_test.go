package identity

import (
	"bytes"
	"encoding/binary"
	"log/slog"
	"sync"
	"testing"
	"time"

	"zhunsheng/gov"
	"zhunsheng/sqldb"
)

type directoryFunc func() *Roster

func (f directoryFunc) Roster(*sqldb.Tx) (*Roster, error) { return f(), nil }

type fakeClock struct{ now gov.Instant }

func (c *fakeClock) Now() gov.Instant     { return c.now }
func (c *fakeClock) pass(d time.Duration) { c.now = c.now.Add(d) }
func day(s string) gov.Day                { return gov.MustDay(s) }
func since(s string) Span                 { return Span{From: day(s)} }
func between(from, to string) Span        { return Span{day(from), day(to)} }
func actor(person, post, unit string) gov.Actor {
	return gov.Actor{Person: gov.PersonID(person), Post: gov.Post(post), Unit: gov.UnitID(unit)}
}

// counter fills with bytes that never repeat, and always the same ones.
func counter() func([]byte) {
	var mu sync.Mutex
	var n uint64
	return func(b []byte) {
		mu.Lock()
		defer mu.Unlock()
		for i := 0; i < len(b); i += 8 {
			n++
			var w [8]byte
			binary.BigEndian.PutUint64(w[:], n*0x9e3779b97f4a7c15)
			copy(b[i:], w[:])
		}
	}
}

var testKey = RowKey{1, 2, 3}

// county is a small tree: the county, a bureau with a section, another bureau, a township,
// and the court outside.
func county() RosterData {
	all := []Action{ReadCase, OpenCase, ActOnCase, RecordCase}
	return RosterData{
		Generation: "1",
		Units: []Unit{
			{ID: "qy", Name: "清源县人民政府", Kind: Government, Span: since("2020-01-01")},
			{ID: "qy-mzj", Name: "清源县民政局", Mark: "清民", Kind: Department, Parent: "qy", Span: since("2020-01-01")},
			{ID: "qy-mzj-fg", Name: "法规科", Kind: Section, Parent: "qy-mzj", Span: since("2020-01-01")},
			{ID: "qy-sfj", Name: "清源县司法局", Kind: Department, Parent: "qy", Span: since("2020-01-01")},
			{ID: "qy-lh", Name: "柳河镇人民政府", Kind: Township, Parent: "qy", Span: between("2020-01-01", "2025-01-01")},
			{ID: "court", Name: "清源县人民法院", Kind: External, Span: since("2020-01-01")},
		},
		People: []Person{
			{ID: "zhang", Name: "张三", Unit: "qy-mzj", Span: between("2020-01-01", "2024-01-01")},
			{ID: "zhang", Name: "张三", Unit: "qy-mzj", Qualifications: []string{"法律职业资格"}, Span: since("2024-01-01")},
			{ID: "li", Name: "李四", Unit: "qy-mzj", Span: since("2020-01-01")},
			{ID: "wang", Name: "王五", Unit: "qy-sfj", Span: since("2020-01-01")},
			{ID: "sys", Name: "赵六", Unit: "qy", Span: since("2020-01-01")},
		},
		Posts: []PostInfo{
			{ID: "drafter", Name: "起草人", Kind: WorkPost, Actions: all, Span: since("2020-01-01")},
			{ID: "reviewer", Name: "合法性审核人员", Kind: WorkPost, Actions: all, Span: since("2020-01-01")},
			{ID: "sysadmin", Name: "系统管理员", Kind: SystemAdmin, Span: since("2020-01-01"),
				Actions: append([]Action{EditRegister("units")}, all...)},
		},
		Grants: []Grant{
			{ID: "g1", Person: "zhang", Post: "drafter", Unit: "qy-mzj", Scope: "qy-mzj", Clearance: gov.Internal,
				Span: between("2023-01-01", "2027-01-01")},
			{ID: "g2", Person: "zhang", Post: "reviewer", Unit: "qy-mzj", Clearance: gov.Limited,
				Actions: []Action{ReadCase}, Span: since("2023-01-01")},
			{ID: "g3", Person: "wang", Post: "reviewer", Unit: "qy-sfj", Scope: "qy", Clearance: gov.Limited, Span: since("2023-01-01")},
			{ID: "g4", Person: "li", Post: "drafter", Unit: "qy-mzj", Scope: "qy", Clearance: gov.Limited, OnBehalf: "zhang",
				Span: between("2026-11-01", "2026-12-01")},
			{ID: "g5", Person: "sys", Post: "sysadmin", Unit: "qy", Scope: "qy", Clearance: gov.Limited, Span: since("2023-01-01")},
		},
	}
}

type world struct {
	*Service
	clock *fakeClock
	log   *bytes.Buffer
	data  RosterData
	t     *testing.T
}

// newWorld is a Service over the county with cheap hashes, on 2026-11-23 at 09:00.
func newWorld(t *testing.T, db *sqldb.DB) *world {
	t.Helper()
	w := &world{clock: &fakeClock{day("2026-11-23").Start().Add(9 * time.Hour)}, log: &bytes.Buffer{}, data: county(), t: t}
	roster := NewRoster(w.data)
	w.Service = New(Config{DB: db, Directory: directoryFunc(func() *Roster {
		if w.data.Generation != roster.Generation() {
			roster = NewRoster(w.data)
		}
		return roster
	}), Key: testKey, Clock: w.clock, Rand: counter(), Security: slog.New(slog.NewTextHandler(w.log, nil)),
		Hash: HashParams{MemoryKiB: 8, Passes: 1, Lanes: 1}})
	return w
}

func must[T any](t *testing.T, v T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return v
}
