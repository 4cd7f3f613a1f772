package docket

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"zhunsheng/gov"
	"zhunsheng/procedure"
	"zhunsheng/sqldb"
)

// Intake is what somebody who is not signed in hands in (公众提交): a case of Procedure about
// the case Parent. The caller has checked that the published entry of Parent is open for it.
type Intake struct {
	Procedure string
	Parent    gov.CaseID
	Link      procedure.FieldID // the field that names Parent; may be empty where Parent's publications name one
	Title     string            // made from Parent's title when empty
	Fields    map[procedure.FieldID]string
	Key       string // the same key with the same content acts once; required
}

// Receipt says that a submission was taken (收件回执). It is durable when the caller sees it.
type Receipt struct {
	Case     gov.CaseID
	Number   string // by which it is looked up; empty when the definition takes none
	Recorded gov.Instant
	Repeated bool
}

const (
	// maxIntake bounds all values of one submission together, in characters.
	maxIntake    = 20_000
	maxIntakeKey = 200
	maxTitle     = 200 // of the procedure language
	// IntakeParameter is the local parameter that holds how many submissions the program takes
	// a minute, all together; intakePerMinute holds where it has no value.
	IntakeParameter = "intake-per-minute"
	intakePerMinute = 60
)

// Submit opens a case on behalf of the public. Its actor is gov.PublicActor: nobody who signs
// in; who it was stands in the fields. Errors: Invalid at a field, Refused, TooMany, NotFound
// when the matter takes no such submissions, whether or not it exists.
func (d *Docket) Submit(ctx context.Context, in Intake) (Receipt, error) {
	def, err := d.Definitions.Current(in.Procedure)
	if err != nil {
		return Receipt{}, errNoIntake()
	}
	takes, ok := def.Intake()
	if !ok {
		return Receipt{}, errNoIntake()
	}
	if err := in.check(def, takes); err != nil {
		return Receipt{}, err
	}
	release, err := d.admit(ctx)
	if err != nil {
		return Receipt{}, err
	}
	// Personal values stay out of the digest: it is in the event for good, and they can be erased.
	open := map[procedure.FieldID]string{}
	for f, v := range in.Fields {
		if !def.Personal(f) {
			open[f] = v
		}
	}
	digest := d.requestDigest(in.Key, struct {
		Procedure string
		Parent    gov.CaseID
		Title     string
		Fields    map[procedure.FieldID]string
	}{in.Procedure, in.Parent, in.Title, open})
	var done Done
	var refused []procedure.Refusal
	err = d.write(ctx, func(tx *sqldb.Tx) error {
		done, refused = Done{}, nil
		if again, err := d.repeated(tx, gov.PublicActor.Person, in.Key, digest); err != nil || again != nil {
			if again != nil {
				done = *again
			}
			return err
		}
		done, refused, err = d.submit(tx, def, in, digest)
		return err
	})
	if err == nil && len(refused) > 0 {
		err = Refuse(refused)
	}
	if err != nil || done.Repeated {
		release()
	}
	r := Receipt{Case: done.Case, Recorded: done.Recorded, Repeated: done.Repeated}
	for _, n := range done.Effects.Numbers {
		if n.Name == takes.Receipt {
			r.Number = n.Text
		}
	}
	return r, err
}

func (d *Docket) submit(tx *sqldb.Tx, def *procedure.Definition, in Intake, digest string) (Done, []procedure.Refusal, error) {
	now := d.Clock.Now()
	dir, err := d.Registers.Directory(tx)
	if err != nil {
		return Done{}, nil, err
	}
	parent, err := loadRow(tx, in.Parent)
	if gov.KindOf(err) == gov.NotFound {
		return Done{}, nil, errNoIntake()
	}
	if err != nil {
		return Done{}, nil, err
	}
	about, err := d.Definitions.ByDigest(parent.Definition)
	if err != nil {
		return Done{}, nil, err
	}
	link, ok := intakeLink(def, about, in)
	if !ok {
		return Done{}, nil, errNoIntake()
	}
	unit, ok := dir.UnitOn(parent.Unit, now.Day())
	if !ok {
		return Done{}, nil, gov.Errorf(gov.Refused, "承办单位已经变动，目前不能提交，请联系本级人民政府办公室")
	}
	fields := map[procedure.FieldID]string{link: string(in.Parent)}
	for f, v := range in.Fields {
		fields[f] = v
	}
	title := in.Title
	if strings.TrimSpace(title) == "" {
		title = def.Name() + "：" + parent.Title
		if r := []rune(title); len(r) > maxTitle {
			title = string(r[:maxTitle-1]) + "…"
		}
	}
	env, look := d.look(tx, dir, Row{Unit: unit.ID}, nil, nil, now)
	look.known[in.Parent], look.writes = true, true
	effects, no := def.Start(procedure.StartAct{Title: title, Unit: unit.ID, Occurred: now, Actor: gov.PublicActor, Fields: fields}, env)
	if look.err != nil || len(no) > 0 {
		return Done{}, no, look.err
	}
	w := d.newCase(tx, dir, def, gov.CaseID(d.IDs.New(now)), now)
	done, err := w.done(written{kind: KindOpen, actor: gov.PublicActor, occurred: now, key: in.Key,
		payload: Payload{Effects: effects, Request: digest, UnitPath: unit.Path, Level: def.Level()}})
	return done, nil, err
}

func errNoIntake() error {
	return gov.Errorf(gov.NotFound, "没有这个事项，或者它不接受提交")
}

// intakeLink is the field by which the submission names the matter: that of the matter's
// publication that takes such submissions, or the case field of the submission's own form that
// says by itself which procedures it is about (规范性文件异议). ok is false where neither does.
func intakeLink(def, about *procedure.Definition, in Intake) (procedure.FieldID, bool) {
	for _, p := range about.Publications() {
		if p.Intake != nil && p.Intake.Procedure == in.Procedure && (in.Link == "" || in.Link == p.Intake.Link) {
			return p.Intake.Link, true
		}
	}
	for _, f := range def.Opening().Fields {
		if f.Type == procedure.CaseField && (in.Link == "" || in.Link == f.ID) && slices.Contains(f.Procedures, about.ID()) {
			return f.ID, true
		}
	}
	return "", false
}

// check looks at the shape of a submission, before anything is read.
func (in Intake) check(def *procedure.Definition, takes procedure.Intake) error {
	if in.Key == "" || len(in.Key) > maxIntakeKey {
		return gov.Errorf(gov.Invalid, "表单已经失效，请刷新页面后重新提交")
	}
	size := utf8.RuneCountInString(in.Title)
	for id, v := range in.Fields {
		f, ok := startField(def.Opening().Fields, id)
		if !ok || len(takes.Fields) > 0 && !slices.Contains(takes.Fields, id) || f.Type == procedure.CaseField {
			return gov.FieldError(string(id), "表单中没有这一项，请刷新页面后重新填写")
		}
		if !utf8.ValidString(v) {
			return gov.FieldError(string(id), "“%s”含有无法识别的字符", f.Label)
		}
		size += utf8.RuneCountInString(v)
	}
	if size > maxIntake {
		return gov.Errorf(gov.Invalid, "提交的内容共 %d 字，超过 %d 字，请精简后再提交", size, maxIntake)
	}
	return nil
}

// gate counts the submissions of the last minute, in memory: a restart opens it.
type gate struct {
	mu    sync.Mutex
	taken []gov.Instant
}

// admit lets a submission in, or says that there are too many. release gives the place back.
func (d *Docket) admit(ctx context.Context) (release func(), err error) {
	limit, now := intakePerMinute, d.Clock.Now()
	err = d.DB.Read(ctx, func(tx *sqldb.Tx) error {
		dir, err := d.Registers.Directory(tx)
		if err != nil {
			return err
		}
		if p, ok := dir.Param(IntakeParameter, "", now.Day()); ok {
			if n, err := strconv.Atoi(p.Value); err == nil && n >= 0 {
				limit = n
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	g := d.intake
	g.mu.Lock()
	defer g.mu.Unlock()
	g.taken = slices.DeleteFunc(g.taken, func(at gov.Instant) bool { return at.Add(time.Minute) <= now })
	if len(g.taken) >= limit {
		return nil, gov.Errorf(gov.TooMany, "目前提交的人较多，请一分钟以后再提交，您填写的内容不会丢失")
	}
	g.taken = append(g.taken, now)
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		if i := slices.Index(g.taken, now); i >= 0 {
			g.taken = slices.Delete(g.taken, i, i+1)
		}
	}, nil
}
