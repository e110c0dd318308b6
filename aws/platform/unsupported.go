//go:build !linux && !darwin

package platform

// The compiler's message about this line is what a build for another system says.
var _ int = "ecsole does not support this system: it runs on " + Systems + "; on Windows, build it inside WSL"
