package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"zhunsheng/gov"
	"zhunsheng/internal/app"
	"zhunsheng/internal/demo"
	"zhunsheng/internal/site"
)

// Place says where the data of one installation lies.
type Place struct {
	Data     string `default:"zhunsheng-data" help:"数据文件夹（数据库、材料、账本）" type:"path"`
	Keys     string `help:"密钥文件夹，须在数据文件夹之外；默认与数据文件夹并列，名字加 -keys" type:"path"`
	Database string `help:"数据库；不填为数据文件夹内的嵌入式数据库，或写 postgres://…" env:"ZHUNSHENG_DATABASE"`
	County   string `default:"清源县" help:"县（市、区）名称"`
	Origin   string `default:"zhunsheng/qingyuan" help:"账本名称，一经使用不可更改"`
}

func (p Place) config(log *slog.Logger) app.Config {
	keys := p.Keys
	if keys == "" {
		keys = strings.TrimRight(p.Data, "/") + "-keys"
	}
	return app.Config{Database: p.Database, Data: p.Data, Keys: keys, Origin: p.Origin, County: p.County, Areas: areas(), Log: log}
}

// Witnesses are the bodies (存证单位) asked to cosign each checkpoint. Work goes on without
// them.
type Witnesses struct {
	Witness []string `help:"存证单位，写作 地址=公钥，例如 https://fayuan.example=witness.example/fayuan+…；可以多次给出" placeholder:"URL=VKEY"`
}

// ServeCmd is `zhunsheng serve`.
type ServeCmd struct {
	Place
	Witnesses
	Addr string `default:"127.0.0.1:8080" help:"监听地址"`
}

// Run serves until ctx ends.
func (c *ServeCmd) Run(ctx context.Context, out io.Writer) error {
	log := logger()
	cfg := c.config(log)
	var err error
	if cfg.Cosigner, err = witnesses(c.Witness); err != nil {
		return err
	}
	a, err := app.Open(ctx, cfg)
	if err != nil {
		return err
	}
	return serve(ctx, a, c.Addr, log, func(url string) { fmt.Fprintf(out, "已启动：%s\n", url) })
}

// DemoCmd is `zhunsheng demo`.
type DemoCmd struct {
	Place
	Witnesses
	Addr string `default:"127.0.0.1:8080" help:"监听地址"`
}

// Run fills an empty folder with the demo county and serves it.
func (c *DemoCmd) Run(ctx context.Context, out io.Writer) error {
	log := logger()
	cosigner, err := witnesses(c.Witness)
	if err != nil {
		return err
	}
	ln, err := listen(c.Addr)
	if err != nil {
		return err
	}
	defer ln.Close()
	done, err := demo.Filled(c.Data)
	if err != nil {
		return err
	}
	if !done {
		fmt.Fprintf(out, "正在生成演示县的数据（只在第一次启动时）……\n")
		cfg := c.config(log)
		started := time.Now()
		n, err := demo.Fill(ctx, cfg)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "已生成 %d 件案件，用时 %.1f 秒\n", n, time.Since(started).Seconds())
	}
	cfg := c.config(log)
	cfg.Hash, cfg.DemoAccounts, cfg.Cosigner = demo.Hash, demo.Accounts(), cosigner
	a, err := app.Open(ctx, cfg)
	if err != nil {
		return err
	}
	return serveOn(ctx, a, ln, log, func(url string) {
		fmt.Fprintf(out, "\n准绳 · 清源县（虚构）法治政府建设平台\n打开  %s\n\n", url)
		for _, acc := range demo.Accounts() {
			fmt.Fprintf(out, "  %-12s 密码 %s   %s\n", acc.Login, acc.Password, acc.Role)
		}
		fmt.Fprintf(out, "\n账本公钥  %s\n数据      %s\n密钥      %s\n按 Ctrl+C 停止\n", a.Signer.VKey(), cfg.Data, cfg.Keys)
	})
}

func logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

func listen(addr string) (net.Listener, error) {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, &gov.Error{Kind: gov.Unavailable, Text: fmt.Sprintf("无法监听 %s，可能已被占用，请用 --addr 另选", addr), Err: err}
	}
	return ln, nil
}

func serve(ctx context.Context, a *app.App, addr string, log *slog.Logger, ready func(url string)) error {
	ln, err := listen(addr)
	if err != nil {
		return errors.Join(err, a.Close())
	}
	return serveOn(ctx, a, ln, log, ready)
}

// serveOn serves on a listener until ctx ends, then drains requests, stops the background
// work and closes the database, in that order, so that nothing acknowledged is lost.
func serveOn(ctx context.Context, a *app.App, ln net.Listener, log *slog.Logger, ready func(url string)) error {
	app.RoomyHeap()
	handler, err := site.Handler(a)
	if err != nil {
		return errors.Join(err, a.Close())
	}
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	worked := make(chan error, 1)
	go func() { worked <- a.Run(work) }()
	srv := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ln) }()
	ready("http://" + ln.Addr().String() + "/")
	select {
	case <-ctx.Done():
	case err = <-served:
	case err = <-worked:
		worked <- nil
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	err = errors.Join(err, srv.Shutdown(drain))
	if a.Settle(drain) != nil {
		log.Warn("some records are not sealed yet; they will be at the next start")
	}
	stopWork()
	return errors.Join(ignoreClosed(err), <-worked, a.Close())
}

func ignoreClosed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
