//go:build !fixture

package main

import (
	"zhunsheng/area"
	"zhunsheng/area/decisions"
	"zhunsheng/area/leadership"
	"zhunsheng/area/rules"
)

// areas lists what this binary contains, in the order of screens.
func areas() []area.Area { return []area.Area{rules.Area(), decisions.Area(), leadership.Area()} }
