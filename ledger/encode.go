package ledger

import (
	"bytes"
	"encoding/json"
	"fmt"

	"zhunsheng/gov"
)

// EncodeMarshalled is Encode for a payload that json.Marshal has just made: it is taken as
// it is instead of being read and written once more. Nothing else may be given, since a
// payload in another form would be written and never read back.
func (e Envelope) EncodeMarshalled(payload []byte) ([]byte, error) {
	e.Payload = json.RawMessage("{}")
	head, err := e.Encode()
	if err != nil {
		return nil, err
	}
	tail := []byte("{}}")
	if !bytes.HasSuffix(head, tail) {
		return nil, fmt.Errorf("ledger: encode event %s: the payload is not last", e.ID)
	}
	b := make([]byte, 0, len(head)+len(payload))
	b = append(b, head[:len(head)-len(tail)]...)
	b = append(append(b, payload...), '}')
	if len(b) > MaxBody {
		return nil, gov.Errorf(gov.Invalid, "这条记录的内容过长（%d 字节），请把长材料作为文件上传", len(b))
	}
	return b, nil
}
