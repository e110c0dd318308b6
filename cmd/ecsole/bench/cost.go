package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// cost is what the system charges a process: CPU time, and memory now and at most.
type cost struct {
	cpu       time.Duration
	rss, peak int64 // bytes
}

// clockTick is what /proc counts CPU time in: USER_HZ, which is 100 on every Linux.
const clockTick = 10 * time.Millisecond

// costOf reads /proc; where there is none, the figures are left out.
func costOf(pid int) (cost, error) {
	var c cost
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return c, err
	}
	// The name, in brackets, may hold anything; user and system time are the 12th and
	// 13th field after it (proc_pid_stat(5)).
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	for _, i := range []int{11, 12} {
		n, err := strconv.ParseInt(fields[i], 10, 64)
		if err != nil {
			return c, err
		}
		c.cpu += time.Duration(n) * clockTick
	}
	if exact, err := cpuOf(pid); err == nil {
		c.cpu = exact
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return c, err
	}
	for line := range strings.Lines(string(status)) {
		key, value, _ := strings.Cut(line, ":")
		kb, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
		switch key {
		case "VmRSS":
			c.rss = kb << 10
		case "VmHWM":
			c.peak = kb << 10
		}
	}
	return c, nil
}

// cpuOf is the CPU time of a process to the microsecond, from the scheduler's account
// of its threads (a thread that has ended is not counted any more; Go keeps its own).
func cpuOf(pid int) (time.Duration, error) {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil || len(threads) == 0 {
		return 0, errors.Join(err, os.ErrNotExist)
	}
	var sum time.Duration
	for _, path := range threads {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it ended just now
		}
		first, _, _ := strings.Cut(string(text), " ")
		ns, err := strconv.ParseInt(first, 10, 64)
		if err != nil {
			return 0, err
		}
		sum += time.Duration(ns)
	}
	return sum, nil
}
