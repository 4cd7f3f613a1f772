package ledgersql

import (
	"context"

	"zhunsheng/gov"
	"zhunsheng/ledger"
	"zhunsheng/sqldb"
)

// Receipt makes the receipt (存证回执) of a sealed event under the newest checkpoint. It
// costs the reading of a few tiles, however long the log is. A damaged database or tile
// gives an error, never a receipt that does not verify.
func Receipt(ctx context.Context, db *sqldb.DB, files Store, signer ledger.Signer, eventID string) (*ledger.Receipt, error) {
	policy, err := ledger.ParsePolicy([]string{signer.VKey()}, nil, 0)
	if err != nil {
		return nil, err
	}
	var event Stored
	var head Head
	var index int64
	err = db.Read(ctx, func(tx *sqldb.Tx) error {
		if event, err = ByID(tx, eventID); err != nil {
			return err
		}
		if index, err = IndexOf(tx, eventID); err != nil {
			return err
		}
		head, _, err = ReadHead(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	if index < 0 {
		return nil, gov.Errorf(gov.Unavailable, "这条记录刚刚保存，一秒之内即可取得回执，请稍后再试")
	}
	disclosure, err := ledger.Disclosure(event.Salt, event.Body)
	if err != nil {
		return nil, err
	}
	proof, err := ledger.ProveEntry(files.Get, head.Checkpoint, index)
	if err != nil {
		return nil, &gov.Error{Kind: gov.Fault, Text: "账本文件与检查点不符，无法出具回执，请通知管理员运行 zhunsheng verify", Err: err}
	}
	r := &ledger.Receipt{Index: index, Disclosure: disclosure, Proof: proof, Checkpoint: head.Note}
	if _, err := r.Verify(policy); err != nil {
		return nil, &gov.Error{Kind: gov.Fault, Text: "这条记录与账本不符，无法出具回执，请通知管理员运行 zhunsheng verify", Err: err}
	}
	return r, nil
}
