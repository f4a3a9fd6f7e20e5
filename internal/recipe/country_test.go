package recipe

import "nhipso/internal/pipeline"

// vn is the country of the built-in pack, with its codes.
var vn = pipeline.Country{Area: country, Currency: "VND", Official: nso}

const (
	country = "VN"
	nso     = "NSO"
)
