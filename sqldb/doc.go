// Package sqldb opens the database and runs transactions on either of two SQL engines,
// embedded SQLite or PostgreSQL, from one SQL text.
package sqldb
