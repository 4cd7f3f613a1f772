package area

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"zhunsheng/gov"
	"zhunsheng/law"
	"zhunsheng/procedure"
)

// Overlay is a county's own text over a definition (本地补充规定), as a file of the operator's
// folder, with the scenarios that stand beside it.
type Overlay struct {
	*procedure.Overlay
	Version   int // of the definition that it lies over
	File      string
	Text      []byte
	Scenarios []Scenarios
}

// Scenarios is one file of scenarios.
type Scenarios struct {
	File string
	Text []byte
}

// LoadOverlays reads the overlays of a folder, in the order of their file names: for x.yaml
// the scenarios are x.scenario and x.*.scenario. A folder without any is no error.
func LoadOverlays(files fs.FS) ([]Overlay, error) {
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		return nil, err
	}
	var out []Overlay
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		o, err := ParseOverlay(name, text)
		if err != nil {
			return nil, err
		}
		if o.Scenarios, err = scenariosBeside(files, name); err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

// ParseOverlay reads one overlay.
func ParseOverlay(file string, text []byte) (Overlay, error) {
	o, err := procedure.ParseOverlay(file, text)
	if err != nil {
		return Overlay{}, &gov.Error{Kind: gov.Invalid, Text: fmt.Sprintf("补充规定“%s”不能读取：\n%v", file, err), Err: err}
	}
	var head struct {
		Version int `yaml:"version"`
	}
	err = yaml.Unmarshal(text, &head)
	return Overlay{Overlay: o, Version: head.Version, File: file, Text: text}, err
}

// Lay lays overlays over definitions, one over another in their order, and gives the results:
// one for each definition that an overlay is about. Each result passed its checks, the
// scenarios of its last overlay hold under the values of the parameters, and what performing can
// reach was searched: an overlay that leaves a case without an end, or a duty open, is refused
// as one that loosens the definition or fits none. The error names file and line.
func Lay(defs []*procedure.Definition, overlays []Overlay, book *law.Book, param func(string, gov.Day) (procedure.Param, bool)) ([]*procedure.Definition, error) {
	var out []*procedure.Definition
	var found []string
	for _, o := range overlays {
		base, at := under(o, defs, out)
		if base == nil {
			found = append(found, fmt.Sprintf("%s：没有程序 %s@%d，补充规定无处可用", o.File, o.Of(), o.Version))
			continue
		}
		laid, problems := base.With(o.Overlay, book)
		if len(problems) > 0 {
			found = append(found, problems.Error())
			continue
		}
		for _, s := range o.Scenarios {
			if err := laid.AddScenarios(s.File, s.Text); err != nil {
				found = append(found, err.Error())
			}
		}
		for _, p := range laid.Check(book) {
			found = append(found, p.String())
		}
		for _, f := range laid.RunScenarios(book, param) {
			found = append(found, f.String())
		}
		if at < 0 {
			out = append(out, laid)
		} else {
			out[at] = laid
		}
	}
	for _, d := range out {
		if len(found) > 0 {
			break
		}
		search := d.Explore(book, param, procedure.SearchBound)
		for _, f := range search.Findings {
			found = append(found, d.String()+"：推演发现 "+f.String())
		}
		if !search.Complete {
			found = append(found, d.String()+"：推演没有穷尽")
		}
	}
	if len(found) > 0 {
		return nil, gov.Errorf(gov.Invalid, "本地补充规定没有通过检查：\n%s", strings.Join(found, "\n"))
	}
	return out, nil
}

// under finds what an overlay lies over: the result of earlier ones, with its place, or the
// definition itself.
func under(o Overlay, defs, laid []*procedure.Definition) (*procedure.Definition, int) {
	fits := func(d *procedure.Definition) bool { return d.ID() == o.Of() && d.Version() == o.Version }
	if i := slices.IndexFunc(laid, fits); i >= 0 {
		return laid[i], i
	}
	if i := slices.IndexFunc(defs, fits); i >= 0 {
		return defs[i], -1
	}
	return nil, -1
}

// scenariosBeside reads the scenario files that stand beside a definition or an overlay.
func scenariosBeside(files fs.FS, name string) ([]Scenarios, error) {
	beside, err := fs.Glob(files, path.Join(path.Dir(name), "*.scenario"))
	if err != nil {
		return nil, err
	}
	var out []Scenarios
	stem := strings.TrimSuffix(path.Base(name), ".yaml")
	for _, s := range beside {
		if base := path.Base(s); base != stem+".scenario" && !strings.HasPrefix(base, stem+".") {
			continue
		}
		text, err := fs.ReadFile(files, s)
		if err != nil {
			return nil, err
		}
		out = append(out, Scenarios{s, text})
	}
	return out, nil
}
