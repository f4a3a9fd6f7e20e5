// Package config holds the settings of an installation: what each is called, what it may be, and where its value comes from.
//
// A setting has one name everywhere: --base-url on the command line, NHIPSO_BASE_URL in the environment, base-url in a file. The command line
// goes before the environment, the environment before the file, the file before the default. What is not known is refused with the nearest
// name that is, and so is what has no effect: whoever mistypes a limit must not run without one.
//
// The package opens nothing but the file of settings, and does nothing with what it reads.
package config
