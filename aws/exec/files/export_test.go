package files

import (
	"io"
	"os"
)

// TakePieces is the script that takes a directory where there is no tar.
var TakePieces = takePieces

// PackPieces writes what that script takes.
func PackPieces(dir string, w io.Writer) error {
	return packPieces(dir, w, &Result{}, Options{}, 0)
}

// UnpackPieces writes below root what a container sends where there is no tar.
func UnpackPieces(root *os.Root, r io.Reader, o Options) error {
	return unpackPieces(root, r, &Result{}, o)
}
