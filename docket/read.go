package docket

import (
	"context"

	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/ledger"
	"zhunsheng/ledger/ledgersql"
	"zhunsheng/procedure"
	"zhunsheng/register"
	"zhunsheng/sqldb"
)

// Case is a case (案件) as one reader sees it at one moment.
type Case struct {
	Row        Row
	Definition *procedure.Definition
	State      *procedure.State // shared, read-only
	View       procedure.View
	Acts       []Act // the record of acts, oldest first
	Directory  *register.Directory
	Files      []File
	Sealed     int64 // records sealed so far
	// Personal holds the newest values of personal fields (个人信息), which the events hold only
	// as digests. Who may read the case may read them; they go into no list and no export.
	Personal map[procedure.FieldID]string
	// MayAct and MayRecord say whether the reader's post may act on this case at all.
	MayAct, MayRecord bool
}

// File is one attached file of a case (案卷材料).
type File struct {
	Version int64
	Under   procedure.PaperID // the paper of the definition it is attached under
	Seq     int64
	procedure.Paper
}

// Runs is the definition under which a case runs, mostly without reading anything. It does not
// ask who may see the case: do not tell it to anybody.
func (d *Docket) Runs(ctx context.Context, id gov.CaseID) (*procedure.Definition, error) {
	k, ok := d.states.newest(id)
	if !ok {
		err := d.DB.Read(ctx, func(tx *sqldb.Tx) (err error) {
			k.row, err = loadRow(tx, id)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return d.Definitions.ByDigest(k.row.Definition)
}

// Get reads a case for a principal; NotFound when there is none or it may not be seen.
func (d *Docket) Get(ctx context.Context, who *identity.Principal, id gov.CaseID) (*Case, error) {
	var c *Case
	err := d.DB.Read(ctx, func(tx *sqldb.Tx) error {
		row, err := loadRow(tx, id)
		if err != nil {
			return err
		}
		scope, err := scopeOf(tx, who.Actor.Person, row)
		if err != nil {
			return err
		}
		if !who.Access.MayRead(scope) {
			return errUnseen()
		}
		def, err := d.Definitions.ByDigest(row.Definition)
		if err != nil {
			return err
		}
		dir, err := d.Registers.Directory(tx)
		if err != nil {
			return err
		}
		state, err := d.state(tx, row, false)
		if err != nil {
			return err
		}
		c = &Case{Row: row, Definition: def, State: state, Directory: dir,
			MayAct:    who.Access.MayAct(scope, identity.ActOnCase),
			MayRecord: who.Access.MayAct(scope, identity.RecordCase)}
		env, look := d.look(tx, dir, row, state, who, d.Clock.Now())
		c.View = def.View(state, who.Actor, env)
		if look.err != nil {
			return look.err
		}
		if c.Personal, err = personal(tx, def, row.ID); err != nil {
			return err
		}
		if c.Acts, err = acts(tx, row.ID); err != nil {
			return err
		}
		if c.Files, err = files(tx, row.ID); err != nil {
			return err
		}
		head, _, err := ledgersql.ReadHead(tx)
		c.Sealed = head.Size
		return err
	})
	return c, err
}

func acts(tx *sqldb.Tx, id gov.CaseID) ([]Act, error) {
	stored, err := ledgersql.Stream(tx, StreamOf(id))
	if err != nil {
		return nil, err
	}
	index, err := ledgersql.IndexesOfStream(tx, StreamOf(id))
	if err != nil {
		return nil, err
	}
	out := make([]Act, 0, len(stored))
	for _, s := range stored {
		env, err := ledger.DecodeEnvelope(s.Body)
		if err != nil {
			return nil, err
		}
		p, err := decode(env)
		if err != nil {
			return nil, err
		}
		a := Act{Envelope: env, Payload: p, Index: -1}
		if i, ok := index[env.Version]; ok {
			a.Index = i
		}
		out = append(out, a)
	}
	return out, nil
}

func files(tx *sqldb.Tx, id gov.CaseID) ([]File, error) {
	rows, err := tx.Query(caseOfFile, string(id))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []File
	for rows.Next() {
		var f File
		var cid string
		if err := rows.Scan(&cid, &f.Version, &f.Under, &f.Seq, &f.Digest, &f.Name, &f.Size, &f.Media); err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, rows.Err()
}
