package text

import (
	"slices"

	"golang.org/x/text/language"
)

// Languages are those in which everything is said, the default one first.
var Languages = []string{"vi", "en"}

// Language gives the language of a reader: the one asked for where it is one of Languages, else Vietnamese.
func Language(asked string) string {
	if slices.Contains(Languages, asked) {
		return asked
	}
	return Languages[0]
}

var spoken = language.NewMatcher([]language.Tag{language.Vietnamese, language.English})

// longestPreference bounds a list of languages that is read at all; a longer one is no browser's.
const longestPreference = 200

// LanguageOf is Language for a program that also sends what its user prefers (the heading Accept-Language): that counts where the address asks for
// none.
func LanguageOf(asked, preferred string) string {
	if slices.Contains(Languages, asked) || preferred == "" || len(preferred) > longestPreference {
		return Language(asked)
	}
	tags, _, err := language.ParseAcceptLanguage(preferred)
	if err != nil {
		return Languages[0]
	}
	if _, i, confidence := spoken.Match(tags...); confidence != language.No {
		return Languages[i]
	}
	return Languages[0]
}
