package register

import (
	"regexp"

	"zhunsheng/gov"
	"zhunsheng/identity"
)

var actionForm = regexp.MustCompile(`^[a-z]+(\.[a-z][a-z0-9_-]*)+$`)

// sense checks what a declaration cannot say about posts, grants and parameters. c has
// passed the declaration already.
func (s *Store) sense(dir *Directory, by *identity.Principal, c Change) error {
	var bad FieldErrors
	refuse := func(field, format string, args ...any) {
		bad = append(bad, gov.FieldError(field, format, args...))
	}
	switch c.Register {
	case Posts:
		for _, a := range actions(c.Data["actions"]) {
			if !actionForm.MatchString(string(a)) {
				refuse("actions", "权限：“%s”不是权限的写法", a)
			} else if a.OnCases() && c.Data["kind"] != string(identity.WorkPost) {
				refuse("actions", "权限：三员岗位不能接触案件内容，不能有“%s”", a)
			}
		}
	case Parameters:
		want := c.Data["parameter"]
		if unit := c.Data["scope"]; unit != "" {
			want += "@" + unit
		}
		if c.Key != want {
			refuse("key", "参数代码应为“%s”", want)
		}
	case Grants:
		s.senseGrant(dir, by, c, refuse)
	}
	if len(bad) > 0 {
		return bad
	}
	return nil
}

func (s *Store) senseGrant(dir *Directory, by *identity.Principal, c Change, refuse func(field, format string, args ...any)) {
	g, _ := grantOf(Entry{Key: c.Key, Span: c.Span, Data: c.Data})
	if g.Person == by.Actor.Person || g.Person == by.Actor.OnBehalf {
		refuse("person", "人员：不能给自己授权")
	}
	post, _ := dir.PostOn(g.Post, c.From)
	allowed := map[identity.Action]bool{}
	for _, a := range post.Actions {
		allowed[a] = true
	}
	for _, a := range g.Actions {
		if !allowed[a] {
			refuse("actions", "收窄的权限：岗位“%s”没有“%s”", post.Name, a)
		}
	}
	if scope, ok := dir.Unit(g.Scope); ok && !by.Access.MayAction(identity.EditRegister(Grants), scope.Path) {
		refuse("scope", "范围：“%s”不在您可以授权的单位之内", scope.Name)
	}
	if post.Kind != identity.WorkPost {
		for _, seat := range dir.Seats(g.Person, c.From) {
			if other, ok := dir.PostOn(seat.Post, c.From); ok && other.Kind != identity.WorkPost && other.Kind != post.Kind {
				refuse("post", "岗位：三员不能由同一人担任，此人已是“%s”", other.Name)
				break
			}
		}
	}
	if g.OnBehalf == "" {
		return
	}
	if c.To.IsZero() {
		refuse("to", "代理必须有结束日期")
	}
	if g.OnBehalf == g.Person {
		refuse("on_behalf", "代理何人：不能代理自己")
		return
	}
	if g.OnBehalf == by.Actor.Person {
		refuse("on_behalf", "代理何人：不能由被代理人自己登记")
	}
	held := false
	for _, seat := range dir.Seats(g.OnBehalf, c.From) {
		held = held || seat == identity.Seat{Post: g.Post, Unit: g.Unit}
	}
	if !held {
		refuse("on_behalf", "代理何人：“%s”在 %s 没有这个岗位，无从代理", dir.PersonName(g.OnBehalf), c.From)
	}
}
