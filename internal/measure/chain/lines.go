package chain

import (
	"math"

	"nhipso/internal/fault"
)

// Line is the price and the quantity of an item in a period, or its values at current prices and at those of the year before. Either may be
// missing.
type Line struct {
	Price, Quantity       float64
	HasPrice, HasQuantity bool
}

// Whole says whether there are parts, and all of them have a quantity.
func Whole(parts []Line) bool {
	for _, p := range parts {
		if !p.HasQuantity {
			return false
		}
	}
	return len(parts) > 0
}

// Annual makes the line of a year of its own line and those of its parts. The quantity is that of the parts where they are whole, else its own.
// The price is its own where it has one, else the average of the parts' prices weighted with their quantities; of values, both are sums.
// A part of which nothing was made needs no price.
func Annual(own Line, parts []Line, values bool) Line {
	quantity, value, price, priced := 0.0, 0.0, 0.0, len(parts) > 0
	for _, p := range parts {
		if p.HasQuantity {
			quantity += p.Quantity
		}
		value += p.Price * p.Quantity
		price += p.Price
		priced = priced && (p.HasPrice || !values && p.HasQuantity && p.Quantity == 0)
	}
	whole := Whole(parts)
	out := own
	if whole {
		out.Quantity, out.HasQuantity = quantity, true
	}
	switch {
	case own.HasPrice:
	case values && priced:
		out.Price, out.HasPrice = price, true
	case !values && whole && priced && quantity != 0:
		out.Price, out.HasPrice = value/quantity, true
	}
	return out
}

// FromValues gives prices and quantities of items of which there are values at current prices and at those of the year before, up to the unit
// of each: its price is moved by the ratio of the two values. An item that is not there in two years running keeps its price.
func FromValues(current, previous [][]float64) (prices, quantities [][]float64, err error) {
	prices, quantities = make([][]float64, len(current)), make([][]float64, len(current))
	for i, values := range current {
		p := 1.0
		for t, v := range values {
			if t > 0 && (v != 0 || previous[i][t] != 0 || values[t-1] != 0) {
				relative := v / previous[i][t]
				if !(relative > 0) || math.IsInf(relative, 0) {
					return nil, nil, fault.New("chain.no-volume", "item", i+1, "year", t+1)
				}
				p *= relative
			}
			prices[i], quantities[i] = append(prices[i], p), append(quantities[i], v/p)
		}
	}
	return prices, quantities, nil
}

// IndexOf makes an index of links, 100 in the first period: each link is on the period before, or, if direct, on the first.
func IndexOf(links []float64, direct bool) []float64 {
	out := []float64{100}
	for _, l := range links {
		if direct {
			out = append(out, 100*l)
		} else {
			out = append(out, out[len(out)-1]*l)
		}
	}
	return out
}

// ImplicitPrices gives the price index that values at current prices and a volume index leave, 100 in the period at.
func ImplicitPrices(current, volume []float64, at int) []float64 {
	out := make([]float64, len(current))
	for t := range out {
		out[t] = current[t] / current[at] * volume[at] / volume[t] * 100
	}
	return out
}

// Value is what quantities are worth at their prices, item by period, all items together.
func Value(prices, quantities [][]float64) []float64 {
	var out []float64
	for i := range prices {
		if out == nil {
			out = make([]float64, len(prices[i]))
		}
		for t := range prices[i] {
			out[t] += prices[i][t] * quantities[i][t]
		}
	}
	return out
}

// Structure is what AccountByIndustry takes of one year.
type Structure struct {
	Whole    float64   // the value of all industries
	Weight   []float64 // each industry's part of it; nil where the whole is not positive
	Fraction []float64 // what of the industry is digital
	Share    float64   // what of the whole is
}

// StructureOf gives the structure of a year from the value of each industry and what of it is digital.
func StructureOf(value, digital []float64) Structure {
	s := Structure{}
	for _, v := range value {
		s.Whole += v
	}
	if !(s.Whole > 0) {
		return s
	}
	for i, v := range value {
		d := 0.0
		if digital[i] > 0 {
			d = digital[i] / v
		}
		s.Weight, s.Fraction = append(s.Weight, v/s.Whole), append(s.Fraction, d)
		s.Share += digital[i] / s.Whole
	}
	return s
}
