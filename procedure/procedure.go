// Package procedure is the language in which statutory procedures (法定程序) are
// written, and its pure evaluator: definition × events so far × calendar → where the
// case stands, what may be done next and by whom, why not the rest, which clocks run and
// when they end. No clock, SQL, HTTP or randomness inside.
package procedure
