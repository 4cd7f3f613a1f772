// Command zhunsheng is the program: a county's law-based government in one binary.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"zhunsheng/gov"
)

// version is set by the build.
var version = "dev"

type commands struct {
	Demo    DemoCmd          `cmd:"" help:"启动演示：虚构的清源县和一年的案件，数据在本地文件夹"`
	Serve   ServeCmd         `cmd:"" help:"提供服务"`
	Law     LawCmds          `cmd:"" help:"法律期限计算与程序定义"`
	Verify  VerifyCmd        `cmd:"" help:"核验：逐条记录、账本、投影和材料，指出被改动的是哪一件"`
	Rebuild RebuildCmd       `cmd:"" help:"由记录重建全部投影；--check 只比较不写入"`
	Backup  BackupCmd        `cmd:"" help:"把数据库、材料和账本备份为一个一致的快照"`
	Restore RestoreCmd       `cmd:"" help:"从备份恢复到空的文件夹"`
	Witness WitnessCmd       `cmd:"" help:"存证单位使用：保管账本的最新检查点并副署"`
	Version kong.VersionFlag `help:"版本"`
}

// LawCmds is `zhunsheng law`: statutes and procedure definitions, without a database.
type LawCmds struct {
	LawCmd
	ProcedureCmds
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is main with its surroundings passed in. Exit codes: 0 done, 1 the answer is bad
// (verify found something), 2 the command could not be carried out.
func run(ctx context.Context, args []string, out, errs io.Writer) int {
	var c commands
	exit := -1
	parser, err := kong.New(&c, kong.Name("zhunsheng"), kong.Description("准绳：法治政府建设平台"),
		kong.Vars{"version": version}, kong.Writers(out, errs), kong.Exit(func(code int) { exit = code }),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.BindTo(out, (*io.Writer)(nil)))
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
	if err := k.Run(); err != nil {
		return report(errs, err)
	}
	return 0
}

// errFound is a command that worked and whose answer is bad.
var errFound = errors.New("found")

func report(errs io.Writer, err error) int {
	if errors.Is(err, errFound) {
		return 1
	}
	var e *gov.Error
	if errors.As(err, &e) {
		fmt.Fprintln(errs, e.Text)
		if err.Error() != e.Text {
			fmt.Fprintln(errs, "原因：", err)
		}
		return 2
	}
	fmt.Fprintln(errs, err)
	return 2
}
