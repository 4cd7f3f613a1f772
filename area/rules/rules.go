// Package rules is the area 依法行政制度体系完善: normative documents, their filing and
// clean-up.
package rules

import (
	"embed"

	"zhunsheng/area"
)

//go:embed *.yaml *.scenario imports/*.yaml
var files embed.FS

// Area is what this folder contributes.
func Area() area.Area {
	return area.Area{
		ID:          "rules",
		Name:        "依法行政制度体系完善",
		Definitions: files,
		Indicators:  "indicators.yaml",
		Parameters:  "parameters.yaml",
		Imports:     "imports/*.yaml",
	}
}
