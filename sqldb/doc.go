// Package sqldb opens the database and runs transactions on either of two SQL engines,
// embedded SQLite or PostgreSQL, from one SQL text.
//
// Every transaction is serializable on both engines: on SQLite there is one writer, and
// what waits for it is committed together; on PostgreSQL a transaction that lost against
// another one is run again. A function given to Write must therefore be safe to run twice
// and must reach the world outside the transaction only through [Tx.AfterCommit].
package sqldb
