package ledgersql

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"zhunsheng/gov"
	"zhunsheng/ledger"
)

// LoadKey reads the log's private key from path, and makes it when there is none. The
// public key is written beside it as path.pub. See LoadSecret.
func LoadKey(path, origin, data string, random io.Reader) (ledger.Signer, error) {
	skey, err := LoadSecret(path, origin, data, random)
	if err != nil {
		return nil, err
	}
	s, err := ledger.ParseSigner(skey)
	if err != nil {
		return nil, err
	}
	return s, PublishKey(path, s.VKey())
}

// LoadSecret reads a private key of signed-note with the given name from path, and makes
// it with mode 0600 when there is none.
//
// The key must lie outside data, the folder that holds what is signed: whoever copies or
// edits the data must not be able to sign with it.
func LoadSecret(path, name, data string, random io.Reader) (skey string, err error) {
	if err := keyOutside(path, data); err != nil {
		return "", err
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return createKey(path, name, random)
	}
	if err != nil {
		return "", &gov.Error{Kind: gov.Unavailable, Text: fmt.Sprintf("密钥文件“%s”无法读取", path), Err: err}
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", gov.Errorf(gov.Invalid, "密钥文件“%s”可被其他账号读取，请先执行 chmod 600", path)
	}
	s, err := ledger.ParseSigner(string(text))
	if err != nil {
		return "", &gov.Error{Kind: gov.Invalid, Text: fmt.Sprintf("密钥文件“%s”内容不正确", path), Err: err}
	}
	if s.Name() != name {
		return "", gov.Errorf(gov.Invalid, "密钥文件“%s”属于“%s”，不是“%s”", path, s.Name(), name)
	}
	return strings.TrimSpace(string(text)), nil
}

func createKey(path, name string, random io.Reader) (string, error) {
	skey, err := ledger.GenerateKey(random, name)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", err
	}
	if err := writeSynced(path, []byte(skey+"\n"), 0o600, os.O_EXCL); err != nil {
		return "", err
	}
	return skey, syncDir(filepath.Dir(path))
}

// PublishKey writes a public key beside the private one, to be handed out, unless it is
// there.
func PublishKey(path, vkey string) error {
	if have, err := os.ReadFile(path + ".pub"); err == nil && strings.TrimSpace(string(have)) == vkey {
		return nil
	}
	return writeSynced(path+".pub", []byte(vkey+"\n"), 0o644, os.O_TRUNC)
}

func keyOutside(path, data string) error {
	key, err1 := filepath.Abs(path)
	folder, err2 := filepath.Abs(data)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	// Follow links of what is there already: the key's folder and the data folder.
	if real, err := filepath.EvalSymlinks(filepath.Dir(key)); err == nil {
		key = filepath.Join(real, filepath.Base(key))
	}
	if real, err := filepath.EvalSymlinks(folder); err == nil {
		folder = real
	}
	if rel, err := filepath.Rel(folder, key); data != "" && err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return gov.Errorf(gov.Invalid, "密钥不能放在数据文件夹“%s”里：能改数据的人就能重新签名。请放到别处", data)
	}
	return nil
}
