// Package ledgersql keeps the ledger (存证账本) in the database and beside it: it appends
// events, numbers and seals them (Sequencer), hands out receipts and verifies everything.
// It alone writes the tables event, leaf, ledger_head and private_value and the folder of
// tiles. docs/decisions/0003-ledger.md gives the order of its durable steps.
package ledgersql
