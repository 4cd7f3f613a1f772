// Command zhunsheng-verify checks receipts (存证回执) and copied ledger folders without the
// program that made them: it links no database, driver or network.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"

	"zhunsheng/gov"
)

// version is set by the build.
var version = "dev"

type commands struct {
	Receipt ReceiptCmd       `cmd:"" default:"withargs" help:"核验一份或多份存证回执（默认）"`
	Tiles   TilesCmd         `cmd:"" help:"核验一份复制下来的账本文件夹"`
	Version kong.VersionFlag `help:"版本"`
}

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is main with its surroundings passed in. Exit codes: 0 everything verifies, 1
// something does not, 2 it could not be found out.
func run(args []string, out, errs io.Writer) int {
	var c commands
	exit := -1
	parser, err := kong.New(&c, kong.Name("zhunsheng-verify"), kong.Description("准绳离线核验程序：不连接数据库和网络"),
		kong.Vars{"version": version}, kong.Writers(out, errs), kong.Exit(func(code int) { exit = code }),
		kong.BindTo(out, (*io.Writer)(nil)))
	if err != nil {
		fmt.Fprintln(errs, err)
		return 2
	}
	k, err := parser.Parse(args)
	if exit >= 0 {
		return exit
	}
	if err != nil {
		fmt.Fprintln(errs, "命令不能识别：", err)
		return 2
	}
	err = k.Run()
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errFound):
		return 1
	}
	var e *gov.Error
	if errors.As(err, &e) {
		fmt.Fprintln(errs, e.Text)
		if e.Err != nil {
			fmt.Fprintln(errs, "原因：", e.Err)
		}
		return 2
	}
	fmt.Fprintln(errs, err)
	return 2
}

// errFound is a check that worked and whose answer is bad; it has been printed.
var errFound = errors.New("found")
