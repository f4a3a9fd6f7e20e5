package tabular

import (
	_ "embed"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"

	"nhipso/internal/tabular/record"
)

// The old Vietnamese encodings, as people call them.
const (
	oldTCVN    = "TCVN3 (ABC)"
	oldVNI     = "VNI"
	oldWindows = "windows-1258"
	oldVISCII  = "VISCII"
)

//go:embed encodings.csv
var encodingsFile string

// letter is how the old encodings write a Vietnamese letter.
var oldLetters = sync.OnceValue(func() map[string]map[string]rune {
	out := map[string]map[string]rune{oldTCVN: {}, oldVISCII: {}, oldVNI: {}}
	for _, r := range record.MustExactly(encodingsFile, "letter", "tcvn3", "viscii", "vni") {
		letter, _ := utf8.DecodeRuneInString(r.Get("letter"))
		for name, column := range map[string]string{oldTCVN: "tcvn3", oldVISCII: "viscii", oldVNI: "vni"} {
			if code := r.Get(column); code != "" {
				out[name][unhex(code)] = letter
			}
		}
	}
	return out
})

func unhex(s string) string {
	var b strings.Builder
	for i := 0; i+1 < len(s); i += 2 {
		b.WriteByte(hexDigit(s[i])<<4 | hexDigit(s[i+1]))
	}
	return b.String()
}

func hexDigit(c byte) byte {
	if c >= 'a' {
		return c - 'a' + 10
	}
	return c - '0'
}

// oldEncoding names the old Vietnamese encoding in which a text makes Vietnamese words; "" where none does. Each encoding is tried on the
// words that hold a byte above ASCII. At least four of five must be Vietnamese syllables; of several encodings under which they are, it is
// the one that gives the most words that tables are full of.
func oldEncoding(b []byte) string {
	words := splitWords(b)
	words = words[:min(len(words), 2000)]
	best, most, tied := "", 0, false
	for _, e := range []string{oldTCVN, oldVNI, oldWindows, oldVISCII} {
		valid, score := 0, 0
		for _, w := range words {
			s := oldDecode(e, w)
			if !syllable(s, e != oldTCVN) { // TCVN3 writes capitals with the codes of small letters, in a font of capitals
				continue
			}
			valid++
			score++
			if frequent()[strings.ToLower(s)] {
				score += 2
			}
		}
		switch {
		case score < 2 || valid*5 < len(words)*4: // one odd byte proves nothing
		case score > most:
			best, most, tied = e, score, false
		case score == most:
			tied = true
		}
	}
	if tied {
		return ""
	}
	return best
}

// frequent are words with letters beyond ASCII of which headings and labels of tables are full.
var frequent = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(`tổng số cộng cả nước tỉnh thành phố huyện xã quận phường thị trấn đơn vị hành chính giá trị tăng thêm đồng tỷ triệu nghìn năm quý
tháng ước tính sơ bộ thực hiện kế hoạch tỷ lệ cơ cấu chỉ tiêu chỉ số so với cùng kỳ trước người lao động dân doanh nghiệp sản phẩm xuất nhập khẩu
nông lâm thủy thuỷ công xây dựng dịch vụ thuế trợ cấp hà nội đà nẵng hải phòng cần thơ hồ chí quảng nghệ bắc đắk lắk đồng tháp bình phước vĩnh yên hòa hoà
bộ sở cục thống kê báo cáo biểu số liệu kinh tế xã hội viễn thông điện tử thương mại và của các theo từ đến được trên đã có không một hai để`) {
		out[w] = true
	}
	return out
})

// splitWords gives the words that hold bytes above ASCII: runs without blanks, digits, and the signs of a table.
func splitWords(b []byte) [][]byte {
	var out [][]byte
	start, high := -1, false
	for i := 0; i <= len(b); i++ {
		if i < len(b) && (b[i] >= utf8.RuneSelf || b[i] >= 'a' && b[i] <= 'z' || b[i] >= 'A' && b[i] <= 'Z' || b[i] > 0 && b[i] < 9) {
			if start < 0 {
				start, high = i, false
			}
			high = high || b[i] >= utf8.RuneSelf
			continue
		}
		if start >= 0 && high {
			out = append(out, b[start:i])
		}
		start = -1
	}
	return out
}

// oldDecode gives a word in Unicode; a byte that the encoding does not have becomes U+FFFD.
func oldDecode(e string, w []byte) string {
	if e == oldWindows {
		s, err := charmap.Windows1258.NewDecoder().Bytes(w)
		if err != nil {
			return "\ufffd"
		}
		return norm.NFC.String(string(s))
	}
	letters := oldLetters()[e]
	var out strings.Builder
	for i := 0; i < len(w); {
		if i+1 < len(w) {
			if r, ok := letters[string(w[i:i+2])]; ok { // VNI writes a letter and its mark
				out.WriteRune(r)
				i += 2
				continue
			}
		}
		r, ok := letters[string(w[i:i+1])]
		switch {
		case ok:
		case w[i] < utf8.RuneSelf:
			r = rune(w[i])
		default:
			r = utf8.RuneError
		}
		out.WriteRune(r)
		i++
	}
	return out.String()
}

// nuclei are the vowels of Vietnamese syllables without their tones.
const nuclei = "a|ă|â|e|ê|i|o|ô|ơ|u|ư|y|ai|ao|au|ay|âu|ây|eo|êu|ia|iê|iu|iêu|oa|oă|oe|oi|oo|oai|oao|oay|oeo|ôi|ơi|ua|uâ|uê|ui|uô|uơ|uy|uya|uyê|uây|uôi|uyu|ưa|ưi|ươ|ưu|ươi|ươu|ya|yê|yêu"

var (
	syllables = regexp.MustCompile(`^(?:ngh|ng|nh|gh|gi|kh|ch|ph|qu|th|tr|[bcdđghklmnpqrstvx])?(?:` + nuclei + `)(?:ch|ng|nh|[cmnpt])?$`)
	tones     = strings.NewReplacer("\u0300", "", "\u0301", "", "\u0303", "", "\u0309", "", "\u0323", "")
)

// syllable says whether a word is a possible Vietnamese syllable with a letter beyond ASCII. Cased refuses capitals among small letters.
func syllable(w string, cased bool) bool {
	beyond := false
	for _, r := range w {
		if !unicode.IsLetter(r) {
			return false
		}
		beyond = beyond || r >= utf8.RuneSelf
	}
	lower := strings.ToLower(w)
	if _, first := utf8.DecodeRuneInString(w); cased && w[first:] != lower[min(first, len(lower)):] && w != strings.ToUpper(w) {
		return false
	}
	apart := norm.NFD.String(lower)
	bare := tones.Replace(apart)
	if !beyond || len(apart)-len(bare) > 2 || !syllables.MatchString(norm.NFC.String(bare)) {
		return false
	}
	stopped := strings.ContainsAny(bare[len(bare)-1:], "cpt") || strings.HasSuffix(bare, "ch")
	return !stopped || strings.ContainsAny(apart, "\u0301\u0323") // syllables that end in c, ch, p, t have one of two tones
}

// asTyped names the old encoding of text that went through Unicode as if it were Latin letters ("Tæng sè" for "Tổng số"), as sheets typed
// with old fonts hold it; "" where the text is what it seems.
func asTyped(s string) string {
	b := make([]byte, 0, len(s))
	for _, r := range s {
		switch {
		case r > 0xff:
			return "" // letters such as ế are in no old font
		case r >= utf8.RuneSelf && r < 0xa0:
			return ""
		}
		b = append(b, byte(r))
	}
	words := splitWords(b)
	if len(words) == 0 {
		return ""
	}
	good := 0
	for _, w := range words {
		s, err := charmap.ISO8859_1.NewDecoder().Bytes(w)
		if err == nil && syllable(string(s), false) {
			good++
		}
	}
	if good*2 > len(words) { // "Hà" and "Lâm" are Latin letters and Vietnamese
		return ""
	}
	if old := oldEncoding(b); old == oldTCVN || old == oldVNI {
		return old
	}
	return ""
}
