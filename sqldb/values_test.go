package sqldb_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"zhunsheng/gov"
	"zhunsheng/sqldb"
	"zhunsheng/sqldb/sqltest"
)

const (
	makeValue sqldb.SQL = `CREATE TABLE value_test (id BIGINT NOT NULL PRIMARY KEY, txt TEXT, num BIGINT, raw BYTEA)`
	putValue  sqldb.SQL = `INSERT INTO value_test (id, txt, num, raw) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET txt = excluded.txt, num = excluded.num, raw = excluded.raw`
	getValue sqldb.SQL = `SELECT txt, num, raw FROM value_test WHERE id = $1`
	isNull   sqldb.SQL = `SELECT CASE WHEN txt IS NULL THEN 1 ELSE 0 END, CASE WHEN num IS NULL THEN 1 ELSE 0 END,
		CASE WHEN raw IS NULL THEN 1 ELSE 0 END FROM value_test WHERE id = $1`
)

func TestTx_DayAndInstantRoundTrip(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		run(t, db, makeValue)
		rapid.Check(t, func(r *rapid.T) {
			day := gov.DateOf(rapid.IntRange(1900, 2200).Draw(r, "year"), 1, rapid.IntRange(1, 366).Draw(r, "day"))
			at := gov.Instant(rapid.Int64().Draw(r, "instant"))
			raw := rapid.SliceOf(rapid.Byte()).Draw(r, "bytes")
			if raw == nil {
				raw = []byte{}
			}
			run(t, db, putValue, 1, day, at, raw)
			var gotDay gov.Day
			var gotAt gov.Instant
			var gotRaw []byte
			if err := db.Read(ctx, func(tx *sqldb.Tx) error {
				return tx.QueryRow(getValue, 1).Scan(&gotDay, &gotAt, &gotRaw)
			}); err != nil {
				t.Fatal(err)
			}
			if gotDay != day || gotAt != at || !bytes.Equal(gotRaw, raw) {
				t.Fatalf("put %v %d %x, got %v %d %x", day, at, raw, gotDay, gotAt, gotRaw)
			}
		})
	})
}

// What stands for nothing is NULL on both engines, and what is empty is not.
func TestTx_NothingAndEmpty(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		run(t, db, makeValue)
		for id, c := range []struct {
			txt, raw any
			want     string // is NULL: text, number, bytes
		}{
			{nil, nil, "1 1 1"},
			{gov.Day{}, []byte(nil), "1 1 1"},
			{"", []byte{}, "0 1 0"},
			{(*gov.Day)(nil), nil, "1 1 1"},
			{gov.UnitID(""), []byte{0}, "0 1 0"},
		} {
			run(t, db, putValue, id, c.txt, nil, c.raw)
			var txt, num, raw int
			if err := db.Read(ctx, func(tx *sqldb.Tx) error {
				return tx.QueryRow(isNull, id).Scan(&txt, &num, &raw)
			}); err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprint(txt, num, raw); got != c.want {
				t.Errorf("case %d: NULL are %s, want %s", id, got, c.want)
			}
		}
	})
}

func TestTx_NamedTypesAreBound(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		run(t, db, makeValue)
		run(t, db, putValue, int32(1), gov.PersonID("p1"), gov.Limited, []byte("x"))
		run(t, db, putValue, 2, gov.Post("drafter"), gov.Fen(12345), nil)
		got := column(t, db, `SELECT txt || num FROM value_test ORDER BY id`)
		if fmt.Sprint(got) != "[p13 drafter12345]" {
			t.Errorf("got %q", got)
		}
	})
}

// What the engines would store differently, or only one of them at all, is refused.
func TestTx_RefusesWhatEnginesStoreDifferently(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		run(t, db, makeValue)
		for _, bad := range []any{
			time.Now(), 1.5, float32(1), true, uint64(1), struct{}{}, []string{"a"}, &time.Time{},
			"a\x00b", "\xff", sql.NullString{String: "\xff", Valid: true}, sql.NullTime{Time: time.Now(), Valid: true},
		} {
			if err := db.Write(ctx, doing(putValue, 1, bad, nil, nil)); err == nil {
				t.Errorf("%T %v was taken", bad, bad)
			}
		}
		err := db.Write(ctx, doing(putValue, 1, "张\x00三", nil, nil))
		if gov.KindOf(err) != gov.Invalid {
			t.Errorf("text from a form that cannot be stored gave %v, want a sentence for its author", err)
		}
	})
}

// Both engines sort by code point, so lists and pages agree, and so does Go.
func TestSort_ChineseAlike(t *testing.T) {
	words := []string{"清源县司法局", "阿", "中", "备案", "行政", "𠀀", "a", "B", "b", "Z", "", "~", "（", "１", "1", "é", "行政处罚", "龥", "\U0010ffff", "\ue000"}
	want := slices.Sorted(slices.Values(words))
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		run(t, db, makeValue)
		for i, w := range words {
			run(t, db, putValue, i, w, nil, nil)
		}
		if got := column(t, db, `SELECT txt FROM value_test ORDER BY txt`); !slices.Equal(got, want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
		if got := column(t, db, `SELECT MAX(txt) FROM value_test WHERE txt < $1`, "行政处罚"); got[0] != "行政" {
			t.Errorf("comparison gave %q", got)
		}
		if got := column(t, db, `SELECT txt FROM value_test WHERE txt LIKE $1`, "b%"); !slices.Equal(got, []string{"b"}) {
			t.Errorf("LIKE does not mind case: %q", got)
		}
	})
}

func TestSort_NullsStandWhereDeclared(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		run(t, db, makeValue)
		for i, w := range []any{"b", nil, "a"} {
			run(t, db, putValue, i, w, nil, nil)
		}
		for q, want := range map[sqldb.SQL]string{
			`SELECT txt FROM value_test ORDER BY txt NULLS FIRST`:      " a b",
			`SELECT txt FROM value_test ORDER BY txt NULLS LAST`:       "a b ",
			`SELECT txt FROM value_test ORDER BY txt DESC NULLS FIRST`: " b a",
			`SELECT txt FROM value_test ORDER BY txt DESC NULLS LAST`:  "b a ",
		} {
			if got := strings.Join(column(t, db, q), " "); got != want {
				t.Errorf("%s: %q, want %q", q, got, want)
			}
		}
	})
}

// Keyset paging by a row value walks every row once, in the same order on both engines.
func TestPaging_KeysetWalksEveryRowOnce(t *testing.T) {
	const page sqldb.SQL = `SELECT txt || '/' || id FROM value_test WHERE (txt, id) > ($1, $2) ORDER BY txt, id LIMIT $3`
	var walks [][]string
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		run(t, db, makeValue)
		for i := range 40 {
			run(t, db, putValue, i, []string{"甲", "乙", "丙", "a"}[i*7%4], nil, nil)
		}
		var walk []string
		txt, id := "", int64(-1)
		for {
			got := column(t, db, page, txt, id, 7)
			if len(got) == 0 {
				break
			}
			walk = append(walk, got...)
			last := got[len(got)-1]
			if _, err := fmt.Sscanf(last[strings.IndexByte(last, '/')+1:], "%d", &id); err != nil {
				t.Fatal(err)
			}
			txt = last[:strings.IndexByte(last, '/')]
		}
		if len(walk) != 40 || len(slices.Compact(slices.Sorted(slices.Values(walk)))) != 40 {
			t.Errorf("walked %d rows: %q", len(walk), walk)
		}
		walks = append(walks, walk)
	})
	if len(walks) == 2 && !slices.Equal(walks[0], walks[1]) {
		t.Errorf("the engines page differently:\n%q\n%q", walks[0], walks[1])
	}
}

// The constructs that the architecture allows, once each, with equal results.
func TestSQL_SharedConstructsAgree(t *testing.T) {
	queries := []sqldb.SQL{
		`WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i FROM n ORDER BY i`,
		`SELECT COUNT(*) FILTER (WHERE num > 2) FROM value_test`,
		`SELECT SUM(num) FROM value_test`,
		`SELECT num / 2 FROM value_test ORDER BY id`,
		`SELECT ROW_NUMBER() OVER (ORDER BY num DESC, id) FROM value_test ORDER BY id`,
		`SELECT STRING_AGG(txt, ',' ORDER BY txt) FROM value_test`,
		`SELECT COALESCE(txt, '无') FROM value_test ORDER BY id`,
		`SELECT SUBSTR(txt, 2, 1) FROM value_test WHERE txt IS NOT NULL ORDER BY id`,
		`SELECT LENGTH(txt) FROM value_test WHERE txt IS NOT NULL ORDER BY id`,
		`SELECT txt FROM value_test WHERE num BETWEEN 2 AND 3 AND EXISTS (SELECT 1 FROM value_test) ORDER BY id`,
	}
	results := map[sqldb.SQL][]string{}
	sqltest.Each(t, func(t *testing.T, db *sqldb.DB) {
		run(t, db, makeValue)
		for i, w := range []any{"中文", "备案", nil, "abc"} {
			run(t, db, putValue, i, w, i+1, nil)
		}
		for _, q := range queries {
			got := column(t, db, q)
			if want, seen := results[q]; seen && !slices.Equal(got, want) {
				t.Errorf("%s: %q here, %q on the other engine", q, got, want)
			}
			results[q] = got
		}
	})
}
