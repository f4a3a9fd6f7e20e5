package recipe

import (
	"nhipso/internal/cube"
	"nhipso/internal/pipeline"
	"nhipso/internal/stat"
)

// DigitalAnnual gives the value added of the digital economy of every year for which a definition publishes a national share:
// share × GDP at current prices, in billion dong. Shares are printed in GDP of their day, so each is multiplied twice: by the GDP
// vintage held that is nearest to the day on which the share was published (PUB), and by the newest (LATEST).
//
// The product of a share of two decimals and a whole number of billions is exact, so the components of a share add up in
// billions as they do in per cent.
func DigitalAnnual() pipeline.Recipe {
	return pipeline.Recipe{
		ID: "digital-annual", Version: "1", Method: "digital-annual",
		Title: title("digital-annual"),
		Inputs: []pipeline.Input{
			{Name: "share", Dataflow: "DE_SHARE", Key: "A." + country + ".."},
			{Name: "gdp", Dataflow: "NA_VA", Key: "A." + country + "." + gdp + "." + current, History: true},
		},
		Outputs: []string{"DE_VA"},
		Compute: func(in *pipeline.Inputs) (*pipeline.Result, error) {
			var out pipeline.Result
			for _, s := range in.Newest("share") {
				if s.Value == nil || s.Period.Frequency() != stat.Annual {
					continue
				}
				codes := s.Key.Codes()
				vintages := inYear(in.History("gdp"), s.Period)
				for _, choice := range []struct {
					code string
					gdp  *cube.Version
				}{{pub, nearest(vintages, s.Vintage.Date)}, {latest, newest(vintages)}} {
					if choice.gdp == nil {
						continue
					}
					status := stat.Normal
					if choice.gdp.Status != stat.Normal {
						status = stat.Provisional
					}
					if s.Status == stat.Forecast {
						status = stat.Forecast
					}
					out.Outputs = append(out.Outputs, output("DE_VA", stat.NewKey("A", codes[1], codes[2], codes[3], choice.code), s.Period,
						percentOf(*s.Value, *choice.gdp.Value), status, stat.Attributes{stat.AttrDecimals: "0"},
						refTo(s, "share"), refTo(*choice.gdp, "denominator")))
				}
			}
			return &out, nil
		},
	}
}

// inYear gives the versions of a period that have a value.
func inYear(versions []cube.Version, p stat.Period) []cube.Version {
	var out []cube.Version
	for _, v := range versions {
		if v.Period == p && v.Value != nil {
			out = append(out, v)
		}
	}
	return out
}

// newest gives the last of versions ordered by vintage, or nil.
func newest(versions []cube.Version) *cube.Version {
	if len(versions) == 0 {
		return nil
	}
	return &versions[len(versions)-1]
}

// nearest gives the version published nearest to a day, the earlier one when two are equally near, or nil.
func nearest(versions []cube.Version, day stat.Date) *cube.Version {
	var best *cube.Version
	distance := 0
	for i := range versions {
		d := versions[i].Vintage.Date.Sub(day)
		if d < 0 {
			d = -d
		}
		if best == nil || d < distance {
			best, distance = &versions[i], d
		}
	}
	return best
}
