// Package intake takes figures from programs: it accepts submissions over HTTP, keeps them durably, and stores them in their turn.
//
// Accepting is one small write, shared by all who come at the same time; storing is the work of one committer, whichever server it is in. Who may
// submit, and what, a token says. What a submission is held to is what package cube holds every message to: this package decides nothing about
// figures, and knows no SQL.
package intake
