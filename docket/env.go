package docket

import (
	"zhunsheng/gov"
	"zhunsheng/procedure"
	"zhunsheng/register"
)

// EnvOf is the evaluation environment of a case of a unit now, for questions that come
// before there is a case, such as who may start one. No act is judged with it.
func (d *Docket) EnvOf(dir *register.Directory, unit gov.UnitID) procedure.Env {
	return d.env(dir, unit, d.Clock.Now())
}
