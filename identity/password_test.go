package identity

import (
	"strings"
	"testing"

	"zhunsheng/gov"
)

func TestCheckPassword(t *testing.T) {
	for _, c := range []struct{ login, password, says string }{
		{"zhangsan", "春风又绿江南岸2026", ""},
		{"zhangsan", "correct horse battery", ""},
		{"zhangsan", "qy-Ham!et29", ""},
		{"zhangsan", "短密码", "至少 10 个字符，现在只有 3 个"},
		{"zhangsan", strings.Repeat("长密码测", 33), "最多 128 个字符"},
		{"zhangsan", "2026-ZhangSan!", "不能含有登录名"},
		{"li", "li-bai-du-fu-8", ""},
		{"zhangsan", "aaaaaaaaaaab", "重复的字符太多"},
		{"zhangsan", "1234567890", "连续的数字或字母"},
		{"zhangsan", "0987654321", "连续的数字或字母"},
		{"zhangsan", "abcdefghijkl", "连续的数字或字母"},
		{"zhangsan", "Password2026", "太常见"},
		{"zhangsan", "qwertyuiop1", "太常见"},
		{"zhangsan", "abc\xffdefghijk", "无法识别的字符"},
	} {
		err := CheckPassword(c.login, c.password)
		if c.says == "" && err != nil || c.says != "" && (gov.KindOf(err) != gov.Invalid || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("CheckPassword(%q, %q) = %v, want %q", c.login, c.password, err, c.says)
		}
	}
}

func TestPHC(t *testing.T) {
	p := HashParams{MemoryKiB: 8, Passes: 1, Lanes: 1}
	phc := hashPassword(p, []byte("0123456789abcdef"), "密码")
	if !strings.HasPrefix(phc, "$argon2id$v=19$m=8,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$") {
		t.Errorf("got %q", phc)
	}
	if ok, used := verifyPassword(phc, "密码"); !ok || used != p {
		t.Errorf("the password: %v, %v", ok, used)
	}
	for _, wrong := range []string{"", "密码 ", "密"} {
		if ok, _ := verifyPassword(phc, wrong); ok {
			t.Errorf("%q was taken", wrong)
		}
	}
	for _, bad := range []string{"", "x", phc[:len(phc)-1], phc + "A", strings.Replace(phc, "m=8", "m=99999999", 1),
		strings.Replace(phc, "t=1", "t=0", 1), strings.Replace(phc, "p=1", "p=0", 1), strings.Replace(phc, "v=19", "v=16", 1),
		strings.Replace(phc, "argon2id", "argon2i", 1), strings.Replace(phc, "m=8", "m=+8", 1)} {
		if ok, _ := verifyPassword(bad, "密码"); ok {
			t.Errorf("%q was taken", bad)
		}
		if _, _, _, err := parsePHC(bad); err == nil {
			t.Errorf("%q was parsed", bad)
		}
	}
}

func FuzzPHC(f *testing.F) {
	f.Add("$argon2id$v=19$m=8,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY")
	f.Add("$argon2id$v=19$m=8,t=1,p=1$$")
	f.Fuzz(func(t *testing.T, s string) {
		p, salt, sum, err := parsePHC(s)
		if err != nil {
			return
		}
		if p.Passes == 0 || p.Lanes == 0 || p.MemoryKiB > maxMemoryKiB || p.Passes > maxPasses || len(salt) < 8 || len(sum) != hashSize {
			t.Fatalf("%q gave %+v, %d, %d", s, p, len(salt), len(sum))
		}
	})
}
