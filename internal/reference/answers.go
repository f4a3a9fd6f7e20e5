package reference

import (
	"errors"
	"io/fs"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
	"nhipso/internal/tabular/record"
)

const answersName = "catalog/answers.csv"

// Answers reads the reasons for what the rules find in the reference data, by the identity of the finding. They come with those
// data, so that a release of them is not asked what is known.
func Answers(fsys fs.FS) (map[string]catalog.Label, error) {
	refuse := func(row int, reason string) error {
		return fault.New("catalog.bad-file", "reason", reason).At(answersName, row, "")
	}
	b, err := fs.ReadFile(fsys, answersName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // nothing is known in advance
	}
	if err != nil {
		return nil, refuse(0, err.Error())
	}
	rows, err := record.Exactly(b, "identity", "reason_vi", "reason_en")
	if err != nil {
		return nil, refuse(1, err.Error())
	}
	out := map[string]catalog.Label{}
	for _, r := range rows {
		id, vi, en := r.Cells[0], r.Cells[1], r.Cells[2]
		if _, twice := out[id]; twice || id == "" || vi == "" || en == "" {
			return nil, refuse(r.Line, id)
		}
		out[id] = catalog.Label{Vi: vi, En: en}
	}
	return out, nil
}
