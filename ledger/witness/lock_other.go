//go:build !unix

package witness

import "errors"

func lock(string) (func(), error) {
	return nil, errors.New("witness: no file locks on this system")
}
