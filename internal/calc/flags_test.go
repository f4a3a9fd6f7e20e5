package calc_test

import (
	"strings"
	"testing"

	"nhipso/internal/calc/calctest"
)

func TestFlagsOfOtherQuestionsAreRefused(t *testing.T) {
	disk := calctest.Files{"V": "code,value\na,1\n", "M": "from,to\na,b\n", "I": "period,x\n2020,1\n"}
	for _, c := range []string{
		"provinces --what allocate --national V --indicator V --firms V",
		"provinces --what restate --data V --map M --to 23",
		"provinces --what restate --data V --map M --weights V",
		"provinces --what restate --data V --reverse",
		"growth --what project --share 0.1 --growth 0.1 --gdp-growth 0.1 --draws 5",
		"growth --what coverage --data V --formula a",
		"chain --what deflate --data V --lag 2",
		"io --what leontief --table V --extract a",
		"seasonal --method x11 --series I --window 7",
		"seasonal --method stl --series I --sigma 1,2",
		"digital --definition sectors --table V --top 3",
		"balance --method kras --matrix V --gap scale-rows",
	} {
		calctest.Refused(t, disk, "calc.no-effect", strings.Fields(c)...)
	}
}
