// Package changed holds the tests of what a case changes for other cases: a local parameter
// that one case sets is the limit by which later cases are counted.
package changed
