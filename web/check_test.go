package web

import (
	"strings"
	"testing"
)

// The checker itself must hear each breach.
func TestCheckPage_HearsEachBreach(t *testing.T) {
	cases := []struct{ name, in, want string }{
		{"inline style", `<p style="color:red">x</p>`, "inline style"},
		{"handler", `<p onclick="x()">x</p>`, "inline handler onclick"},
		{"inline script", `<script>1</script>`, "may be a script"},
		{"script with a text", `<script src="/calculator/js/c.js">1</script>`, "may be a script"},
		{"file as a script", `<script src="/desk/cases/1/files/2/p/0"></script>`, "may be a script"},
		{"foreign js", `<script src="//a.example/js/x.js"></script>`, "may be a script"},
		{"foreign script", `<script src="https://a.example/x.js"></script>`, "no address of this site"},
		{"style element", `<style>p{}</style>`, "must not be on a page"},
		{"foreign link", `<a href="//a.example">x</a>`, "no address of this site"},
		{"script address", `<a href="javascript:1">x</a>`, "no address of this site"},
		{"two ids", `<p id="a"></p><p id="a"></p>`, "used twice"},
		{"missing help", `<input aria-label="x" aria-describedby="h">`, "#h, which is not there"},
		{"no label", `<input id="n" name="n">`, "control #n has no label"},
		{"empty link", `<a href="/"><svg></svg></a>`, "has no words"},
		{"no scope", `<table><tr><th>x</th></tr></table>`, "no scope"},
		{"method", `<form></form>`, "method"},
		{"no secrecy line", `<html lang="zh-CN"><main><h1>x</h1></main></html>`, "国家秘密"},
		{"two headings", `<html lang="zh-CN"><main><h1>x</h1><h1>y</h1></main></html>`, "2 h1"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := strings.Join(CheckPage([]byte(c.in)), "\n"); !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q in it", got, c.want)
			}
		})
	}
	if bad := CheckPage([]byte(`<script src="/calculator/js/calculator.js?v=1" defer></script>`)); len(bad) > 0 {
		t.Errorf("a script of this site was refused: %q", bad)
	}
	if bad := CheckPage([]byte(`<form method="post" action="/x"><label for="n">名称</label><input id="n" name="n"></form>`)); len(bad) > 0 {
		t.Errorf("a good form was refused: %q", bad)
	}
}
