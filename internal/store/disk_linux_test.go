package store_test

import (
	"fmt"
	"syscall"
	"testing"

	"nhipso/internal/needs"
)

// mountSmallDisk puts a disk of two megabytes at a folder, which takes the rights of root.
func mountSmallDisk(t *testing.T, dir string) {
	t.Helper()
	err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=2m")
	needs.Here(t, err == nil, fmt.Sprintf("the right to mount a small disk (%v)", err))
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
}

// mountReadOnly makes a disk that mountSmallDisk put there one that can only be read.
func mountReadOnly(t *testing.T, dir string) {
	t.Helper()
	if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
}
