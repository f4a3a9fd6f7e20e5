package house

import (
	"os/exec"
	"strings"
	"testing"
)

// allowed lists the modules that the program itself may be linked with, with what each is for. Whoever adds one says why here.
var allowed = map[string]string{
	"git.sr.ht/~sbinet/gg":                                "charts as bitmaps",
	"github.com/golang/freetype":                          "of gg, which fills and strokes with its package raster",
	"github.com/alecthomas/kong":                          "flags of calculations, bound to structs",
	"github.com/andybalholm/brotli":                       "compression of pages",
	"github.com/beorn7/perks":                             "of client_golang",
	"github.com/cespare/xxhash/v2":                        "of client_golang",
	"github.com/munnerz/goautoneg":                        "of client_golang",
	"github.com/prometheus/client_golang":                 "metrics for Prometheus",
	"github.com/prometheus/client_model":                  "of client_golang",
	"github.com/prometheus/common":                        "of client_golang",
	"github.com/prometheus/procfs":                        "of client_golang",
	"golang.org/x/time":                                   "limits a client",
	"google.golang.org/protobuf":                          "of client_golang",
	"github.com/cockroachdb/apd/v3":                       "exact decimals",
	"github.com/danielgtaylor/huma/v2":                    "JSON API with OpenAPI 3.1",
	"github.com/dustin/go-humanize":                       "of modernc.org/sqlite",
	"github.com/google/uuid":                              "of modernc.org/libc",
	"github.com/jackc/pgpassfile":                         "of pgx",
	"github.com/jackc/pgservicefile":                      "of pgx",
	"github.com/jackc/pgx/v5":                             "PostgreSQL",
	"github.com/jackc/puddle/v2":                          "of pgx",
	"github.com/mfridman/interpolate":                     "of goose",
	"github.com/pressly/goose/v3":                         "database migrations",
	"github.com/remyoudompheng/bigfft":                    "of modernc.org/sqlite",
	"github.com/richardlehane/mscfb":                      "of excelize",
	"github.com/richardlehane/msoleps":                    "of excelize",
	"github.com/riverqueue/river":                         "the queue of jobs",
	"github.com/riverqueue/river/riverdriver":             "of river",
	"github.com/riverqueue/river/riverdriver/riverpgxv5":  "of river, on PostgreSQL",
	"github.com/riverqueue/river/riverdriver/riversqlite": "of river, on SQLite",
	"github.com/riverqueue/river/rivershared":             "of river",
	"github.com/riverqueue/river/rivertype":               "of river",
	"github.com/tidwall/gjson":                            "of river",
	"github.com/tidwall/match":                            "of river",
	"github.com/tidwall/pretty":                           "of river",
	"github.com/tidwall/sjson":                            "of river",
	"github.com/sethvargo/go-retry":                       "of goose",
	"github.com/tiendc/go-deepcopy":                       "of excelize",
	"github.com/xuri/efp":                                 "of excelize",
	"github.com/xuri/excelize/v2":                         "XLSX files",
	"github.com/xuri/nfp":                                 "of excelize",
	"github.com/yuin/goldmark":                            "method pages from Markdown",
	"go.uber.org/multierr":                                "of goose",
	"golang.org/x/crypto":                                 "passwords; of pgx and excelize",
	"github.com/alexedwards/scs/v2":                       "sessions of people at work",
	"github.com/wneessen/go-mail":                         "letters by SMTP",
	"github.com/pquerna/otp":                              "one-time codes",
	"github.com/boombuler/barcode":                        "of otp",
	"github.com/coreos/go-oidc/v3":                        "sign-in by a provider",
	"github.com/go-jose/go-jose/v4":                       "of go-oidc: signatures of tokens",
	"golang.org/x/oauth2":                                 "sign-in by a provider",
	"github.com/go-webauthn/webauthn":                     "passkeys",
	"github.com/go-webauthn/x":                            "of webauthn",
	"github.com/fxamacker/cbor/v2":                        "of webauthn",
	"github.com/x448/float16":                             "of cbor",
	"github.com/go-viper/mapstructure/v2":                 "of webauthn",
	"github.com/google/go-tpm":                            "of webauthn: keys that a computer's chip keeps",
	"github.com/golang-jwt/jwt/v5":                        "of webauthn",
	"github.com/tinylib/msgp":                             "of webauthn",
	"github.com/philhofer/fwd":                            "of msgp",
	"golang.org/x/image":                                  "fonts of charts, and of gg",
	"golang.org/x/net":                                    "HTML of excelize",
	"golang.org/x/sync":                                   "of pgx and goose",
	"golang.org/x/sys":                                    "of modernc.org/libc",
	"golang.org/x/text":                                   "collation and Unicode of Vietnamese",
	"gonum.org/v1/gonum":                                  "linear algebra and distributions",
	"golang.org/x/tools":                                  "of gonum",
	"gopkg.in/yaml.v3":                                    "structures and methods as YAML",
	"modernc.org/libc":                                    "of modernc.org/sqlite",
	"modernc.org/mathutil":                                "of modernc.org/sqlite",
	"modernc.org/memory":                                  "of modernc.org/sqlite",
	"modernc.org/sqlite":                                  "SQLite",
}

func TestProgramIsLinkedWithAllowedModulesOnly(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", "nhipso/cmd/nhipso").Output()
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, m := range strings.Fields(string(out)) {
		if m == "nhipso" || used[m] {
			continue
		}
		used[m] = true
		if allowed[m] == "" {
			t.Errorf("module %s is not on the list of allowed ones", m)
		}
	}
	for m := range allowed {
		if !used[m] {
			t.Errorf("module %s is on the list but the program does not use it", m)
		}
	}
}
