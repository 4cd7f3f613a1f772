package publication_test

import (
	"context"
	"testing"

	"zhunsheng/gov"
	"zhunsheng/internal/noticetest"
	"zhunsheng/publication"
)

func entry(t *testing.T, o noticetest.Office, register string, id gov.CaseID) publication.Entry {
	t.Helper()
	o.Sealed()
	e, _, err := o.Shelf.Get(context.Background(), register, id)
	if err != nil {
		t.Fatalf("%s: %v", register, err)
	}
	return e
}

func on(day string) gov.Day { return gov.MustDay(day) }
