package desk

import (
	"errors"
	"net"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/web"
)

func (d *Desk) signInForm(w http.ResponseWriter, r *http.Request) error {
	next := web.LocalPath(r.URL.Query().Get("next"), "")
	if _, signedIn := web.ViewerFrom(r.Context()); signedIn && next == "" {
		return d.Site.Redirect(w, r, navDesk, nil)
	}
	return web.OK(w, r, d.signInPage(w, r, web.SignIn{Next: next}))
}

// signIn opens a session. The answer to a wrong login and to a wrong password is the same,
// and the login that was typed stays in its box.
func (d *Desk) signIn(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return gov.Errorf(gov.Invalid, "提交的内容无法识别，请返回登录页重试")
	}
	login, next := r.PostFormValue("login"), web.LocalPath(r.PostFormValue("next"), navDesk)
	token, _, err := d.Identity.SignIn(r.Context(), login, r.PostFormValue("password"), remote(r))
	if err != nil {
		var e *gov.Error
		if !errors.As(err, &e) || e.Kind == gov.Fault || e.Kind == gov.Unavailable {
			return err
		}
		return web.Render(w, r, web.ProblemOf(err).Status, d.signInPage(w, r, web.SignIn{Next: next, Login: login, Error: e.Text}))
	}
	d.Site.Cookies.SetSession(w, token, d.Identity.Longest)
	return d.Site.Redirect(w, r, next, nil)
}

// remote is the address that the security log keeps of a sign-in.
func remote(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

func (d *Desk) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := d.Identity.SignOut(r.Context(), d.Site.Cookies.Session(r)); err != nil {
		return err
	}
	d.Site.Cookies.ClearSession(w)
	return d.Site.Redirect(w, r, d.Site.SignIn, &web.Flash{Tone: web.Info, Text: "已退出登录"})
}

// switchSeat moves the session to another of the person's own posts (切换岗位, F129). What
// the reader was looking at may not be visible from there, so it leads to the workbench.
func (d *Desk) switchSeat(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return gov.Errorf(gov.Invalid, "提交的内容无法识别，请返回重试")
	}
	part := strings.Split(r.PostFormValue("post"), "|")
	if len(part) != 3 {
		return gov.Errorf(gov.Invalid, "没有选择要切换的岗位，请返回重试")
	}
	seat := identity.Seat{Post: gov.Post(part[0]), Unit: gov.UnitID(part[1]), OnBehalf: gov.PersonID(part[2])}
	token, in, err := d.Identity.Switch(r.Context(), d.Site.Cookies.Session(r), seat)
	if err != nil {
		return err
	}
	d.Site.Cookies.SetSession(w, token, d.Identity.Longest)
	return d.Site.Redirect(w, r, navDesk, &web.Flash{Tone: web.Met, Text: "已切换为 " + in.UnitName + " · " + in.PostName})
}

func (d *Desk) passwordForm(w http.ResponseWriter, r *http.Request) error {
	s := d.shell(w, r, "修改密码", "")
	s.Narrow = true
	return web.OK(w, r, passwordPage(s, newPasswordForm(""), passwordFields("")))
}

func newPasswordForm(key string) web.Form {
	f := web.NewForm("password", "/password", "修改密码")
	f.NoDraft, f.Cancel = true, navDesk
	if key != "" {
		f.Key = key
	}
	return f
}

func passwordFields(login string) []web.Field {
	return []web.Field{
		{Kind: web.TextKind, Name: "login", Label: "登录名", Value: login, Required: true, Auto: "username"},
		{Kind: web.SecretKind, Name: "old", Label: "原密码", Required: true, Auto: "current-password"},
		{Kind: web.SecretKind, Name: "password", Label: "新密码", Required: true, Auto: "new-password", Help: "修改后，您在其他设备上的登录会同时退出。"},
		{Kind: web.SecretKind, Name: "again", Label: "再输一次新密码", Required: true, Auto: "new-password"},
	}
}

func (d *Desk) changePassword(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return gov.Errorf(gov.Invalid, "提交的内容无法识别，请返回重试")
	}
	login, password := r.PostFormValue("login"), r.PostFormValue("password")
	var err error
	if password != r.PostFormValue("again") {
		err = gov.FieldError("again", "两次输入的新密码不一致")
	} else {
		err = d.Identity.ChangePassword(r.Context(), d.Site.Cookies.Session(r), login, r.PostFormValue("old"), password)
	}
	if err == nil {
		return d.Site.Redirect(w, r, navDesk, &web.Flash{Tone: web.Met, Text: "密码已修改", Done: "password"})
	}
	form, fields := newPasswordForm(web.RequestKey(r)), passwordFields(login)
	if !form.Fail(err, fields) {
		return err
	}
	s := d.shell(w, r, "修改密码", "")
	s.Narrow = true
	return web.Render(w, r, web.ProblemOf(err).Status, passwordPage(s, form, fields))
}

func (d *Desk) signInPage(w http.ResponseWriter, r *http.Request, in web.SignIn) templ.Component {
	in.Action, in.Demo = "/signin", d.Demo
	return web.SignInPage(web.NewShell(w, r, d.Site, "登录"), in)
}
