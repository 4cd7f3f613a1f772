package web

import (
	"bytes"
	"fmt"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// CheckPage reads a rendered page or component and names every breach of the rules that
// hold for all of them: nothing inline that the content security policy would refuse, no
// address outside this site, ids that are unique, references that exist, controls with
// names. Tests of every package that renders pages call it; nothing else does.
func CheckPage(page []byte) []string {
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return []string{"not HTML: " + err.Error()}
	}
	c := &pageCheck{ids: map[string]bool{}, labelled: map[string]bool{}, whole: bytes.Contains(page, []byte("<html"))}
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode {
			c.element(n)
		}
	}
	for _, ref := range c.refs {
		if !c.ids[ref.id] {
			c.bad = append(c.bad, fmt.Sprintf("%s refers to #%s, which is not there", ref.by, ref.id))
		}
	}
	for _, id := range c.unlabelled {
		if id == "" || !c.labelled[id] {
			c.bad = append(c.bad, fmt.Sprintf("control #%s has no label", id))
		}
	}
	if c.whole {
		c.page()
	}
	return c.bad
}

type idRef struct{ by, id string }

type pageCheck struct {
	bad        []string
	ids        map[string]bool
	labelled   map[string]bool
	refs       []idRef
	unlabelled []string
	whole      bool
	h1, main   int
	lang       string
	secrecy    bool
}

func (c *pageCheck) say(n *html.Node, format string, args ...any) {
	c.bad = append(c.bad, "<"+n.Data+">: "+fmt.Sprintf(format, args...))
}

func attr(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}

// addressed are the attributes that hold addresses.
var addressed = map[string]bool{"href": true, "src": true, "action": true, "formaction": true, "poster": true, "data": true, "srcset": true, "xlink:href": true}

func (c *pageCheck) element(n *html.Node) {
	for _, a := range n.Attr {
		switch {
		case a.Key == "style":
			c.say(n, "inline style %q", a.Val)
		case strings.HasPrefix(a.Key, "on"):
			c.say(n, "inline handler %s", a.Key)
		case addressed[a.Key]:
			c.address(n, a)
		case a.Key == "id":
			if c.ids[a.Val] {
				c.say(n, "id %q is used twice", a.Val)
			}
			c.ids[a.Val] = true
		case a.Key == "aria-describedby" || a.Key == "aria-labelledby" || a.Key == "for":
			for id := range strings.FieldsSeq(a.Val) {
				c.refs = append(c.refs, idRef{"<" + n.Data + "> " + a.Key, id})
			}
		}
	}
	c.kind(n)
}

func (c *pageCheck) address(n *html.Node, a html.Attribute) {
	v := strings.TrimSpace(a.Val)
	local := strings.HasPrefix(v, "/") && !strings.HasPrefix(v, "//") || strings.HasPrefix(v, "#") || strings.HasPrefix(v, "?") || v == ""
	if !local {
		c.say(n, "%s %q is no address of this site", a.Key, v)
	}
}

func (c *pageCheck) kind(n *html.Node) {
	switch n.DataAtom {
	case atom.Style, atom.Iframe, atom.Object, atom.Embed, atom.Base:
		c.say(n, "must not be on a page")
	case atom.Script:
		// What the policy lets run: files of this site, from the routes that serve scripts.
		if src, _ := attr(n, "src"); !ownScript(src) || n.FirstChild != nil {
			c.say(n, "only a script file of this site may be a script")
		}
	case atom.Html:
		c.lang, _ = attr(n, "lang")
	case atom.H1:
		c.h1++
	case atom.Main:
		c.main++
	case atom.Img:
		if _, ok := attr(n, "alt"); !ok {
			c.say(n, "no alt")
		}
	case atom.Th:
		if _, ok := attr(n, "scope"); !ok {
			c.say(n, "no scope")
		}
	case atom.Form:
		if m, _ := attr(n, "method"); m != "get" && m != "post" {
			c.say(n, "method %q", m)
		}
	case atom.Label:
		if id, ok := attr(n, "for"); ok {
			c.labelled[id] = true
		}
	case atom.Button, atom.A:
		if !named(n) {
			c.say(n, "has no words")
		}
	case atom.Input, atom.Select, atom.Textarea:
		c.control(n)
	case atom.Span:
		class, _ := attr(n, "class")
		c.secrecy = c.secrecy || class == "secrecy"
	}
}

// ownScript reports the address of a script of this site: an asset, or a script that an area
// of the site serves itself. Files that people uploaded have no such address.
func ownScript(src string) bool {
	path, _, _ := strings.Cut(src, "?")
	return strings.HasPrefix(src, StaticPrefix) ||
		strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "//") && strings.Contains(path, "/js/") && strings.HasSuffix(path, ".js")
}

func (c *pageCheck) control(n *html.Node) {
	typ, _ := attr(n, "type")
	_, label := attr(n, "aria-label")
	_, labelled := attr(n, "aria-labelledby")
	if typ == "hidden" || typ == "submit" || label || labelled {
		return
	}
	for p := n.Parent; p != nil; p = p.Parent {
		if p.DataAtom == atom.Label {
			return
		}
	}
	id, _ := attr(n, "id")
	c.unlabelled = append(c.unlabelled, id)
}

// named reports that a link or button says something to people who do not see its icon.
func named(n *html.Node) bool {
	if l, _ := attr(n, "aria-label"); strings.TrimSpace(l) != "" {
		return true
	}
	for d := range n.Descendants() {
		if d.Type == html.TextNode && strings.TrimSpace(d.Data) != "" {
			return true
		}
	}
	return false
}

// page holds what only whole pages must have.
func (c *pageCheck) page() {
	if c.lang != "zh-CN" {
		c.bad = append(c.bad, fmt.Sprintf("lang is %q", c.lang))
	}
	if c.h1 != 1 {
		c.bad = append(c.bad, fmt.Sprintf("%d h1", c.h1))
	}
	if c.main != 1 {
		c.bad = append(c.bad, fmt.Sprintf("%d main", c.main))
	}
	if !c.secrecy {
		c.bad = append(c.bad, "严禁存储、处理国家秘密 is not on the page")
	}
}
