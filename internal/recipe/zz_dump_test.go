package recipe

import (
	"context"
	"fmt"
	"os"
	"sort"
	"testing"

	"nhipso/internal/cube"
)

func TestZZDump(t *testing.T) {
	n := newNational(t)
	all, _ := n.store.Read(context.Background(), cube.Query{Dataflow: "TARGET_STATUS"})
	rows := map[string]string{}
	for _, v := range all {
		c := v.Key.Codes()
		if c[3] == "PATH" { continue }
		k := c[2] + " " + c[1] + " " + v.Period.String()
		if v.Value != nil {
			rows[k] += fmt.Sprintf(" %s=%s[%s %s]", c[3], v.Value.Round(4), v.Status, v.Mark())
		}
		if x := v.Attributes["VALUE_TEXT"]; x != "" { rows[k] += " " + x + "/" + v.Attributes["COMMENT_OBS"] }
	}
	var ks []string
	for k := range rows { ks = append(ks, k) }
	sort.Strings(ks)
	f, _ := os.Create("/tmp/targets-dump.txt")
	for _, k := range ks { fmt.Fprintln(f, k, rows[k]) }
	f.Close()
}
