package register

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/sqldb"
)

// Directory is one generation of units, people, posts, grants and local parameters, in
// memory. It is immutable and safe for concurrent use.
type Directory struct {
	*identity.Roster
	at         generation
	parameters map[string][]parameter // by key, oldest span first
	values     string                 // digest of parameters and of the tree of units
}

// Values changes whenever a local parameter changes, on whatever day, or the tree of units by
// which parameters are found. Two directories with the same Values count every clock alike.
func (d *Directory) Values() string { return d.values }

type parameter struct {
	Param
	identity.Span
}

// Param is a local parameter as of a day (本地参数). It has the fields of procedure.Param,
// so that one converts to the other.
type Param struct {
	Value      string // e.g. "15日"
	Source     string // the document that set it, in words
	Unverified bool   // shown 未核实
	Label      string // its name for people
}

// directoriesKept are how many generations stay in memory: readers that began before a
// change still ask for the one before.
const directoriesKept = 3

// Directory is the directory exactly as tx sees it. It costs one look-up by primary key
// while nothing has changed, and reads the five registers anew when something has, also
// when another process changed it.
func (s *Store) Directory(tx *sqldb.Tx) (*Directory, error) {
	at, err := readGeneration(tx)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	for _, d := range s.directories {
		if d.at == at {
			s.mu.Unlock()
			return d, nil
		}
	}
	s.mu.Unlock()
	d, err := readDirectory(tx, at)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.directories = append(s.directories, d)
	if len(s.directories) > directoriesKept {
		s.directories = append([]*Directory(nil), s.directories[1:]...)
	}
	return d, nil
}

// Roster makes the Store the identity.Directory.
func (s *Store) Roster(tx *sqldb.Tx) (*identity.Roster, error) {
	d, err := s.Directory(tx)
	if err != nil {
		return nil, err
	}
	return d.Roster, nil
}

var _ identity.Directory = (*Store)(nil)

func readDirectory(tx *sqldb.Tx, at generation) (*Directory, error) {
	data := identity.RosterData{Generation: at.data + string(at.event)}
	read := func(register string, personal bool, visit func(Entry)) error {
		list, err := whole(tx, register, personal)
		for _, e := range list {
			visit(e)
		}
		return err
	}
	err := read(Units, false, func(e Entry) {
		data.Units = append(data.Units, identity.Unit{ID: gov.UnitID(e.Key), Name: e.Data["name"], Short: e.Data["short"],
			Mark: e.Data["mark"], Kind: identity.UnitKind(e.Data["kind"]), Parent: gov.UnitID(e.Data["parent"]), Span: e.Span})
	})
	if err != nil {
		return nil, err
	}
	err = read(People, true, func(e Entry) {
		data.People = append(data.People, identity.Person{ID: gov.PersonID(e.Key), Name: e.Data["name"],
			Unit: gov.UnitID(e.Data["unit"]), Qualifications: SplitWords(e.Data["qualifications"]), Span: e.Span})
	})
	if err != nil {
		return nil, err
	}
	err = read(Posts, false, func(e Entry) {
		data.Posts = append(data.Posts, identity.PostInfo{ID: gov.Post(e.Key), Name: e.Data["name"],
			Kind: identity.PostKind(e.Data["kind"]), Actions: actions(e.Data["actions"]), Span: e.Span})
	})
	if err != nil {
		return nil, err
	}
	err = read(Grants, false, func(e Entry) {
		if g, ok := grantOf(e); ok {
			data.Grants = append(data.Grants, g)
		}
	})
	if err != nil {
		return nil, err
	}
	d := &Directory{at: at, parameters: map[string][]parameter{}}
	err = read(Parameters, false, func(e Entry) {
		d.parameters[e.Key] = append(d.parameters[e.Key], parameter{Span: e.Span, Param: Param{Value: e.Data["value"], Label: e.Data["label"],
			Source: e.Data["source"], Unverified: e.Data["unverified"] != "false"}})
	})
	if err != nil {
		return nil, err
	}
	d.Roster = identity.NewRoster(data)
	d.values = digestOf(data.Units, d.parameters)
	return d, nil
}

func digestOf(units []identity.Unit, parameters map[string][]parameter) string {
	h := sha256.New()
	for _, u := range units {
		fmt.Fprintf(h, "%q %q %v\n", u.ID, u.Parent, u.Span)
	}
	for _, key := range slices.Sorted(maps.Keys(parameters)) {
		fmt.Fprintf(h, "%q", key)
		for _, p := range parameters[key] {
			fmt.Fprintf(h, " %q %v", p.Value, p.Span)
		}
		fmt.Fprintln(h)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// grantOf reads a grant. One whose clearance is no number allows nothing.
func grantOf(e Entry) (identity.Grant, bool) {
	clearance, err := strconv.Atoi(e.Data["clearance"])
	return identity.Grant{ID: e.Key, Person: gov.PersonID(e.Data["person"]), Post: gov.Post(e.Data["post"]),
		Unit: gov.UnitID(e.Data["unit"]), Scope: gov.UnitID(e.Data["scope"]), Actions: actions(e.Data["actions"]),
		Clearance: gov.Level(clearance), GivenBy: gov.PersonID(e.Data["given_by"]),
		OnBehalf: gov.PersonID(e.Data["on_behalf"]), Span: e.Span}, err == nil
}

func actions(words string) []identity.Action {
	var out []identity.Action
	for _, w := range SplitWords(words) {
		out = append(out, identity.Action(w))
	}
	return out
}

// Param is the parameter in force on a day for a unit: the one of the unit itself, else of
// the nearest unit above it, else the one for all. A unit of "" asks for the one for all.
func (d *Directory) Param(name string, unit gov.UnitID, on gov.Day) (Param, bool) {
	if u, ok := d.Unit(unit); ok {
		steps := strings.Split(strings.Trim(u.Path, "/"), "/")
		for i := len(steps) - 1; i >= 0; i-- {
			if p, ok := d.param(name+"@"+steps[i], on); ok {
				return p, true
			}
		}
	}
	return d.param(name, on)
}

func (d *Directory) param(key string, on gov.Day) (Param, bool) {
	for _, p := range d.parameters[key] {
		if p.Holds(on) {
			return p.Param, true
		}
	}
	return Param{}, false
}

// UnitName gives name and 发文机关代字 of a unit, or its id when it is not known.
func (d *Directory) UnitName(id gov.UnitID) (name, mark string) {
	if u, ok := d.Unit(id); ok {
		return u.Name, u.Mark
	}
	return string(id), ""
}

// PersonName gives the name of a person, or the id when it is not known.
func (d *Directory) PersonName(id gov.PersonID) string {
	if p, ok := d.Person(id); ok && p.Name != "" {
		return p.Name
	}
	switch id {
	case gov.System.Person:
		return "系统"
	case gov.PublicActor.Person:
		return "公众"
	}
	return string(id)
}
