// Package register keeps registers (台账、名录): units, people, posts, grants, local
// parameters and whatever else a text file declares. An entry holds values from a day to a
// day, changes only by an event in the stream register/<name>, and is read as of a day.
package register
