// Package evidence keeps the files attached to acts (证据材料): content-addressed, typed by
// content, checked on demand, each with its custody row.
package evidence
