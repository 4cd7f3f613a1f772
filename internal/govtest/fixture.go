package govtest

import (
	"embed"
	"io/fs"

	"zhunsheng/area"
)

//go:embed fixture/*.yaml fixture/*.scenario fixture/imports/*.yaml
var fixture embed.FS

// Fixture is the area of the small county: one procedure for documents of a department, as
// tests of the machinery walk it. It is a fixture and no law: what the county's area says may
// change without a test of the machinery changing.
func Fixture() area.Area {
	files, err := fs.Sub(fixture, "fixture")
	if err != nil {
		panic(err) // the folder is embedded
	}
	return area.Area{ID: "rules", Name: "依法行政制度体系完善", Definitions: files,
		Indicators: "indicators.yaml", Parameters: "parameters.yaml", Imports: "imports/*.yaml"}
}
