package web

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"

	"github.com/a-h/templ"
)

// anchor makes a stable id for text that has none of its own.
func anchor(prefix, text string) string {
	sum := sha256.Sum256([]byte(text))
	return prefix + hex.EncodeToString(sum[:4])
}

func (c CardHead) titleID() string {
	if c.ID != "" {
		return c.ID + "-title"
	}
	return anchor("card-", c.Title)
}

func cardAttrs(c CardHead) templ.Attributes {
	at := templ.Attributes{}
	if c.ID != "" {
		at["id"] = c.ID
	}
	if c.Title != "" {
		at["aria-labelledby"] = c.titleID()
	}
	return at
}

// refusalTitle counts what is missing, in the words of the house.
func refusalTitle(list []Refusal) string {
	n := 0
	for _, r := range list {
		n += len(r.Missing)
	}
	if n == 0 {
		return "暂不能办理"
	}
	return fmt.Sprintf("暂不能办理，尚缺 %d 项", n)
}

func (e Empty) icon() IconName {
	if e.Icon != "" {
		return e.Icon
	}
	return IconInbox
}

func (e Empty) title() string {
	if e.Title != "" {
		return e.Title
	}
	return "没有符合条件的内容"
}

// noteText falls back on the tone in words, so that its colour never stands alone.
func (s Stat) noteText() string {
	if s.Note == "" && s.Tone != "" {
		return s.Tone.word()
	}
	return s.Note
}

func (p Progress) id() string    { return anchor("progress-", p.Label) }
func (p Progress) max() string   { return strconv.FormatInt(p.Total, 10) }
func (p Progress) value() string { return strconv.FormatInt(p.Done, 10) }

func (p Progress) text() string {
	if p.Total <= 0 {
		return fmt.Sprintf("已处理 %d", p.Done)
	}
	return fmt.Sprintf("%d / %d（%d%%）", p.Done, p.Total, p.Done*100/p.Total)
}
