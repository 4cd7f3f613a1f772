// Package ledger is the append-only Merkle log of records (记录), pure.
package ledger
