// Package chance holds a test only: random acts through the real HTTP interface. Its walks
// start from the scenarios of every definition, so that they get far, and are then
// disturbed: lines are left out, repeated and swapped, outcomes, persons, papers and values
// are changed, days pass, other steps are tried, and what a scenario recorded is performed.
// Whatever comes of it, no case may reach a combination that its definition says must
// never be; and with any one gate taken out some case does.
package chance
