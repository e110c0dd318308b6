package audit

import (
	"errors"
	"fmt"
	"io"
	"os"
)

var (
	// ErrChanged is a file that is not any more what a record says it was.
	ErrChanged = errors.New("the file was changed: its hash is not the one in the journal")
	// ErrNoSum is a record that names a file without its hash.
	ErrNoSum = errors.New("the journal has no hash of the file: it was not finished in order")
)

// CheckFile compares a file with the record that names it: nil, ErrChanged, ErrNoSum,
// or the error of reading it (os.ErrNotExist where it is gone).
func CheckFile(r Record) error {
	info, err := os.Stat(r.Path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%w: it is no plain file", ErrChanged)
	}
	if r.SHA256 == "" {
		return ErrNoSum
	}
	f, err := os.Open(r.Path)
	if err != nil {
		return err
	}
	defer f.Close()
	var sum Sum
	if _, err := io.Copy(&sum, f); err != nil {
		return err
	}
	if sum.Hex() != r.SHA256 {
		return ErrChanged
	}
	return nil
}
