package identity

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"

	"zhunsheng/gov"
	"zhunsheng/sqldb"
)

// maxLogin and maxTyped bound what a stranger can make the server handle.
const (
	maxLogin = 64
	maxTyped = 4 * maxPassword
)

func cleanLogin(login string) string { return strings.ToLower(strings.TrimSpace(login)) }

// CreateAccount adds a login for a person (开通账号). Whether the person may act is a
// matter of grants, not of accounts.
func (s *Service) CreateAccount(ctx context.Context, login string, person gov.PersonID, password string) error {
	login = cleanLogin(login)
	switch {
	case login == "" || len(login) > maxLogin || strings.ContainsAny(login, " \t\r\n/\\\"'<>"):
		return gov.FieldError("login", "登录名为 1 至 %d 个字符，不能含空格和引号", maxLogin)
	case person == "":
		return gov.FieldError("person", "请选择账号所属的人员")
	}
	if err := CheckPassword(login, password); err != nil {
		return err
	}
	phc, err := s.hash(ctx, password)
	if err != nil {
		return err
	}
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		added, err := addAccount(tx, s.Key, accountRow{login: login, person: person, password: phc})
		if err == nil && !added {
			err = gov.FieldError("login", "登录名“%s”已经有人使用", login)
		}
		return err
	})
	if err == nil {
		s.Security.Info("account created", "login", login, "person", string(person))
	}
	return err
}

// ChangePassword changes the signed-in person's own password and ends that person's other
// sessions. A wrong old password counts as a failed sign-in.
func (s *Service) ChangePassword(ctx context.Context, token, login, old, password string) error {
	in, err := s.Authenticate(ctx, token)
	if err != nil {
		return err
	}
	login = cleanLogin(login)
	if err := CheckPassword(login, password); err != nil {
		return err
	}
	if old == password {
		return gov.FieldError("password", "新密码与原密码相同，请换一个")
	}
	var row accountRow
	known := false
	err = s.DB.Read(ctx, func(tx *sqldb.Tx) (err error) {
		row, known, err = findAccount(tx, login)
		return err
	})
	if err != nil {
		return err
	}
	if !known || row.person != in.Actor.Person {
		return gov.FieldError("login", "这不是您的登录名")
	}
	proved, err := s.prove(ctx, row, old)
	if err != nil {
		return err
	}
	phc, err := s.hash(ctx, password)
	if err != nil {
		return err
	}
	var why string
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		var now accountRow
		if now, why, err = s.settle(tx, row, proved); err != nil || why != "" {
			return err
		}
		now.password = phc
		if err := storeAccount(tx, s.Key, now); err != nil {
			return err
		}
		_, err := tx.Exec(deleteOtherSessions, string(row.person), tokenHash(token))
		return err
	})
	if err != nil {
		return err
	}
	if why != "" {
		s.Security.Warn("password change refused", "login", login, "why", why)
		return gov.FieldError("old", "原密码不正确；连续多次输错后会暂停使用，请稍后再试")
	}
	s.Security.Info("password changed", "login", login, "person", string(row.person))
	return nil
}

// ResetPassword gives an account a new password, ends every session of its person and
// lifts a lockout. Who may ask for it is the caller's to check.
func (s *Service) ResetPassword(ctx context.Context, by gov.Actor, login, password string) error {
	login = cleanLogin(login)
	if err := CheckPassword(login, password); err != nil {
		return err
	}
	phc, err := s.hash(ctx, password)
	if err != nil {
		return err
	}
	err = s.DB.Write(ctx, func(tx *sqldb.Tx) error {
		row, known, err := findAccount(tx, login)
		if err != nil {
			return err
		}
		if !known || login == "" {
			return gov.FieldError("login", "没有登录名“%s”", login)
		}
		if !s.Key.accountHolds(row) {
			return s.tampered("account", login)
		}
		row.password, row.failures, row.lockedUntil = phc, 0, 0
		if err := storeAccount(tx, s.Key, row); err != nil {
			return err
		}
		_, err = tx.Exec(deleteOtherSessions, string(row.person), []byte{})
		return err
	})
	if err == nil {
		s.Security.Info("password reset", "login", login, "by", string(by.Person))
	}
	return err
}

// proof is the outcome of comparing a password outside any transaction, where the hash may
// take its time.
type proof struct {
	ok   bool
	used HashParams
}

func (s *Service) prove(ctx context.Context, row accountRow, password string) (proof, error) {
	if len(password) > maxTyped {
		password = "" // matches nothing, and costs what every attempt costs
	}
	ok, used, err := s.verify(ctx, row.password, password)
	return proof{ok, used}, err
}

// settle turns a proof into the row's new failure count inside a transaction. why is empty
// when the person is who the account says. Attempts while locked do not count, so that the
// lock ends.
func (s *Service) settle(tx *sqldb.Tx, proved accountRow, p proof) (row accountRow, why string, err error) {
	row, known, err := findAccount(tx, proved.login)
	if err != nil {
		return row, "", err
	}
	if !known {
		return row, "account vanished", nil
	}
	if !s.Key.accountHolds(row) {
		return row, "", s.tampered("account", row.login)
	}
	now := s.Clock.Now()
	switch {
	case row.lockedUntil > now:
		return row, "locked", storeAccount(tx, s.Key, row) // written as every refusal is, so that time tells nothing
	case !p.ok:
		row.failures++
		if row.login != "" && row.failures >= s.Lockout.After {
			row.lockedUntil = now.Add(s.Lockout.wait(row.failures))
		}
		return row, "wrong password", storeAccount(tx, s.Key, row)
	case row.password != proved.password:
		return row, "password changed meanwhile", nil
	case row.login == "":
		return row, "unknown login", nil
	}
	row.failures, row.lockedUntil = 0, 0
	return row, "", nil
}

// tampered refuses a row whose MAC does not hold and names it in the security log.
func (s *Service) tampered(table, row string) error {
	s.Security.Error("row was changed outside the program", "table", table, "row", row)
	return gov.Errorf(gov.Unauthenticated, "您的账号或登录记录未通过校验，已停止使用，请联系系统管理员")
}

// Finding is one row that is not as this program wrote it.
type Finding struct {
	Table string
	Row   string
	Text  string // one Chinese sentence
}

// CheckRows names every account and session row whose MAC does not hold.
func CheckRows(tx *sqldb.Tx, key RowKey) ([]Finding, error) {
	var out []Finding
	err := eachAccount(tx, func(a accountRow) {
		if !key.accountHolds(a) {
			out = append(out, Finding{"account", a.login, fmt.Sprintf("账号“%s”的记录在程序之外被改动", a.login)})
		}
	})
	if err != nil {
		return nil, err
	}
	err = eachSession(tx, func(r sessionRow) {
		if !key.sessionHolds(r) {
			name := hex.EncodeToString(r.token)
			out = append(out, Finding{"session", name,
				fmt.Sprintf("人员“%s”的登录会话 %.16s… 的记录在程序之外被改动", r.person, name)})
		}
	})
	return out, err
}
