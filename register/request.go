package register

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"

	"zhunsheng/gov"
	"zhunsheng/ledger/ledgersql"
	"zhunsheng/sqldb"
)

// requestDigest binds a request key to what was asked under it. Personal values stay out:
// the digest is in the event for good, and without a salt it would help to guess them.
func (d *Declaration) requestDigest(kind string, c Change) string {
	data := map[string]string{}
	for name, v := range c.Data {
		if f, ok := d.Field(name); ok && !f.Personal {
			data[name] = v
		}
	}
	c.Request, c.Data = "", data
	b, err := json.Marshal(struct {
		Kind string
		Change
	}{kind, c})
	if err != nil {
		panic("register: a request is plain data: " + err.Error())
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// repeated finds what the same request did before, if it was sent twice.
func repeated(tx *sqldb.Tx, person gov.PersonID, c Change, digest string) (Done, bool, error) {
	if c.Request == "" {
		return Done{}, false, nil
	}
	var stream string
	var version int64
	var had []byte
	err := tx.QueryRow(selectKey, string(person), c.Request).Scan(&stream, &version, &had)
	if errors.Is(err, sql.ErrNoRows) {
		return Done{}, false, nil
	}
	if err != nil {
		return Done{}, false, err
	}
	want, err := hex.DecodeString(digest)
	if err != nil || !bytes.Equal(had, want) {
		return Done{}, false, gov.Errorf(gov.Conflict, "这个请求编号已经用于另一项修改，请刷新页面后重新提交")
	}
	stored, err := ledgersql.AtVersion(tx, stream, version)
	if err != nil {
		return Done{}, false, err
	}
	return Done{Event: gov.EventID(stored.ID), Version: version, Recorded: stored.Recorded, Repeated: true}, true, nil
}
