// Package leadership is the area 组织领导落实到位: who decides on the local rules that all
// other areas are counted by.
package leadership

import (
	"embed"

	"zhunsheng/area"
)

//go:embed *.yaml *.scenario
var files embed.FS

// Area is what this folder contributes.
func Area() area.Area {
	return area.Area{ID: "leadership", Name: "组织领导落实到位", Definitions: files}
}
