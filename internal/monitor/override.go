package monitor

import (
	"slices"
	"strings"
	"time"

	"nhipso/internal/fault"
)

// Override is a person's judgement set beside the computed class. It carries a name and a reason, is kept for ever, and the
// newest one of a target is shown with both.
type Override struct {
	Target string    `json:"target"` // code of CL_TARGET with its year: "KTS-1@2025"
	Class  Class     `json:"class"`
	Reason string    `json:"reason"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
}

// Check refuses an override without a known class (none takes an earlier one back), a reason of at least ten letters, or a name.
func (o Override) Check() error {
	known := o.Class == "" // takes an earlier judgement back
	for _, c := range Classes() {
		known = known || c == o.Class
	}
	switch {
	case !known:
		return fault.New("monitor.bad-class", "class", string(o.Class))
	case len([]rune(strings.TrimSpace(o.Reason))) < 10:
		return fault.New("monitor.no-reason")
	case strings.TrimSpace(o.By) == "":
		return fault.New("monitor.no-name")
	}
	return nil
}

// InForce gives, by target and year, the judgement that holds of those set, oldest first: the newest of each target, and none where that one took
// the earlier back. Pages and API ask here, so that both show the same.
func InForce(list []Override) map[string]Override {
	out := map[string]Override{}
	for _, o := range list {
		target := strings.TrimSpace(o.Target)
		if slices.Contains(Classes(), o.Class) {
			out[target] = o
		} else {
			delete(out, target)
		}
	}
	return out
}
