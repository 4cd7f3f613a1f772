package identity

import (
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"zhunsheng/gov"
)

// HashParams are the costs of argon2id. A stored hash names its own; a sign-in with older
// ones stores the password again under these.
type HashParams struct {
	MemoryKiB uint32
	Passes    uint32
	Lanes     uint8
}

// DefaultHash takes about a tenth of a second on an office server (RFC 9106, second
// recommendation, with as many lanes as such a server has cores).
var DefaultHash = HashParams{MemoryKiB: 64 * 1024, Passes: 3, Lanes: 2}

const (
	hashSize = 32
	saltSize = 16
	// maxMemoryKiB and maxPasses bound what a stored hash can ask of the server.
	maxMemoryKiB = 1 << 20
	maxPasses    = 64
)

// hashPassword makes a PHC string.
func hashPassword(p HashParams, salt []byte, password string) string {
	sum := argon2.IDKey([]byte(password), salt, p.Passes, p.MemoryKiB, p.Lanes, hashSize)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.MemoryKiB, p.Passes, p.Lanes,
		b64.EncodeToString(salt), b64.EncodeToString(sum))
}

var errPHC = errors.New("identity: not an argon2id PHC string")

func parsePHC(s string) (p HashParams, salt, sum []byte, err error) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, nil, nil, errPHC
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.MemoryKiB, &p.Passes, &p.Lanes); err != nil ||
		parts[3] != fmt.Sprintf("m=%d,t=%d,p=%d", p.MemoryKiB, p.Passes, p.Lanes) ||
		p.Passes == 0 || p.Passes > maxPasses || p.Lanes == 0 || p.MemoryKiB > maxMemoryKiB {
		return p, nil, nil, errPHC
	}
	salt, err1 := base64.RawStdEncoding.Strict().DecodeString(parts[4])
	sum, err2 := base64.RawStdEncoding.Strict().DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(sum) != hashSize || len(salt) < 8 {
		return p, nil, nil, errPHC
	}
	return p, salt, sum, nil
}

// verifyPassword compares in constant time. A malformed hash matches nothing.
func verifyPassword(phc, password string) (ok bool, used HashParams) {
	p, salt, sum, err := parsePHC(phc)
	if err != nil {
		return false, p
	}
	got := argon2.IDKey([]byte(password), salt, p.Passes, p.MemoryKiB, p.Lanes, hashSize)
	return subtle.ConstantTimeCompare(got, sum) == 1, p
}

// The rule of passwords: long, not guessable from the login, no changing by calendar.
const (
	minPassword = 10
	maxPassword = 128
)

// commonPasswords are refused even when long enough; compared in lower case.
var commonPasswords = []string{"password", "qwertyuiop", "1q2w3e4r5t", "iloveyou", "administrator", "woaizhongguo",
	"zhongguo", "admin123", "abc123"}

// CheckPassword refuses a password that is easily guessed. The error names the field
// "password" and says what to do.
func CheckPassword(login, password string) error {
	n := utf8.RuneCountInString(password)
	low := strings.ToLower(password)
	switch {
	case !utf8.ValidString(password):
		return gov.FieldError("password", "密码含有无法识别的字符，请重新输入")
	case n < minPassword:
		return gov.FieldError("password", "密码至少 %d 个字符，现在只有 %d 个。可以用一句自己记得住的话", minPassword, n)
	case n > maxPassword:
		return gov.FieldError("password", "密码最多 %d 个字符", maxPassword)
	case len(login) >= 3 && strings.Contains(low, strings.ToLower(login)):
		return gov.FieldError("password", "密码中不能含有登录名")
	case distinct(password) < 5:
		return gov.FieldError("password", "密码重复的字符太多，请至少使用 5 个不同的字符")
	case straight(low):
		return gov.FieldError("password", "密码不能是连续的数字或字母")
	}
	for _, c := range commonPasswords {
		if strings.Trim(low, "0123456789!@#.") == c || strings.HasPrefix(low, c) && n-len(c) < 4 {
			return gov.FieldError("password", "这个密码太常见，容易被猜中，请换一个")
		}
	}
	return nil
}

func distinct(s string) int {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen)
}

// straight reports a run such as 1234567890 or jihgfedcba, where 0 follows 9.
func straight(s string) bool {
	rs := []rune(s)
	up, down := true, true
	for i := 1; i < len(rs); i++ {
		d := rs[i] - rs[i-1]
		if rs[i-1] == '9' && rs[i] == '0' {
			d = 1
		}
		if rs[i-1] == '0' && rs[i] == '9' {
			d = -1
		}
		up, down = up && d == 1, down && d == -1
	}
	return up || down
}
