package register

import (
	"strings"

	"zhunsheng/gov"
	"zhunsheng/identity"
)

// The registers that Directory holds and that every act stands on.
const (
	Units      = "units"      // 单位名录
	People     = "people"     // 人员名录
	Posts      = "posts"      // 岗位名录
	Grants     = "grants"     // 授权登记
	Parameters = "parameters" // 本地参数登记
)

func inDirectory(register string) bool {
	switch register {
	case Units, People, Posts, Grants, Parameters:
		return true
	}
	return false
}

// StreamPrefix starts the stream name of every register.
const StreamPrefix = "register/"

// StreamOf is the ledger stream of a register.
func StreamOf(register string) string { return StreamPrefix + register }

// Of is the register of a stream, or "" for a stream that is no register.
func Of(stream string) string {
	name, ok := strings.CutPrefix(stream, StreamPrefix)
	if !ok {
		return ""
	}
	return name
}

// Entry is one entry of a register during a span (台账条目). The spans of one key never
// overlap.
type Entry struct {
	Register string
	Key      string
	identity.Span
	Data  map[string]string // by field; a field without a value is missing
	Event gov.EventID       // the event that set the values
}

// Tag names what a reader saw, for Change.Seen: values and end of the entry.
func (e Entry) Tag() string {
	if e.Event == "" {
		return ""
	}
	return string(e.Event) + "~" + e.To.String()
}

// Erased stands where a personal value was erased by rule.
const Erased = "〔已依规删除〕"

// privateMark begins what an entry holds in place of a personal value: the salted digest
// that is in the event. No typed value may begin so.
const privateMark = "private:"

// open puts personal values in place of their digests.
func (e *Entry) open(values map[string]string) {
	for field, v := range e.Data {
		if !strings.HasPrefix(v, privateMark) {
			continue
		}
		if plain, ok := values[field]; ok {
			e.Data[field] = plain
		} else {
			e.Data[field] = Erased
		}
	}
}

func (e Entry) hasPersonal() bool {
	for _, v := range e.Data {
		if strings.HasPrefix(v, privateMark) {
			return true
		}
	}
	return false
}
