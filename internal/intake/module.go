package intake

import (
	"nhipso/internal/cube"
	"nhipso/internal/module"
	"nhipso/internal/store"
)

// Part gives the module by which programs submit figures. Its door stays the same from one edition of the catalogue to the next: somebody may
// stand in it.
func Part() module.Maker {
	var door *Door
	return func(in module.Installation) module.Module {
		if door == nil {
			door = NewDoor(in.Store)
		}
		stores := &Committer{Store: in.Store, Intake: cube.Intake{Catalog: in.Catalog, Store: in.Store}, Edition: in.Edition, Areas: in.Areas, Log: in.Log, Door: door}
		return module.Module{Name: "intake", Migrations: []store.Migration{store.IntakeTables}, Programs: door.Patterns(), Document: Document,
			Tasks: []module.Task{{Name: "accept", Run: door.Run, Answers: true}, {Name: "commit", Run: stores.Run}}}
	}
}
