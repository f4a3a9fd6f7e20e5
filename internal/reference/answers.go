package reference

import (
	"encoding/csv"
	"io/fs"

	"nhipso/internal/catalog"
	"nhipso/internal/fault"
)

const answersName = "catalog/answers.csv"

// Answers reads the reasons for what the rules find in the reference data, by the identity of the finding. They come with those
// data, so that a release of them is not asked what is known.
func Answers(fsys fs.FS) (map[string]catalog.Label, error) {
	refuse := func(row int, reason string) error {
		return fault.New("catalog.bad-file", "reason", reason).At(answersName, row, "")
	}
	f, err := fsys.Open(answersName)
	if err != nil {
		return nil, refuse(0, err.Error())
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = 3
	rows, err := r.ReadAll()
	if err != nil || len(rows) == 0 {
		return nil, refuse(1, "identity, reason_vi, reason_en")
	}
	out := map[string]catalog.Label{}
	for i, x := range rows[1:] {
		if _, twice := out[x[0]]; twice || x[0] == "" || x[1] == "" || x[2] == "" {
			return nil, refuse(i+2, x[0])
		}
		out[x[0]] = catalog.Label{Vi: x[1], En: x[2]}
	}
	return out, nil
}
