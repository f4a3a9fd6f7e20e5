//go:build !linux

package store_test

import (
	"testing"

	"nhipso/internal/needs"
)

func mountSmallDisk(t *testing.T, _ string) {
	t.Helper()
	needs.Here(t, false, "Linux, which mounts a small disk,")
}

func mountReadOnly(t *testing.T, _ string) {
	t.Helper()
	needs.Here(t, false, "Linux, which mounts a disk,")
}
