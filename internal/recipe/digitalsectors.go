package recipe

import (
	"context"
	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// sectors are the three sectors of the economy with the sections of VSIC that make them up. Section U (extraterritorial
// organisations) has no value added of the country.
var sectors = []struct{ component, sections string }{
	{"AGR", "A"},
	{"IND", "BCDEF"},
	{"SRV", "GHIJKLMNOPQRST"},
}

// sectorDigits is how many digits of a ratio are kept: more than its inputs, in points and per cent with two, can tell.
const sectorDigits = 6

// DigitalSectors gives the digital share of each sector's own value added: the sector's contribution to the digital share of GDP, in
// points, divided by the sector's share of GDP. The statistics office prints the first and the second, and never their ratio.
//
// A year counts only when every section of the sector is there. What the inputs are not sure of the ratio is not either: an
// estimated structure makes an estimated share.
func DigitalSectors(n pipeline.Country) pipeline.Recipe {
	return pipeline.Recipe{
		ID: "digital-sectors", Version: "2", Method: "digital-sectors",
		Country: n, Title: title("digital-sectors"),
		Inputs: []pipeline.Input{
			{Name: "points", Dataflow: "DE_SHARE", Key: "A." + n.Area + "." + n.Official + ".AGR+IND+SRV"},
			{Name: "structure", Dataflow: "NA_STRUCTURE", Key: "A." + n.Area + "."},
		},
		Outputs: []string{"DE_SECTOR"},
		Compute: digitalSectors,
	}
}

func digitalSectors(ctx context.Context, in *pipeline.Inputs) (*pipeline.Result, error) {
	var out pipeline.Result
	for _, s := range sectors {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		points := seriesOf(in.Newest("points"), "A", in.Country.Area, in.Country.Official, s.component)
		for _, year := range points.periods() {
			own, _ := points.value(year)
			whole, refs, status, ok := sectorShare(in.Newest("structure"), in.Country.Area, s.sections, year)
			if !ok || whole.Sign() <= 0 {
				continue
			}
			share, err := own.Mul(hundred).Quo(whole)
			if err != nil {
				return nil, err
			}
			if status == stat.Normal {
				status = points.at[year].Status
			}
			from := append([]pipeline.Ref{points.ref(year, "contribution")}, refs...)
			out.Outputs = append(out.Outputs, output("DE_SECTOR", stat.NewKey("A", in.Country.Area, in.Country.Official, s.component), year, share.Round(sectorDigits), status, stat.Attributes{stat.AttrDecimals: "2"}, from...))
			by(&out, pipeline.Rounded(inPercent(pipeline.Figure(from[0]), sumOf(pipeline.Figures(refs)...)), sectorDigits))
		}
	}
	return &out, nil
}

// sectorShare adds the shares of GDP of a sector's sections; false unless all of them are there.
func sectorShare(structure []cube.Version, area, sections string, year stat.Period) (sum stat.Decimal, refs []pipeline.Ref, status stat.Status, ok bool) {
	status = stat.Normal
	for _, code := range sections {
		section := seriesOf(structure, "A", area, string(code))
		v, ok := section.value(year)
		if !ok {
			return sum, nil, status, false
		}
		sum = sum.Add(v)
		if s := section.at[year].Status; s != stat.Normal {
			status = s
		}
		refs = append(refs, section.ref(year, "share of GDP"))
	}
	return sum, refs, status, true
}
