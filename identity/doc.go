// Package identity knows who somebody is and what that person may see and do: accounts,
// sessions, posts and grants, and the one authorization predicate (Access) that serves
// page, list, search, export, count, dashboard and API alike.
//
// People, units, posts and grants are entries of registers; this package reads them
// through Directory and never writes them. Accounts and sessions are rows of its own,
// each under a MAC, because they are no part of the record of acts.
package identity
