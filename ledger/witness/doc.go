// Package witness is a witness of ledgers (存证单位) and its client, both as in
// c2sp.org/tlog-witness: the witness cosigns a checkpoint only when it extends the last one
// it saw of that log. Run by another body, with its key and data elsewhere, it exposes a
// history that was rewritten with the log's own key.
package witness
