package area

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"zhunsheng/gov"
	"zhunsheng/indicator"
	"zhunsheng/law"
	"zhunsheng/procedure"
	"zhunsheng/register"
)

// Load parses and checks every definition of the area, with the scenarios that stand beside
// it: for x.yaml these are x.scenario and x.*.scenario. The error is about files that do
// not parse; problems are what the checker refuses. Both mean that the area may not be used.
func Load(a Area, book *law.Book) ([]*procedure.Definition, []procedure.Problem, error) {
	defs, err := Parse(a)
	if err != nil {
		return nil, nil, err
	}
	var problems []procedure.Problem
	for _, d := range defs {
		if d.Area() != a.ID {
			problems = append(problems, procedure.Problem{Pos: procedure.Pos{File: d.ID()}, Text: "定义写的领域是 " + d.Area() + "，放在 " + a.ID})
		}
		problems = append(problems, d.Check(book)...)
	}
	return defs, problems, nil
}

// Parse is Load without the check.
func Parse(a Area) ([]*procedure.Definition, error) {
	names, err := fs.Glob(a.Definitions, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("area %s: %w", a.ID, err)
	}
	var defs []*procedure.Definition
	for _, name := range names {
		if name == a.Indicators || name == a.Parameters {
			continue
		}
		d, err := LoadDefinition(a.Definitions, name)
		if err != nil {
			return nil, fmt.Errorf("area %s: %w", a.ID, err)
		}
		defs = append(defs, d)
	}
	return defs, nil
}

// LoadDefinition parses one definition and the scenarios beside it, and checks neither.
func LoadDefinition(files fs.FS, name string) (*procedure.Definition, error) {
	src, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	d, err := procedure.Parse(name, src)
	if err != nil {
		return nil, err
	}
	beside, err := scenariosBeside(files, name)
	if err != nil {
		return nil, err
	}
	for _, s := range beside {
		if err := d.AddScenarios(s.File, s.Text); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// Parameter is a default local parameter (本地参数) from a day on: what applies until the
// county sets its own with its own source.
type Parameter struct {
	Name       string  `yaml:"name"`
	Label      string  `yaml:"label"`
	Value      string  `yaml:"value"`
	Source     string  `yaml:"source"`
	Unverified bool    `yaml:"unverified"`
	From       gov.Day `yaml:"from"`
}

// LoadParameters reads the default local parameters of the area.
func LoadParameters(a Area) ([]Parameter, error) {
	if a.Parameters == "" {
		return nil, nil
	}
	src, err := fs.ReadFile(a.Definitions, a.Parameters)
	if err != nil {
		return nil, fmt.Errorf("area %s: %w", a.ID, err)
	}
	var file struct {
		Parameters []Parameter `yaml:"parameters"`
	}
	dec := yaml.NewDecoder(strings.NewReader(string(src)))
	dec.KnownFields(true)
	if err := dec.Decode(&file); err != nil {
		return nil, fmt.Errorf("area %s: %s: %w", a.ID, a.Parameters, err)
	}
	for i, p := range file.Parameters {
		if p.Name == "" || p.Label == "" || p.Value == "" || p.Source == "" || p.From.IsZero() {
			return nil, fmt.Errorf("area %s: %s: parameter %d needs name, label, value, source and from", a.ID, a.Parameters, i+1)
		}
	}
	return file.Parameters, nil
}

// Values answers procedure.Env.Param from default parameters: the value in force on a day.
func Values(params []Parameter) func(string, gov.Day) (procedure.Param, bool) {
	sorted := slices.Clone(params)
	slices.SortStableFunc(sorted, func(a, b Parameter) int { return b.From.Compare(a.From) })
	return func(name string, on gov.Day) (procedure.Param, bool) {
		for _, p := range sorted {
			if p.Name == name && !p.From.After(on) {
				return procedure.Param{Value: p.Value, Source: p.Source, Unverified: p.Unverified, Label: p.Label}, true
			}
		}
		return procedure.Param{}, false
	}
}

// LoadRegisters reads the registers that the area declares.
func LoadRegisters(a Area) ([]*register.Declaration, error) {
	if a.Registers == "" {
		return nil, nil
	}
	list, err := register.ParseAll(a.Definitions, a.Registers)
	if err != nil {
		return nil, fmt.Errorf("area %s: %w", a.ID, err)
	}
	return list, nil
}

// LoadIndicators reads the indicators of the area.
func LoadIndicators(a Area) ([]indicator.Definition, error) {
	if a.Indicators == "" {
		return nil, nil
	}
	src, err := fs.ReadFile(a.Definitions, a.Indicators)
	if err != nil {
		return nil, fmt.Errorf("area %s: %w", a.ID, err)
	}
	return indicator.Parse(a.Indicators, src)
}

// File is one text file of an area.
type File struct {
	Name string
	Text []byte
}

// LoadImports reads the plans for the import of old tables (导入方案), as text: they are
// checked against the definitions that they name, which may be another area's.
func LoadImports(a Area) ([]File, error) {
	if a.Imports == "" {
		return nil, nil
	}
	names, err := fs.Glob(a.Definitions, a.Imports)
	if err != nil {
		return nil, fmt.Errorf("area %s: %w", a.ID, err)
	}
	var out []File
	for _, name := range names {
		text, err := fs.ReadFile(a.Definitions, name)
		if err != nil {
			return nil, fmt.Errorf("area %s: %w", a.ID, err)
		}
		out = append(out, File{name, text})
	}
	return out, nil
}
