package main

import (
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"
)

// Act is one signed step as the client sends it.
type Act struct {
	Step    string            `json:"step"`
	Outcome string            `json:"outcome"`
	By      string            `json:"by"`
	Fields  map[string]string `json:"fields,omitempty"`
	Papers  []string          `json:"papers,omitempty"`
}

// Done is one step of the record.
type Done struct {
	Act
	At time.Time
}

// limit is how long the next step has; its timer is started anew with each step.
const limit = 20 * 24 * time.Hour

// Course waits for the steps in their order. Each is an update, so that the client is told
// durably what came of it, as an act is.
func Course(ctx workflow.Context, steps []string) ([]Done, error) {
	var record []Done
	stop := func() {}
	handler := func(ctx workflow.Context, a Act) (int, error) {
		stop()
		record = append(record, Done{a, workflow.Now(ctx)})
		if len(record) < len(steps) {
			timed, cancel := workflow.WithCancel(ctx)
			stop = cancel
			workflow.NewTimer(timed, limit)
		}
		return len(record), nil
	}
	check := func(_ workflow.Context, a Act) error {
		switch {
		case len(record) == len(steps):
			return errors.New("the case has ended")
		case a.Step != steps[len(record)]:
			return fmt.Errorf("step %s comes first", steps[len(record)])
		case a.By == "" || a.Outcome == "":
			return errors.New("a step needs who signs it and how it ends")
		}
		return nil
	}
	if err := workflow.SetUpdateHandlerWithOptions(ctx, "act", handler, workflow.UpdateHandlerOptions{Validator: check}); err != nil {
		return nil, err
	}
	err := workflow.Await(ctx, func() bool { return len(record) == len(steps) && workflow.AllHandlersFinished(ctx) })
	return record, err
}
