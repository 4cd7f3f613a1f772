// Package chance holds a test only: random acts through the real HTTP interface. Its walks
// start from the scenarios of every definition, so that they get far, and are then
// disturbed: lines are left out, repeated and swapped, outcomes, persons, papers and values
// are changed, days pass, other steps are tried, and what a scenario recorded is performed.
// Whatever comes of it, no case may reach a combination that its definition says must
// never be; and with any one gate taken out some case does.
//
// Every act is a request to the program's own handler, with session, judging, one
// transaction and its event. Three things make many of them cheap. Only the first courses
// travel through a listener and have sealing and projections run beside; the others call the
// handler in the process. The database does not wait for the disk. And what a course has in
// common with its scenario is done once in each program and copied, event by event, as a
// rebuild applies events; what is disturbed is always acted.
package chance
