package evidence

import "unicode/utf8"

// textCheck decides, as a content streams through it, whether all of it is text, in UTF-8
// or in GB 18030. A control character other than tab and line ends makes it neither.
type textCheck struct {
	control bool
	notU8   bool
	partial []byte // of a UTF-8 character that the last piece cut, less than four bytes
	notGB   bool
	gb      int  // bytes seen of a GB 18030 character
	gb4     bool // it has four bytes
}

func (t *textCheck) Write(p []byte) (int, error) {
	for _, c := range p {
		if c < 0x20 && c != '\t' && c != '\n' && c != '\r' || c == 0x7f {
			t.control = true
		}
		t.stepGB(c)
	}
	if !t.notU8 {
		t.stepU8(p)
	}
	return len(p), nil
}

func (t *textCheck) stepU8(p []byte) {
	for len(t.partial) > 0 && len(p) > 0 && !utf8.FullRune(t.partial) {
		t.partial = append(t.partial, p[0])
		p = p[1:]
	}
	if len(t.partial) > 0 && utf8.FullRune(t.partial) {
		if !utf8.Valid(t.partial) {
			t.notU8 = true
			return
		}
		t.partial = t.partial[:0]
	}
	end := len(p)
	for i := 1; i < utf8.UTFMax && i <= len(p); i++ {
		if b := p[len(p)-i]; utf8.RuneStart(b) {
			if !utf8.FullRune(p[len(p)-i:]) {
				end = len(p) - i
			}
			break
		}
	}
	t.notU8 = !utf8.Valid(p[:end])
	t.partial = append(t.partial, p[end:]...)
}

// stepGB follows the shape of GB 18030: one byte to 7F; two bytes 81–FE, 40–FE without 7F;
// four bytes 81–FE, 30–39, 81–FE, 30–39.
func (t *textCheck) stepGB(c byte) {
	lead := c >= 0x81 && c <= 0xfe
	digit := c >= '0' && c <= '9'
	switch {
	case t.gb == 0 && c < 0x80:
	case t.gb == 0 && lead:
		t.gb = 1
	case t.gb == 1 && digit:
		t.gb, t.gb4 = 2, true
	case t.gb == 1 && c >= 0x40 && c <= 0xfe && c != 0x7f:
		t.gb = 0
	case t.gb == 2 && lead:
		t.gb = 3
	case t.gb == 3 && digit:
		t.gb, t.gb4 = 0, false
	default:
		t.notGB = true
	}
}

// media is the text type of what was written, "" when it is no text.
func (t *textCheck) media() string {
	switch {
	case t.control:
		return ""
	case !t.notU8 && len(t.partial) == 0:
		return TextU8
	case !t.notGB && t.gb == 0:
		return TextGBK
	}
	return ""
}
