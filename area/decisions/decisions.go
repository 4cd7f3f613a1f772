// Package decisions is the area 重大行政决策科学民主合法: major administrative decisions,
// their hearings, their execution, the yearly catalogue, comments from the public and
// the look-back.
package decisions

import (
	"embed"

	"zhunsheng/area"
)

//go:embed *.yaml *.scenario registers/*.yaml
var files embed.FS

// Area is what this folder contributes.
func Area() area.Area {
	return area.Area{
		ID:          "decisions",
		Name:        "重大行政决策科学民主合法",
		Definitions: files,
		Indicators:  "indicators.yaml",
		Registers:   "registers/*.yaml",
	}
}
