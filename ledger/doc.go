// Package ledger is the append-only Merkle log of records (存证账本), pure: commitments,
// tree, tiles, checkpoints, proofs and receipts. Clock, randomness, storage and network
// are arguments.
//
// Hashing is RFC 6962; files and messages are the C2SP formats tlog-tiles,
// tlog-checkpoint, signed-note, tlog-cosignature and tlog-proof, so that anybody's tool
// can check the log. docs/decisions/0003-ledger.md says what is committed to, in which
// order steps become durable, and why a crash at any of them is harmless.
package ledger
