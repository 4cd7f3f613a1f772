package main

import (
	"os"
	"path/filepath"
	"runtime/pprof"
)

// profile writes a CPU profile of this process until the returned function is called.
func profile(o options, name string) func() error {
	if o.profile == "" {
		return func() error { return nil }
	}
	f, err := os.Create(filepath.Join(o.profile, name+".pprof"))
	if err == nil {
		err = pprof.StartCPUProfile(f)
	}
	return func() error {
		if err != nil {
			return err
		}
		pprof.StopCPUProfile()
		return f.Close()
	}
}
