package register

import (
	"context"
	"encoding/binary"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/ledger"
	"zhunsheng/ledger/ledgersql"
	"zhunsheng/sqldb"
	"zhunsheng/sqldb/sqltest"
)

var ctx = context.Background()

func day(s string) gov.Day { return gov.MustDay(s) }

type fakeClock struct{ now gov.Instant }

func (c *fakeClock) Now() gov.Instant { return gov.Instant(atomic.AddInt64((*int64)(&c.now), 1)) }

// world is a county with registers of its own, on 2026-11-23 at 09:00.
type world struct {
	*Store
	t     *testing.T
	clock *fakeClock
}

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

func newStore(t *testing.T, db *sqldb.DB, clock *fakeClock) *Store {
	t.Helper()
	firms, err := Parse("firms.yaml", []byte(firmsYAML))
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Config{DB: db, Clock: clock, IDs: gov.NewIDs(counter()), Rand: counter(), Declared: []*Declaration{firms}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// firmsYAML has a field of every type.
const firmsYAML = `
register: firms
name: 企业名录
about: 试验用
key_label: 统一社会信用代码
key_form: "[0-9A-Z]{4,18}"
backdate: true
fields:
  - {name: name, label: 名称, type: text, required: true, max: 10}
  - {name: note, label: 备注, type: longtext, level: 2}
  - {name: founded, label: 成立日期, type: day, fixed: true}
  - {name: staff, label: 人数, type: number}
  - {name: listed, label: 上市, type: bool}
  - {name: size, label: 规模, type: choice, choices: [{id: s, label: 小}, {id: l, label: 大}]}
  - {name: trades, label: 行业, type: words}
  - {name: unit, label: 主管单位, type: ref, register: units}
  - {name: contact, label: 联系人, type: text, personal: true, level: 3}
`

func newWorld(t *testing.T, db *sqldb.DB) *world {
	t.Helper()
	clock := &fakeClock{day("2026-11-23").Start().Add(9 * time.Hour)}
	w := &world{Store: newStore(t, db, clock), t: t, clock: clock}
	if err := w.Load(ctx, gov.System, countyEntries()); err != nil {
		t.Fatal(err)
	}
	return w
}

func since(s string) identity.Span { return identity.Span{From: day(s)} }

func entry(register, key, from string, data ...string) Change {
	c := Change{Register: register, Key: key, Span: since(from), Data: map[string]string{}}
	for i := 0; i < len(data); i += 2 {
		c.Data[data[i]] = data[i+1]
	}
	return c
}

func countyEntries() []Change {
	const from = "2020-01-01"
	person := func(key, name, unit string) Change { return entry(People, key, from, "name", name, "unit", unit) }
	grant := func(key, person, post, unit, scope string) Change {
		return entry(Grants, key, from, "person", person, "post", post, "unit", unit, "scope", scope, "clearance", "2")
	}
	return []Change{
		entry(Units, "qy", from, "name", "清源县人民政府", "mark", "清政", "kind", "government"),
		entry(Units, "qy-mzj", from, "name", "清源县民政局", "mark", "清民", "kind", "department", "parent", "qy"),
		entry(Units, "qy-sfj", from, "name", "清源县司法局", "mark", "清司", "kind", "department", "parent", "qy"),
		entry(Units, "qy-lh", from, "name", "柳河镇人民政府", "kind", "township", "parent", "qy"),
		person("zhang", "张三", "qy-mzj"), person("li", "李四", "qy-mzj"), person("wang", "王五", "qy-sfj"),
		person("zhao", "赵六", "qy"), person("sun", "孙七", "qy"), person("qian", "钱八", "qy-lh"),
		entry(Posts, "drafter", from, "name", "起草人", "kind", "work", "actions", "case.read、case.act，case.open"),
		entry(Posts, "keeper", from, "name", "台账管理", "kind", "work", "actions",
			"register.firms.edit,register.parameters.edit,register.parameters.approve"),
		entry(Posts, "sysadmin", from, "name", "系统管理员", "kind", "system", "actions",
			"register.units.edit,register.people.edit,register.posts.edit"),
		entry(Posts, "secadmin", from, "name", "安全保密管理员", "kind", "security", "actions", "register.grants.edit"),
		grant("g-zhang", "zhang", "drafter", "qy-mzj", "qy-mzj"),
		grant("g-wang", "wang", "keeper", "qy-sfj", "qy"),
		grant("g-li", "li", "keeper", "qy-mzj", "qy-mzj"),
		grant("g-zhao", "zhao", "sysadmin", "qy", "qy"),
		grant("g-sun", "sun", "secadmin", "qy", "qy"),
		grant("g-qian", "qian", "sysadmin", "qy-lh", "qy-lh"),
		entry(Parameters, "filing-limit", from, "parameter", "filing-limit", "label", "备案期限", "value", "15日",
			"source", "试验", "unverified", "true"),
	}
}

func (w *world) who(person, post, unit string) *identity.Principal {
	w.t.Helper()
	var p *identity.Principal
	w.read(func(tx *sqldb.Tx) error {
		dir, err := w.Directory(tx)
		if err != nil {
			return err
		}
		p, err = dir.Principal(gov.Actor{Person: gov.PersonID(person), Post: gov.Post(post), Unit: gov.UnitID(unit)}, day("2026-11-23"))
		return err
	})
	return p
}

func (w *world) keeper() *identity.Principal   { return w.who("wang", "keeper", "qy-sfj") }
func (w *world) sysadmin() *identity.Principal { return w.who("zhao", "sysadmin", "qy") }
func (w *world) secadmin() *identity.Principal { return w.who("sun", "secadmin", "qy") }

func (w *world) read(fn func(*sqldb.Tx) error) {
	w.t.Helper()
	if err := w.DB.Read(ctx, fn); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) get(register, key, on string) Entry {
	w.t.Helper()
	var e Entry
	w.read(func(tx *sqldb.Tx) (err error) {
		e, err = w.Get(tx, register, key, day(on))
		return err
	})
	return e
}

func (w *world) missing(register, key, on string) {
	w.t.Helper()
	w.read(func(tx *sqldb.Tx) error {
		if e, err := w.Get(tx, register, key, day(on)); gov.KindOf(err) != gov.NotFound {
			w.t.Errorf("%s/%s on %s: %+v, %v; want nothing", register, key, on, e, err)
		}
		return nil
	})
}

func (w *world) set(who *identity.Principal, c Change) Done {
	w.t.Helper()
	done, err := w.Set(ctx, who, c)
	if err != nil {
		w.t.Fatal(err)
	}
	return done
}

// refuses checks that a change is refused for a reason and leaves nothing behind.
func (w *world) refuses(who *identity.Principal, c Change, kind gov.Kind, field, says string) {
	w.t.Helper()
	before := w.dump()
	_, err := w.Set(ctx, who, c)
	if err == nil || gov.KindOf(err) != kind || !strings.Contains(err.Error(), says) {
		w.t.Errorf("got %v, want kind %d about %q", err, kind, says)
	}
	if field != "" {
		found := false
		for _, p := range Problems(err) {
			found = found || p.Field == field
		}
		if !found {
			w.t.Errorf("no problem at field %q: %v", field, err)
		}
	}
	if after := w.dump(); after != before {
		w.t.Error("a refused change left something behind")
	}
}

func (w *world) dump() string { return dump(w.t, w.DB) }

// dump is every row of the projections of registers, in order.
func dump(t *testing.T, db *sqldb.DB) string {
	t.Helper()
	var out strings.Builder
	err := db.Read(ctx, func(tx *sqldb.Tx) error {
		out.Reset()
		rows, err := tx.Query("SELECT register || '|' || key || '|' || valid_from || '|' || COALESCE(valid_to, '-') || '|' || data || '|' || event_id FROM register_entry ORDER BY register, key, valid_from")
		if err != nil {
			return err
		}
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				return err
			}
			out.WriteString(line + "\n")
		}
		if err := rows.Err(); err != nil {
			return err
		}
		rows, err = tx.Query("SELECT person || '|' || key || '|' || stream || '|' || CAST(version AS TEXT) FROM request_key ORDER BY person, key")
		if err != nil {
			return err
		}
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				return err
			}
			out.WriteString(line + "\n")
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// events reads every event of a register.
func (w *world) events(register string) []ledger.Envelope {
	w.t.Helper()
	var out []ledger.Envelope
	w.read(func(tx *sqldb.Tx) error {
		stored, err := ledgersql.Stream(tx, StreamOf(register))
		out = nil
		for _, s := range stored {
			env, err := ledger.DecodeEnvelope(s.Body)
			if err != nil {
				return err
			}
			out = append(out, env)
		}
		return err
	})
	return out
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) { fn(t, newWorld(t, db)) })
}
