package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"time"

	"zhunsheng/gov"
	"zhunsheng/internal/app"
	"zhunsheng/ledger"
	"zhunsheng/ledger/ledgersql"
	"zhunsheng/ledger/witness"
)

// WitnessCmd is `zhunsheng witness`: another body (存证单位) keeps watch over ledgers.
type WitnessCmd struct {
	LogVkey []string `name:"log-key" required:"" help:"要存证的账本公钥，可以多次给出"`
	Name    string   `help:"存证单位在签名中的名称，例如 witness.example/qingyuan-fayuan；生成私钥时必填，以后沿用私钥中的名称"`
	Addr    string   `default:"127.0.0.1:8100" help:"监听地址"`
	Data    string   `default:"zhunsheng-witness" help:"存放所见检查点的文件夹" type:"path"`
	Key     string   `name:"key-file" help:"私钥文件，须在上述文件夹之外；默认与该文件夹并列，名字加 .key；没有则生成" type:"path"`
}

// Run witnesses until ctx ends.
func (c *WitnessCmd) Run(ctx context.Context, out io.Writer) error {
	path := c.Key
	if path == "" {
		path = c.Data + ".key"
	}
	name, err := c.name(path)
	if err != nil {
		return err
	}
	skey, err := ledgersql.LoadSecret(path, name, c.Data, rand.Reader)
	if err != nil {
		return err
	}
	key, err := ledger.ParseCosigner(skey)
	if err != nil {
		return err
	}
	if err := ledgersql.PublishKey(path, key.VKey()); err != nil {
		return err
	}
	log := logger()
	w, err := witness.Open(witness.Config{Key: key, Logs: c.LogVkey, Data: c.Data, Clock: app.WallClock, Log: log})
	if err != nil {
		return err
	}
	defer w.Close()
	ln, err := listen(c.Addr)
	if err != nil {
		return err
	}
	srv := &http.Server{Handler: w, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ln) }()
	fmt.Fprintf(out, "存证单位 %s 已启动：http://%s\n公钥  %s\n", name, ln.Addr(), key.VKey())
	select {
	case <-ctx.Done():
	case err = <-served:
		return err
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return errors.Join(srv.Shutdown(drain), ignoreClosed(<-served))
}

// name is the one given, or that of the key that is already there.
func (c *WitnessCmd) name(path string) (string, error) {
	if c.Name != "" {
		return c.Name, nil
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", gov.Errorf(gov.Invalid, "还没有私钥文件“%s”，请用 --name 给出存证单位的名称以生成私钥", path)
	}
	if err != nil {
		return "", &gov.Error{Kind: gov.Unavailable, Text: fmt.Sprintf("密钥文件“%s”无法读取", path), Err: err}
	}
	s, err := ledger.ParseSigner(string(text))
	if err != nil {
		return "", &gov.Error{Kind: gov.Invalid, Text: fmt.Sprintf("密钥文件“%s”内容不正确", path), Err: err}
	}
	return s.Name(), nil
}

// witnesses reads the --witness flags of a serving command, each URL=VKEY. None gives nil,
// which a sequencer takes for "no witnesses".
func witnesses(specs []string) (ledgersql.Cosigner, error) {
	if len(specs) == 0 {
		return nil, nil
	}
	all, err := witness.ParseClients(specs)
	if err != nil {
		return nil, err
	}
	return all, nil
}
