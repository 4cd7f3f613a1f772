package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"zhunsheng/area"
	"zhunsheng/gov"
	"zhunsheng/law"
	"zhunsheng/procedure"
)

// ProcedureCmds are the commands of `zhunsheng law` about procedure definitions. They need
// no database.
type ProcedureCmds struct {
	Check   LawCheckCmd   `cmd:"" help:"检查程序定义，逐一运行其情形，并穷尽推演办理所能到达的状态"`
	Explain LawExplainCmd `cmd:"" help:"用文字说明一个程序定义：环节、必经程序、期限及其条文，哪些未核实"`
	Draw    LawDrawCmd    `cmd:"" help:"把一个程序定义画成环节图（SVG）"`
	LeansOn LawLeansOnCmd `cmd:"" name:"leans-on" help:"列出以某部法规、某一条文为依据的规则、程序定义和本地参数"`
}

// LawCheckCmd checks definitions, plays their scenarios, searches what performing can
// reach, and once more without each single rule, which must be noticed.
type LawCheckCmd struct {
	Files    []string `arg:"" optional:"" name:"文件" help:"定义文件（.yaml），情形文件（.scenario）与它放在一起；不写为本程序内的全部定义"`
	Overlays string   `help:"本地补充规定的文件夹（数据文件夹下的 overlays）：依次套在定义上，只检查套用的结果" placeholder:"DIR" type:"existingdir"`
}

// Run prints one line per definition and everything that is wrong; anything wrong is
// errFound.
func (c *LawCheckCmd) Run(out io.Writer) error {
	book := law.Default()
	defs, params, err := definitions(c.Files)
	if err != nil {
		return err
	}
	if c.Overlays != "" {
		if defs, err = overlaid(defs, c.Overlays, book, params); err != nil {
			return err
		}
	}
	reports, wrong := make([]verdict, len(defs)), 0
	var all errgroup.Group
	all.SetLimit(runtime.NumCPU())
	for i, d := range defs {
		all.Go(func() error {
			reports[i] = checked(d, book, params)
			return nil
		})
	}
	if err := all.Wait(); err != nil {
		return err
	}
	for _, r := range reports {
		wrong += r.wrong
		if _, err := out.Write(r.text.Bytes()); err != nil {
			return err
		}
	}
	if wrong > 0 {
		fmt.Fprintf(out, "共%d处问题\n", wrong)
		return errFound
	}
	fmt.Fprintln(out, "没有问题")
	return nil
}

// verdict is what the check of one definition says, and how much is wrong with it.
type verdict struct {
	text  bytes.Buffer
	wrong int
}

func checked(d *procedure.Definition, book *law.Book, params values) (r verdict) {
	out := &r.text
	problems := d.Check(book)
	failures := d.RunScenarios(book, params)
	search := d.Explore(book, params, procedure.SearchBound)
	var idle []procedure.RuleID
	if len(problems) == 0 && search.Complete {
		idle = d.Unnoticed(book, params)
	}
	r.wrong = len(problems) + len(failures) + len(search.Findings) + len(idle)
	n := d.CountCitations()
	fmt.Fprintf(out, "%s %s：%d个环节，%d个必经程序，%d个期限，%d个情形\n", d, d.Name(), len(d.Steps()), len(d.Gates()), len(d.Clocks()), len(d.Scenarios()))
	fmt.Fprintf(out, "  依据：核对过条文%d处，见于第三方页面%d处，未核实%d处\n", n.Text, n.Page, n.Unproven)
	ended := "穷尽"
	if !search.Complete {
		ended = "没有穷尽"
		r.wrong++
	}
	fmt.Fprintf(out, "  推演：%d个状态，%d次办理，%s；逐一删去%d条规则\n", search.States, search.Acts, ended, len(d.Removable()))
	for _, f := range search.Findings {
		fmt.Fprintln(out, "  "+f.String())
	}
	for _, rule := range idle {
		fmt.Fprintf(out, "  unnoticed %s 删去这条规则，推演到达不了任何“不得出现”的情形\n", rule)
	}
	for _, p := range problems {
		fmt.Fprintln(out, "  "+p.String())
	}
	for _, f := range failures {
		fmt.Fprintln(out, "  "+f.String())
	}
	return r
}

// overlaid are the definitions that the overlays of a folder change, with the overlays laid.
func overlaid(defs []*procedure.Definition, folder string, book *law.Book, params values) ([]*procedure.Definition, error) {
	overlays, err := area.LoadOverlays(os.DirFS(folder))
	if err != nil {
		return nil, err
	}
	if len(overlays) == 0 {
		return nil, gov.Errorf(gov.NotFound, "文件夹“%s”中没有补充规定（.yaml）", folder)
	}
	return area.Lay(defs, overlays, book, params)
}

// LawExplainCmd tells a definition as prose.
type LawExplainCmd struct {
	Procedure string `arg:"" name:"程序" help:"程序代号，如 normative-document.department，或定义文件"`
	On        string `placeholder:"2026-09-30" help:"本地参数取哪一日的值，默认今天"`
}

// Run writes the text.
func (c *LawExplainCmd) Run(out io.Writer) error {
	on := gov.InstantOf(time.Now()).Day()
	if c.On != "" {
		day, err := gov.ParseDay(c.On)
		if err != nil {
			return err
		}
		on = day
	}
	d, params, err := oneDefinition(c.Procedure)
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, d.Explain(params, on))
	return err
}

// LawLeansOnCmd lists what leans on an article.
type LawLeansOnCmd struct {
	Statute string `arg:"" name:"法规" help:"法规名称，如 政府信息公开条例"`
	Article string `arg:"" optional:"" name:"条文" help:"条文号，如 第二十六条；不写为整部法规"`
}

// Run prints one line per rule, with the definition, the basis and the local parameter.
func (c *LawLeansOnCmd) Run(out io.Writer) error {
	defs, params, err := definitions(nil)
	if err != nil {
		return err
	}
	found := 0
	used := map[string]bool{}
	for _, d := range defs {
		for _, r := range d.LeansOn(law.Default(), c.Statute, c.Article) {
			found++
			rule := string(r.Rule)
			if rule == "" {
				rule = "（全程）"
			}
			fmt.Fprintf(out, "%s %s %s：%s\n", d, rule, r.Kind, r.Text)
			for _, cite := range r.Cites {
				if cite.Statute == c.Statute && (c.Article == "" || cite.Article == c.Article) {
					fmt.Fprintln(out, "  依据："+procedure.CiteText(cite.Citation()))
				}
			}
			if r.Parameter != "" && !used[r.Parameter] {
				used[r.Parameter] = true
				if p, ok := params(r.Parameter, gov.InstantOf(time.Now()).Day()); ok {
					fmt.Fprintf(out, "  本地参数：%s，现为%s，%s\n", r.Parameter, p.Value, p.Source)
				}
			}
		}
	}
	if found == 0 {
		fmt.Fprintln(out, "没有规则以"+c.Statute+c.Article+"为依据")
		return nil
	}
	fmt.Fprintf(out, "共%d条规则\n", found)
	return nil
}

// LawDrawCmd draws a definition.
type LawDrawCmd struct {
	Procedure string `arg:"" name:"程序" help:"程序代号或定义文件"`
	To        string `help:"写到文件；不写为标准输出" type:"path"`
}

// Run writes the drawing.
func (c *LawDrawCmd) Run(out io.Writer) error {
	d, _, err := oneDefinition(c.Procedure)
	if err != nil {
		return err
	}
	svg := d.SVG(nil, procedure.Env{Book: law.Default()})
	if c.To == "" {
		_, err = out.Write(svg)
		return err
	}
	if err := os.WriteFile(c.To, svg, 0o644); err != nil {
		return &gov.Error{Kind: gov.Invalid, Text: "不能写文件“" + c.To + "”", Err: err}
	}
	return nil
}

// values are the defaults of local parameters.
type values = func(string, gov.Day) (procedure.Param, bool)

// definitions reads the named files, or all that the binary contains, without checking
// them.
func definitions(files []string) ([]*procedure.Definition, values, error) {
	var defs []*procedure.Definition
	var params []area.Parameter
	for _, a := range areas() {
		p, err := area.LoadParameters(a)
		if err != nil {
			return nil, nil, err
		}
		params = append(params, p...)
		if len(files) > 0 {
			continue
		}
		found, err := area.Parse(a)
		if err != nil {
			return nil, nil, &gov.Error{Kind: gov.Invalid, Text: "定义不能读取：\n" + err.Error()}
		}
		defs = append(defs, found...)
	}
	for _, name := range files {
		d, err := area.LoadDefinition(os.DirFS(filepath.Dir(name)), filepath.Base(name))
		if err != nil {
			return nil, nil, &gov.Error{Kind: gov.Invalid, Text: "定义“" + name + "”不能读取：\n" + err.Error()}
		}
		defs = append(defs, d)
	}
	return defs, area.Values(params), nil
}

func oneDefinition(name string) (*procedure.Definition, values, error) {
	var files []string
	if filepath.Ext(name) == ".yaml" {
		files = []string{name}
	}
	defs, params, err := definitions(files)
	if err != nil {
		return nil, nil, err
	}
	known := ""
	for _, d := range defs {
		if len(files) > 0 || d.ID() == name {
			return d, params, nil
		}
		known += "\n  " + d.ID() + " " + d.Name()
	}
	return nil, nil, gov.Errorf(gov.NotFound, "没有程序“%s”，现有：%s", name, known)
}
