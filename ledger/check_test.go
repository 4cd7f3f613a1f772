package ledger

import (
	"slices"
	"strings"
	"testing"
)

func problems(t *testing.T, f folder, c Checkpoint, since ...Checkpoint) []Problem {
	t.Helper()
	var out []Problem
	if err := CheckTiles(f.read, c, since, func(p Problem) { out = append(out, p) }); err != nil {
		out = append(out, Problem{Text: err.Error()})
	}
	return out
}

func TestCheckTiles_FindsNothingInAWholeLog(t *testing.T) {
	s := testSigner(t, "log.example/qy")
	for _, n := range []int64{0, 1, 255, 256, 257, 900, 65_536 + 300} {
		f, _, c := testLog(t, s, n, 130)
		_, _, old := testLog(t, s, n/2, 130)
		if p := problems(t, f, c, old, c); len(p) != 0 {
			t.Fatalf("%d entries: %v", n, p)
		}
	}
}

// One byte in any file of the log, or one missing file that the checkpoint needs, is
// named.
func TestCheckTiles_AttackerA_NamesEveryFile(t *testing.T) {
	f, _, c := testLog(t, testSigner(t, "log.example/qy"), 700, 90)
	for path := range f {
		if path == CheckpointPath {
			continue
		}
		bad := f.clone()
		bad[path][len(bad[path])/2] ^= 1
		found := problems(t, bad, c)
		named := slices.ContainsFunc(found, func(p Problem) bool { return p.Path == path })
		// A superseded partial tile, beside its full one, is nobody's evidence any more.
		superseded := false
		if folder, _, ok := strings.Cut(path, ".p/"); ok {
			superseded = f[folder] != nil
		}
		if !named && !superseded {
			t.Errorf("%s: a changed byte was not named: %v", path, found)
		}
	}
	for _, path := range []string{TilePath(0, 0, 256), TilePath(0, 2, 188), TilePath(1, 0, 2), TilePath(entriesLevel, 1, 256)} {
		bad := f.clone()
		delete(bad, path)
		if found := problems(t, bad, c); !slices.ContainsFunc(found, func(p Problem) bool { return p.Path == path }) {
			t.Errorf("%s: its loss was not named: %v", path, found)
		}
	}
}

// A history rewritten as a whole agrees with itself; the checkpoint of last month does not.
func TestCheckTiles_AttackerB_OldCheckpointExposesRewriting(t *testing.T) {
	s := testSigner(t, "log.example/qy")
	_, _, old := testLog(t, s, 400, 90)
	f, b := folder{}, &Builder{}
	var entries []Entry
	for i := range int64(700) {
		entries = append(entries, testEntry(i))
	}
	entries[123] = testEntry(9999)
	f.put(b.Append(entries))
	c := Checkpoint{Origin: s.Name(), Size: b.Size(), Root: b.Root()}
	if p := problems(t, f, c); len(p) != 0 {
		t.Fatalf("the forgery is not even consistent: %v", p)
	}
	if p := problems(t, f, c, old); len(p) != 1 || p[0].Path != "since" {
		t.Fatalf("the old checkpoint exposes nothing: %v", p)
	}
	short, _, cut := testLog(t, s, 300, 90)
	if p := problems(t, short, cut, old); len(p) != 1 || !strings.Contains(p[0].Text, "截短") {
		t.Fatalf("a shortened log: %v", p)
	}
}

func TestCheckTiles_RootMustBeTheSignedOne(t *testing.T) {
	f, _, c := testLog(t, testSigner(t, "log.example/qy"), 700, 90)
	c.Root[0] ^= 1
	if p := problems(t, f, c); len(p) != 1 || p[0].Path != CheckpointPath {
		t.Fatalf("%v", p)
	}
}

func TestResumeBuilder_RefusesFilesThatContradictEachOther(t *testing.T) {
	f, b, _ := testLog(t, testSigner(t, "log.example/qy"), 700, 90)
	again, err := ResumeBuilder(f.read, 700)
	if err != nil || again.Root() != b.Root() {
		t.Fatalf("resume: %v", err)
	}
	f[TilePath(entriesLevel, 2, 188)][5] ^= 1
	if _, err := ResumeBuilder(f.read, 700); err == nil {
		t.Fatal("a changed bundle was resumed from")
	}
	delete(f, TilePath(0, 2, 188))
	if _, err := ResumeBuilder(f.read, 700); err == nil {
		t.Fatal("a missing tile was resumed from")
	}
}
