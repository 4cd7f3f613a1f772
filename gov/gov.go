// Package gov is the shared vocabulary of the program: identifiers, legal days and
// instants, money, actors and error kinds. It imports the standard library only and
// holds no behaviour of any one domain.
package gov

// UnitID names a 单位 (organ, department, township, outside body), e.g. "qy-sfj".
// It is stable for the life of the unit and appears in events.
type UnitID string

// PersonID names a person (人员). It carries no personal data.
type PersonID string

// CaseID names a case (案件/事项). Case ids are time-ordered text made by NewID.
type CaseID string

// EventID names one recorded event. Event ids are time-ordered text made by NewID.
type EventID string

// Post is the kind of office a person holds in a unit (岗位), e.g. "drafter".
// The known posts are the entries of the register "posts".
type Post string

// Actor is who does something: a person acting from one of that person's posts
// (岗位) in one unit. OnBehalf is set when the grant is an agency (代理); both names
// then stand on the act.
type Actor struct {
	Person   PersonID `json:"person"`
	Post     Post     `json:"post,omitempty"`
	Unit     UnitID   `json:"unit,omitempty"`
	OnBehalf PersonID `json:"on_behalf,omitempty"`
}

// System is the actor of events that no person causes, such as expiry of a clock.
var System = Actor{Person: "system"}

// PublicActor is the actor of what anybody hands in through the portal (公众). Who it was
// stands in the fields of the case, not in the actor.
var PublicActor = Actor{Person: "public"}

// Level is a disclosure level (公开属性与知悉范围). A reader's clearance must be at
// least the level of what is read.
type Level int

// The disclosure levels. State secrets have no level here: 严禁存储、处理国家秘密.
const (
	Public   Level = 0 // 主动公开
	OnDemand Level = 1 // 依申请公开
	Internal Level = 2 // 内部
	Limited  Level = 3 // 限定知悉
)

// Fen is money in 分 (1/100 yuan). Never stored as a fraction.
type Fen int64
