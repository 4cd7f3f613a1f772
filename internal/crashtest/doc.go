// Package crashtest kills the program, and the PostgreSQL under it, at random instants
// while 64 clients work, and holds the clients' own lists of what was acknowledged against
// what is there afterwards. It holds tests only.
package crashtest
