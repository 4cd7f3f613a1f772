package app_test

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"zhunsheng/gov"
	"zhunsheng/internal/app"
	"zhunsheng/internal/govtest"
	"zhunsheng/sqldb/sqltest"
)

// engines are the ways over: from the engine of the backup to that of the restore.
var engines = []struct {
	name     string
	from, to func(t *testing.T) string
}{
	{"sqlite to sqlite", none, none},
	{"sqlite to postgres", none, emptyPostgres},
	{"postgres to sqlite", func(t *testing.T) string { return sqltest.PostgresURL(t) }, none},
	{"postgres to postgres", func(t *testing.T) string { return sqltest.PostgresURL(t) }, emptyPostgres},
}

func none(*testing.T) string            { return "" }
func emptyPostgres(t *testing.T) string { return sqltest.EmptyPostgresURL(t) }

func TestBackup_GoesRoundAndWorkGoesOn(t *testing.T) {
	for _, way := range engines {
		t.Run(way.name, func(t *testing.T) {
			c := govtest.Open(t, way.from(t), t.TempDir())
			tell(t, c)
			file := filepath.Join(t.TempDir(), "backup.tar")
			if err := c.Backup(ctx, file); err != nil {
				t.Fatal(err)
			}
			want := dump(t, c)
			if err := c.Backup(ctx, file); gov.KindOf(err) != gov.Invalid {
				t.Errorf("over an existing file: %v", err)
			}
			clock := &govtest.Clock{}
			clock.Set(c.Clock.Now())
			config := govtest.Config(way.to(t), t.TempDir(), clock)
			copyKeys(t, c, config)
			if err := app.Restore(ctx, config, file); err != nil {
				t.Fatal(err)
			}
			onlyIn(t, config.Data, config.Database == "")
			a, err := app.Open(ctx, config) // verify before anything runs
			if err != nil {
				t.Fatal(err)
			}
			r, err := a.Verify(ctx, app.VerifyOptions{Since: [][]byte{checkpoint(t, c)}})
			if err = errors.Join(err, a.Close()); err != nil || len(r.Findings) > 0 {
				t.Fatalf("restored: %v %s", err, list(r.Findings))
			}
			back := govtest.Start(t, config, clock)
			if got := dump(t, back); got != want {
				t.Error("the restored rows are others")
			}
			if _, _, err := back.Identity.SignIn(ctx, "drafter", password, "test"); err != nil {
				t.Errorf("sign in after the restore: %v", err)
			}
			govtest.Wander(back, 3).Go(20)
			settle(t, back)
			mustPause(t, back)
			mustBeClean(t, back)
			if found := verify(t, back, checkpoint(t, c)).Findings; len(found) > 0 {
				t.Errorf("by the checkpoint of the backup: %s", list(found))
			}
		})
	}
}

// A backup that is made while people work restores to a state that was.
func TestBackup_WhilePeopleWork(t *testing.T) {
	govtest.Each(t, func(t *testing.T, c *govtest.County) {
		dir := t.TempDir()
		var stop atomic.Bool
		made := make(chan int, 1)
		go func() {
			n := 0
			for ; !stop.Load(); n++ {
				if err := c.Backup(ctx, filepath.Join(dir, fmt.Sprint(n))); err != nil {
					t.Error(err)
					break
				}
			}
			made <- n
		}()
		w := govtest.Wander(c, 5)
		w.Go(60)
		stop.Store(true)
		total := <-made
		for n := 0; n < total; n += max(1, total/5) {
			config := govtest.Config("", t.TempDir(), c.Clock)
			copyKeys(t, c, config)
			if err := app.Restore(ctx, config, filepath.Join(dir, fmt.Sprint(n))); err != nil {
				t.Fatalf("backup %d: %v", n, err)
			}
			back := govtest.Start(t, config, c.Clock)
			settle(t, back)
			mustBeRebuilt(t, back)
			mustPause(t, back)
			mustBeClean(t, back)
		}
		t.Log(total, "backups,", w.Tally)
	})
}

// An old backup that is put in place and written on is a rollback. Inside everything is in
// order; a newer checkpoint kept outside, or a witness, exposes it.
func TestRestore_OfAnOldBackupIsARollbackThatIsExposed(t *testing.T) {
	var w *watcher
	govtest.EachWith(t, func(config *app.Config) {
		w = newWatcher(t, *config)
		config.Cosigner = w.client
	}, func(t *testing.T, c *govtest.County) {
		tell(t, c)
		old := filepath.Join(t.TempDir(), "old.tar")
		if err := c.Backup(ctx, old); err != nil {
			t.Fatal(err)
		}
		c.Open("qy-b", "备份之后的文件")
		if err := c.Sequencer.Cosign(ctx); err != nil {
			t.Fatal(err)
		}
		newer := w.last(t)

		config := govtest.Config("", t.TempDir(), c.Clock)
		config.Cosigner = w.client
		copyKeys(t, c, config)
		if err := app.Restore(ctx, config, old); err != nil {
			t.Fatal(err)
		}
		back := govtest.Start(t, config, c.Clock)
		if found := verify(t, back, newer).Findings; !names(found, "since", "退回了旧状态") {
			t.Errorf("right after the restore: %s", list(found))
		}
		for _, title := range []string{"另一份", "又一份", "再一份"} {
			back.Open("qy-a", title)
			settle(t, back)
		}
		mustBeClean(t, back)
		if found := verify(t, back, newer).Findings; !names(found, "since", "早先签发的检查点") {
			t.Errorf("after going on: %s", list(found))
		}
		if err := back.Sequencer.Cosign(ctx); err == nil || !strings.Contains(err.Error(), "历史被改写过") {
			t.Errorf("the witness about a log that does not extend the one it saw: %v", err)
		}
		if !bytes.Equal(w.last(t), newer) {
			t.Error("the witness has moved on")
		}
	})
}

// A backup that was cut or changed is refused in one sentence, and nothing is left of it.
func TestRestore_RefusesADamagedBackupAndLeavesNothing(t *testing.T) {
	c := govtest.New(t)
	tell(t, c)
	file := filepath.Join(t.TempDir(), "backup.tar")
	if err := c.Backup(ctx, file); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	members := unpacked(t, whole)
	damaged := map[string][]byte{
		"empty":            {},
		"something else":   []byte(strings.Repeat("no backup ", 1000)),
		"end cut":          whole[:len(whole)-1600],
		"end lost":         packed(t, members[:len(members)-1]),
		"evidence lost":    packed(t, slices.Delete(slices.Clone(members), 1, 2)),
		"rows lost":        packed(t, members[1:]),
		"another file":     packed(t, append([]member{{"passwd", nil}}, members...)),
		"a way out":        packed(t, append([]member{{"../out", nil}}, members...)),
		"rows twice":       packed(t, append([]member{members[0]}, members...)),
		"evidence changed": packed(t, changed(members, 1, func(b []byte) []byte { return append(b, 1) })),
		"end changed":      packed(t, changed(members, len(members)-1, func(b []byte) []byte { return b[1:] })),
		"a row changed": packed(t, changed(members, 0, func(b []byte) []byte {
			return bytes.Replace(b, []byte("临时救助"), []byte("长期救助"), 1)
		})),
		"a row lost, digest made anew": packed(t, changed(members, 0, func(b []byte) []byte {
			return relined(b, func(line string) (string, bool) { return line, !strings.HasPrefix(line, "[3,") })
		})),
		"a leaf changed, digest made anew": packed(t, changed(members, 0, func(b []byte) []byte {
			return relined(b, func(line string) (string, bool) {
				if strings.HasPrefix(line, "[3,") {
					line = strings.Replace(line, `{"b":"`, `{"b":"AAAA`, 1)
				}
				return line, true
			})
		})),
		"evidence without its row, digest made anew": packed(t, changed(members, 0, func(b []byte) []byte {
			digest, _ := strings.CutPrefix(strings.ReplaceAll(members[1].name, "/", ""), "evidencesha256")
			return relined(b, func(line string) (string, bool) {
				return strings.Replace(line, `["`+digest, `["`+strings.Repeat("0", 64), 1), true
			})
		})),
	}
	for n := range 16 {
		damaged[fmt.Sprintf("cut %d", n)] = whole[:len(whole)*n/16]
		b := bytes.Clone(whole)
		b[len(b)*(2*n+1)/32] ^= 1
		if sameMembers(whole, b) {
			continue // padding of the archive, which no reader sees
		}
		damaged[fmt.Sprintf("byte %d", n)] = b
	}
	for _, to := range []struct {
		name string
		url  func(t *testing.T) string
	}{{"sqlite", none}, {"postgres", emptyPostgres}} {
		t.Run(to.name, func(t *testing.T) {
			url := to.url(t)
			for name, content := range damaged {
				config := govtest.Config(url, t.TempDir(), c.Clock)
				copyKeys(t, c, config)
				bad := filepath.Join(t.TempDir(), "bad.tar")
				if err := os.WriteFile(bad, content, 0o600); err != nil {
					t.Fatal(err)
				}
				err := app.Restore(ctx, config, bad)
				var told *gov.Error
				if !errors.As(err, &told) || told.Kind != gov.Invalid || !strings.Contains(told.Text, "没有恢复任何内容") {
					t.Errorf("%s: %v", name, err)
				}
				if _, err := os.Stat(config.Data); !os.IsNotExist(err) {
					t.Errorf("%s: something was left: %v", name, filesUnder(t, config.Data, "."))
				}
			}
			// What was refused does not stand in the way of the whole one.
			config := govtest.Config(url, t.TempDir(), c.Clock)
			copyKeys(t, c, config)
			if err := os.MkdirAll(filepath.Join(config.Data, ".restore"), 0o700); err != nil { // as a crash leaves it
				t.Fatal(err)
			}
			if err := app.Restore(ctx, config, file); err != nil {
				t.Fatal(err)
			}
			if err := app.Restore(ctx, config, file); gov.KindOf(err) != gov.Invalid || !strings.Contains(err.Error(), "不是空的") {
				t.Errorf("over a full folder: %v", err)
			}
			if url == "" {
				return
			}
			other := govtest.Config(url, t.TempDir(), c.Clock)
			if err := app.Restore(ctx, other, file); gov.KindOf(err) != gov.Conflict {
				t.Errorf("into a full database: %v", err)
			}
			if _, err := os.Stat(other.Data); !os.IsNotExist(err) {
				t.Errorf("something was left: %v", filesUnder(t, other.Data, "."))
			}
		})
	}
}

// A store with a lost and a damaged file can be backed up; restored, verify says the same.
func TestBackup_OfDamagedEvidenceIsStillABackup(t *testing.T) {
	c := govtest.New(t)
	tell(t, c)
	files := filesUnder(t, c.Data, "evidence/sha256")
	if err := os.Remove(filepath.Join(c.Data, files[0])); err != nil {
		t.Fatal(err)
	}
	edit(t, filepath.Join(c.Data, files[1]), func(b []byte) []byte { return append(b, 'x') })
	mustPause(t, c)
	want := list(verify(t, c).Findings)
	file := filepath.Join(t.TempDir(), "backup.tar")
	if err := c.Backup(ctx, file); err != nil {
		t.Fatal(err)
	}
	config := govtest.Config("", t.TempDir(), c.Clock)
	copyKeys(t, c, config)
	if err := app.Restore(ctx, config, file); err != nil {
		t.Fatal(err)
	}
	back := govtest.Start(t, config, c.Clock)
	settle(t, back)
	if got := list(verify(t, back).Findings); got != want || !strings.Contains(got, "没有它的内容") || !strings.Contains(got, "已被改动") {
		t.Errorf("restored: %s\nbefore: %s", got, want)
	}
}

func copyKeys(t *testing.T, c *govtest.County, to app.Config) {
	t.Helper()
	err := os.CopyFS(to.Keys, os.DirFS(c.Keys))
	if err = errors.Join(err, os.Chmod(filepath.Join(to.Keys, "log.key"), 0o600)); err != nil {
		t.Fatal(err)
	}
}

// onlyIn fails for anything in a restored folder that does not belong there.
func onlyIn(t *testing.T, data string, embedded bool) {
	t.Helper()
	entries, err := os.ReadDir(data)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	want := []string{"evidence", "ledger"}
	if embedded {
		want = append(want, "zhunsheng.db")
	}
	if !slices.Equal(got, want) {
		t.Errorf("the restored folder holds %q, want %q", got, want)
	}
}

type member struct {
	name string
	data []byte
}

func unpacked(t *testing.T, b []byte) []member {
	t.Helper()
	out, err := membersOf(b)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func membersOf(b []byte) (out []member, err error) {
	for tr := tar.NewReader(bytes.NewReader(b)); ; {
		h, err := tr.Next()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(tr)
		if err != nil {
			return nil, err
		}
		out = append(out, member{h.Name, data})
	}
}

func sameMembers(a, b []byte) bool {
	x, err := membersOf(a)
	y, err2 := membersOf(b)
	return err == nil && err2 == nil && slices.EqualFunc(x, y, func(p, q member) bool {
		return p.name == q.name && bytes.Equal(p.data, q.data)
	})
}

func packed(t *testing.T, list []member) []byte {
	t.Helper()
	var b bytes.Buffer
	tw := tar.NewWriter(&b)
	for _, m := range list {
		err := tw.WriteHeader(&tar.Header{Name: m.name, Mode: 0o600, Size: int64(len(m.data))})
		if err == nil {
			_, err = tw.Write(m.data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := tw.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func changed(list []member, i int, change func([]byte) []byte) []member {
	out := slices.Clone(list)
	out[i].data = change(bytes.Clone(out[i].data))
	return out
}

// relined changes the lines of a snapshot and makes its last line right again, as somebody
// does who knows the format.
func relined(b []byte, change func(string) (string, bool)) []byte {
	lines := strings.SplitAfter(strings.TrimSuffix(string(b), "\n"), "\n")
	var out strings.Builder
	rows := 0
	for _, line := range lines[:len(lines)-1] {
		if line, keep := change(line); keep {
			out.WriteString(line)
			if strings.HasPrefix(line, "[") {
				rows++
			}
		}
	}
	sum := sha256.Sum256([]byte(out.String()))
	fmt.Fprintf(&out, `{"rows":%d,"sha256":"%s"}`+"\n", rows, hex.EncodeToString(sum[:]))
	return []byte(out.String())
}
