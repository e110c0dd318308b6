package audit

import (
	"errors"
	"os"
	"syscall"
	"time"

	_ "ecsole/aws/platform" // flock
)

// patience bounds the wait for another process: it holds the lock for one record,
// and a stopped one must not hang the console.
const patience = 5 * time.Second

// lock takes the file's exclusive lock. flock belongs to the open file, so that it
// works between the goroutines of one process as well as between processes.
func lock(f *os.File) error { return flock(f, syscall.LOCK_EX) }

// share takes the lock for reading.
func share(f *os.File) error { return flock(f, syscall.LOCK_SH) }

func unlock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_UN) }

func flock(f *os.File, how int) error {
	pause, end := time.Millisecond, time.Now().Add(patience)
	for {
		err := syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, syscall.EINTR):
			continue
		case !errors.Is(err, syscall.EWOULDBLOCK):
			return err
		case !time.Now().Before(end):
			return errors.New("another process holds its lock")
		}
		time.Sleep(pause)
		pause = min(2*pause, 20*time.Millisecond)
	}
}
