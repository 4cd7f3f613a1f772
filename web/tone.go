package web

// Tone is what a colour means, and it means one thing everywhere: met green, soon amber,
// late red, not applicable grey; Info is neutral blue. A tone never stands alone: every
// component that shows one shows its icon and its words too.
type Tone string

// The tones.
const (
	Info Tone = "info"
	Met  Tone = "met"  // 已办、按期、符合
	Soon Tone = "soon" // 临近、待核
	Late Tone = "late" // 逾期、不符合
	NA   Tone = "na"   // 不适用、已取消
)

func (t Tone) icon() IconName {
	switch t {
	case Met:
		return IconCheck
	case Soon:
		return IconClock
	case Late:
		return IconAlertTriangle
	case NA:
		return IconMinus
	}
	return IconInfo
}

func (t Tone) class() string {
	switch t {
	case Met, Soon, Late, NA:
		return "tone-" + string(t)
	}
	return "tone-info"
}

// word says the tone to people who do not see colours.
func (t Tone) word() string {
	switch t {
	case Met:
		return "正常"
	case Soon:
		return "临近"
	case Late:
		return "逾期或不符"
	case NA:
		return "不适用"
	}
	return "提示"
}
