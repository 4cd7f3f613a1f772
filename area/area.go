// Package area is what one area of law-based government contributes to the program: its
// procedure definitions with their scenarios, its registers, its indicators and its default
// local parameters. Each area is a folder below this one; areas never import one another,
// and cmd lists them in plain sight.
package area

import "io/fs"

// Area is one area of law-based government (法治政府建设的一个方面).
type Area struct {
	ID   string // folder name, e.g. "rules"
	Name string // official name
	// Definitions holds the files at its top: every *.yaml but the two named below is a
	// procedure definition, and *.scenario beside it are its scenarios; see Load.
	Definitions fs.FS
	// Indicators and Parameters are files of Definitions, or "" for none.
	Indicators string
	Parameters string
	// Registers is the pattern of the files of Definitions that declare registers, in a folder
	// of their own, e.g. "registers/*.yaml"; "" for none.
	Registers string
	// Imports is the pattern of the files of Definitions that are plans for the import of old
	// tables (导入方案), in a folder of their own, e.g. "imports/*.yaml"; "" for none.
	Imports string
}
