package main

import (
	"fmt"
	"strings"
	"time"
)

// The course is a department's normative document from its opening to its filing, as its
// definition has it, with texts of ordinary length.
const (
	courseProcedure = "normative-document.department"
	courseTitle     = "清源县城乡居民临时救助实施细则"
)

var courseText = strings.Repeat("经研究，拟定条款与上位法一致，征求意见已逐条答复，程序完整。", 3)

// stage is one act of the course.
type stage struct {
	post    string
	step    string
	outcome string
	fields  map[string]string
	papers  []string
}

// courseOn is the course when all of it happens on one day.
func courseOn(today time.Time) []stage {
	day := today.Format("2006-01-02")
	return []stage{
		{"drafter", "draft", "done", map[string]string{"business": "false"}, []string{"draft-text", "explanation"}},
		{"drafter", "assessment", "done", map[string]string{"assessment-conclusion": courseText}, nil},
		{"reviewer", "legality-review", "passed", map[string]string{"review-opinion": courseText, "early-reason": "应对突发事件"}, []string{"legality-opinion"}},
		{"secretary", "deliberation", "passed", map[string]string{"meeting-name": "局长办公会议", "meeting-day": day}, []string{"minutes"}},
		{"registrar", "numbering", "done", nil, nil},
		{"disclosure", "publication-review", "open", map[string]string{"secrecy-opinion": "不涉及国家秘密和工作秘密"}, nil},
		{"secretary", "publication", "done", map[string]string{"effective-day": day}, []string{"final-text"}},
		{"drafter", "filing", "done", nil, []string{"filing-report"}},
	}
}

// posts are the seats that the course needs in each department.
var posts = []string{"drafter", "reviewer", "secretary", "registrar", "disclosure"}

// hand is how the acts of one client reach the program.
type hand interface {
	open(title, key string) (id string, version int64, err error)
	act(id string, version int64, s stage, key string) (now int64, err error)
}

// player is one client that takes case after case through the course, one act a call.
type player struct {
	hand
	name    string // makes its request keys its own
	course  []stage
	id      string
	version int64
	next    int
	n       int
}

func newPlayer(name string, h hand) *player {
	return &player{hand: h, name: name, course: courseOn(time.Now().In(time.FixedZone("Asia/Shanghai", 8*60*60)))}
}

func (p *player) play() (err error) {
	p.n++
	key := fmt.Sprintf("%s-%d", p.name, p.n)
	if p.id == "" {
		p.id, p.version, err = p.open(courseTitle, key)
		p.next = 0
		return err
	}
	if p.version, err = p.act(p.id, p.version, p.course[p.next], key); err != nil {
		return fmt.Errorf("step %s: %w", p.course[p.next].step, err)
	}
	if p.next++; p.next == len(p.course) {
		p.id = ""
	}
	return nil
}
