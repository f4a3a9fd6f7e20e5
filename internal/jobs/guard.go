package jobs

import (
	"context"
	"encoding/json"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"
)

// guarded is a driver by which an attempt ends itself and no other. River writes the end of an attempt to whatever runs under the number of its job:
// a worker that was stopped for longer than its lease, and wakes up, would end the work of the one to whom the job was given on.
type guarded[TTx any] struct {
	riverdriver.Driver[TTx]
}

// GetExecutor implements riverdriver.Driver.
func (d guarded[TTx]) GetExecutor() riverdriver.Executor { return ownEnds{d.Driver.GetExecutor()} }

// ownEnds is an executor that drops the ends of attempts that are no longer the one at work.
type ownEnds struct {
	riverdriver.Executor
}

// JobSetStateIfRunningMany implements riverdriver.Executor.
func (e ownEnds) JobSetStateIfRunningMany(ctx context.Context, p *riverdriver.JobSetStateIfRunningManyParams) ([]*row, error) {
	own := &riverdriver.JobSetStateIfRunningManyParams{Now: p.Now, Schema: p.Schema}
	for i, id := range p.ID {
		if attempt := ending(p, i); attempt > 0 {
			is, err := e.JobGetByID(ctx, &riverdriver.JobGetByIDParams{ID: id, Schema: p.Schema})
			if err == nil && is.Attempt != attempt {
				continue
			}
		}
		own.ID, own.Attempt, own.ErrData = append(own.ID, id), append(own.Attempt, p.Attempt[i]), append(own.ErrData, p.ErrData[i])
		own.FinalizedAt, own.ScheduledAt, own.State = append(own.FinalizedAt, p.FinalizedAt[i]), append(own.ScheduledAt, p.ScheduledAt[i]), append(own.State, p.State[i])
		own.MetadataDoMerge, own.MetadataUpdates = append(own.MetadataDoMerge, p.MetadataDoMerge[i]), append(own.MetadataUpdates, p.MetadataUpdates[i])
	}
	if len(own.ID) == 0 {
		return nil, nil
	}
	return e.Executor.JobSetStateIfRunningMany(ctx, own)
}

// ending gives which attempt ends, or 0 for one that has done its job: done is done, whoever did it.
func ending(p *riverdriver.JobSetStateIfRunningManyParams, i int) int {
	if p.Attempt[i] != nil { // it is given back, and does not count
		return *p.Attempt[i] + 1
	}
	var fault rivertype.AttemptError
	if p.ErrData[i] == nil || json.Unmarshal(p.ErrData[i], &fault) != nil {
		return 0
	}
	return fault.Attempt
}
