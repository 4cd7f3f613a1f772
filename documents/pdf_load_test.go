package documents

import (
	"bytes"
	"context"
	"errors"
	"testing"
)

// whole hands the library the font as its package holds it, as before fonts were cut.
func whole(t *typeface, _ map[rune]bool) ([]byte, error) { return bytes.Clone(t.data), nil }

// A cut font sets the same text in the same places as the whole one, and the same glyphs
// are in the file.
func TestPDF_CutFontsSetTheSamePaper(t *testing.T) {
	for _, p := range samples() {
		a, err := makePDF(p, whole)
		if err != nil {
			t.Fatal(err)
		}
		b, err := makePDF(p, (*typeface).cut)
		if err != nil {
			t.Fatal(err)
		}
		want, err := readPDF(a)
		if err != nil {
			t.Fatal(err)
		}
		got, err := readPDF(b)
		if err != nil {
			t.Fatal(err)
		}
		if len(want) != len(got) {
			t.Fatalf("%s: %d lines, whole fonts give %d", p.Layout, len(got), len(want))
		}
		for i := range want {
			if want[i] != got[i] {
				t.Errorf("%s: %v, whole fonts give %v", p.Layout, got[i], want[i])
			}
		}
	}
}

// Every character of a cut font has the outline and the width that it has in the font.
func TestCut_OutlinesAndWidthsAreThoseOfTheFont(t *testing.T) {
	used := map[rune]bool{}
	for _, r := range "关于《办法》的 é１2—“…〔〕ｱ𠮷国" {
		used[r] = true
	}
	for _, load := range []func() (*typeface, error){songFont, kaiFont, heiFont} {
		f, err := load()
		if err != nil {
			t.Fatal(err)
		}
		data, err := f.cut(used)
		if err != nil {
			t.Fatal(err)
		}
		c := &typeface{family: f.family, data: data}
		if err := c.read(); err != nil {
			t.Fatal(err)
		}
		for r := range used {
			if c.has(r) != f.has(r) {
				t.Errorf("%s: cut has %c: %v", f.family, r, c.has(r))
				continue
			}
			if !f.has(r) {
				continue
			}
			a, b := f.outline(f.glyphs[r]), c.outline(c.glyphs[r])
			if f.width(r) != c.width(r) || !bytes.HasPrefix(b, a) && u16(a, 0) < 1<<15 {
				t.Errorf("%s: %c is cut wrongly", f.family, r)
			}
		}
		if c.has('县') || len(data) > 200_000 {
			t.Errorf("%s: %d bytes, has 县: %v", f.family, len(data), c.has('县'))
		}
	}
}

// Who waits for a turn gives up when the request does, and takes no turn away.
func TestPDF_WaitingEndsWithTheRequest(t *testing.T) {
	p := samples()[0]
	for range cap(making) {
		making <- struct{}{}
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	done := make(chan error)
	go func() {
		_, err := PDF(ctx, p)
		done <- err
	}()
	gone := errors.New("the reader is gone")
	cancel(gone)
	if err := <-done; !errors.Is(err, gone) {
		t.Errorf("waiting ended with %v", err)
	}
	for range cap(making) {
		<-making
	}
	if _, err := PDF(ctx, p); err == nil {
		t.Error("a request that is gone was served")
	}
	if _, err := PDF(t.Context(), p); err != nil {
		t.Error(err)
	}
	if len(making) != 0 {
		t.Errorf("%d turns are taken", len(making))
	}
}

// BenchmarkPDF compares papers with fonts cut beforehand with those of whole fonts.
func BenchmarkPDF(b *testing.B) {
	p := samples()[0]
	for name, cut := range map[string]func(*typeface, map[rune]bool) ([]byte, error){"cut": (*typeface).cut, "whole": whole} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := makePDF(p, cut); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
