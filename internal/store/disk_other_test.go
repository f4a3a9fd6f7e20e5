//go:build !linux

package store_test

import "testing"

func mountSmallDisk(t *testing.T, _ string) { t.Helper(); t.Skip("mounts a small disk on Linux only") }

func mountReadOnly(t *testing.T, _ string) { t.Helper(); t.Skip("mounts on Linux only") }
