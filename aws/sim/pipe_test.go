package sim_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"ecsole/aws/sim"
)

// ends makes the two ends of one connection.
func ends(t *testing.T) (net.Conn, net.Conn) {
	t.Helper()
	l, dial := sim.Pipe()
	got := make(chan net.Conn, 1)
	go func() {
		c, err := l.Accept()
		if err != nil {
			t.Error(err)
		}
		got <- c
	}()
	a, err := dial(background, "tcp", "anywhere:1")
	if err != nil {
		t.Fatal(err)
	}
	b := <-got
	t.Cleanup(func() { a.Close(); b.Close(); l.Close() })
	return a, b
}

func TestPipeCarriesBothWays(t *testing.T) {
	a, b := ends(t)
	data := make([]byte, 3<<20)
	rand.Read(data)
	errs := make(chan error, 2)
	for _, c := range []net.Conn{a, b} {
		go func() {
			_, err := c.Write(data)
			errs <- err
		}()
	}
	for _, c := range []net.Conn{a, b} {
		got := make([]byte, len(data))
		if _, err := io.ReadFull(c, got); err != nil || !bytes.Equal(got, data) {
			t.Errorf("%v, equal: %v", err, bytes.Equal(got, data))
		}
	}
	for range 2 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

func TestPipeCloses(t *testing.T) {
	a, b := ends(t)
	if _, err := a.Write([]byte("last words")); err != nil {
		t.Fatal(err)
	}
	a.Close()
	if got, err := io.ReadAll(b); err != nil || string(got) != "last words" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := b.Write([]byte("x")); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("writing to one that is gone: %v", err)
	}
	if _, err := a.Read(make([]byte, 1)); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("reading after closing: %v", err)
	}
}

func TestPipeDeadlines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := ends(t)
		begun := time.Now()
		a.SetReadDeadline(begun.Add(time.Second))
		if _, err := a.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(begun) != time.Second {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
		// A deadline that is moved while a read waits counts as moved.
		done := make(chan error, 1)
		a.SetReadDeadline(time.Now().Add(time.Second))
		go func() {
			_, err := a.Read(make([]byte, 1))
			done <- err
		}()
		synctest.Wait()
		a.SetReadDeadline(time.Time{})
		time.Sleep(time.Minute)
		if _, err := b.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
		// A past deadline interrupts a read at once.
		go func() {
			_, err := a.Read(make([]byte, 1))
			done <- err
		}()
		synctest.Wait()
		a.SetDeadline(time.Unix(1, 0))
		if err := <-done; !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error(err)
		}
		// A writer waits for its reader, but not for ever.
		b.SetWriteDeadline(time.Now().Add(time.Second))
		n, err := b.Write(make([]byte, 1<<20))
		if !errors.Is(err, os.ErrDeadlineExceeded) || n == 0 || n == 1<<20 {
			t.Errorf("%d bytes, %v", n, err)
		}
	})
}

func TestDialEndsWithItsContextAndListener(t *testing.T) {
	l, dial := sim.Pipe()
	ctx, cancel := context.WithCancel(background)
	cancel()
	if _, err := dial(ctx, "tcp", "x"); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	l.Close()
	if _, err := dial(background, "tcp", "x"); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Error(err)
	}
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
}
