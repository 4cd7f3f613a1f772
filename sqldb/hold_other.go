//go:build !unix

package sqldb

import "errors"

func lockFile(string) (func(), error) {
	return nil, errors.New("sqldb: no file locks on this system; serve from PostgreSQL")
}
