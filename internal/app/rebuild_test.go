package app_test

import (
	"fmt"
	"testing"

	"zhunsheng/docket"
	"zhunsheng/gov"
	"zhunsheng/internal/app"
	"zhunsheng/internal/govtest"
	"zhunsheng/ledger"
	"zhunsheng/ledger/follow"
	"zhunsheng/ledger/ledgersql"
	"zhunsheng/sqldb"
)

// Whatever people do, replay of the events into an empty database gives the live one row
// by row.
func TestRebuild_EqualsTheLiveDatabaseAfterAnyCourse(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			govtest.Each(t, func(t *testing.T, c *govtest.County) {
				w := govtest.Wander(c, seed)
				w.Go(90)
				mustBeRebuilt(t, c) // with records that no projection has seen yet
				w.Go(30)
				settle(t, c)
				mustBeRebuilt(t, c)
				mustPause(t, c)
				mustBeClean(t, c)
				t.Log(w.Tally)
			})
		})
	}
}

// Damage to any table of projections is found row by row, and mended.
func TestRepair_MendsDamagedProjections(t *testing.T) {
	govtest.Each(t, func(t *testing.T, c *govtest.County) {
		tell(t, c)
		mustPause(t, c)
		want := dump(t, c)
		raw := c.Raw()
		for _, table := range tables(t, c) {
			if app.Tables[table.Name] != app.ByReplay {
				continue
			}
			for _, column := range table.Columns {
				if column.Key == 0 && column.Type == "TEXT" {
					if _, err := raw.Exec("UPDATE " + table.Name + " SET " + column.Name + " = 'damaged'"); err != nil {
						t.Fatal(err)
					}
				}
			}
			if table.Name != "published" {
				continue
			}
			if _, err := raw.Exec("DELETE FROM " + table.Name); err != nil {
				t.Fatal(err)
			}
		}
		for _, q := range []string{"UPDATE projection SET at = at - 5", "DELETE FROM clock", "UPDATE case_row SET late = late + 1",
			"INSERT INTO number_series (series, last) VALUES ('smuggled', 9)"} {
			if _, err := raw.Exec(q); err != nil {
				t.Fatal(err)
			}
		}
		diffs, err := c.Rebuild(ctx)
		if err != nil {
			t.Fatal(err)
		}
		hit := map[string]bool{}
		for _, d := range diffs {
			hit[d.Table] = true
		}
		for name, custody := range app.Tables {
			if custody == app.ByReplay && !hit[name] && name != "case_party" && name != "projection" {
				t.Errorf("no difference in %s", name)
			}
		}
		n, err := c.Repair(ctx)
		if err != nil || n == 0 {
			t.Fatalf("repair: %d rows, %v", n, err)
		}
		mustBeRebuilt(t, c)
		mustBeClean(t, c)
		if got := dump(t, c); got != want {
			t.Error("the repaired database is not as it was")
		}
	})
}

// Repair waits for no running program: it says so and changes nothing.
func TestRepair_RefusesBesideARunningProgram(t *testing.T) {
	govtest.Each(t, func(t *testing.T, c *govtest.County) {
		tell(t, c)
		if _, err := c.Repair(ctx); gov.KindOf(err) != gov.Unavailable {
			t.Errorf("repair beside a running program: %v", err)
		}
		mustBeRebuilt(t, c)
	})
}

// Acts that other processes take during a repair are not lost, and it is done or not.
func TestRepair_LosesNoActInBetween(t *testing.T) {
	govtest.Each(t, func(t *testing.T, c *govtest.County) {
		tell(t, c)
		mustPause(t, c)
		done := make(chan error, 1)
		go func() {
			_, err := c.Repair(ctx)
			done <- err
		}()
		// On PostgreSQL the repair loses against every act; it runs again once there are none.
		govtest.Wander(c, 7).Go(40)
		if err := <-done; err != nil {
			t.Errorf("repair: %v", err)
		}
		mustBeRebuilt(t, c)
		c.Resume()
		settle(t, c)
		mustBeRebuilt(t, c)
	})
}

// A process that died after numbering records and before sealing them leaves events that
// no checkpoint covers. They are part of what rebuild folds.
func TestRebuild_FoldsWhatIsNumberedAndNotSealed(t *testing.T) {
	govtest.Each(t, func(t *testing.T, c *govtest.County) {
		tell(t, c)
		mustPause(t, c)
		id := c.Open("qy-b", "封存之前中断")
		take(t, c, id, "qy-b", govtest.Step{Post: "drafter", Step: "draft", Outcome: "done", Fields: govtest.Straight[0].Fields,
			Papers: govtest.Straight[0].Papers})
		size := verify(t, c).Records
		err := c.DB.Write(ctx, func(tx *sqldb.Tx) error {
			events, err := ledgersql.Stream(tx, docket.StreamOf(id))
			if err != nil {
				return err
			}
			entry := ledger.Commit(events[0].Salt, events[0].Body)
			_, err = tx.Exec(`INSERT INTO leaf (idx, event_id, entry) VALUES ($1, $2, $3)`, size, events[0].ID, entry[:])
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		mustBeRebuilt(t, c)
		if r := mustBeClean(t, c); r.Unsealed != 2 {
			t.Errorf("%d unsealed records, want 2", r.Unsealed)
		}
		c.Resume()
		settle(t, c)
		mustPause(t, c)
		if r := mustBeClean(t, c); r.Records != size+2 || r.Unsealed != 0 {
			t.Errorf("after sealing: %+v", r)
		}
	})
}

// A process that was killed between the seal and the fold leaves projections behind by any
// number of records. Caught up, they are what one fold in one go makes.
func TestFollower_CatchesUpFromAnyRecord(t *testing.T) {
	govtest.Each(t, func(t *testing.T, c *govtest.County) {
		tell(t, c)
		mustPause(t, c)
		want := dump(t, c)
		size := mustBeClean(t, c).Records
		for _, behind := range []int64{1, 7, size - 1, size} {
			foldTo(t, c, size-behind)
			if found := verify(t, c).Findings; len(found) != 2 || !names(found, "projection[publication]", "启动后自会补上") {
				t.Fatalf("behind by %d: %s", behind, list(found))
			}
			mustBeRebuilt(t, c) // behind is no difference: rows are as they were at that record
			c.Resume()
			settle(t, c)
			mustPause(t, c)
			mustBeClean(t, c)
			if got := dump(t, c); got != want {
				t.Errorf("behind by %d: other rows than before", behind)
			}
		}
	})
}

// foldTo makes the reading projections anew up to a record, as if what came after had
// never been folded.
func foldTo(t *testing.T, c *govtest.County, at int64) {
	t.Helper()
	raw := c.Raw()
	for _, table := range []string{"projection", "publication_subject", "published", "indicator_subject",
		"indicator_case", "indicator_child", "indicator_set"} {
		if _, err := raw.Exec("DELETE FROM " + table); err != nil {
			t.Fatal(err)
		}
	}
	err := c.DB.Write(ctx, func(tx *sqldb.Tx) error {
		all, err := ledgersql.Range(tx, 0, int(at))
		if err != nil {
			return err
		}
		for _, p := range c.Follower.Projections() {
			for _, s := range all {
				env, err := ledger.DecodeEnvelope(s.Body)
				if err != nil {
					return err
				}
				if err := p.Apply(tx, follow.NewRecord(s.Index, env)); err != nil {
					return err
				}
			}
			if at > 0 {
				if err := follow.Put(tx, p.Name(), at); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
