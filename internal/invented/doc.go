// Package invented holds a test only: a small procedure that nobody wrote Go for (three
// steps, one gate, one clock) is added as one definition and one scenario file, run through
// the HTTP interface, and shows its page, form, list, indicator and paper.
package invented
