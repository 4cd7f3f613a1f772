// Package zhunsheng holds no code of its own: the tests beside this file hold the
// walls of the architecture (docs/architecture.md).
package zhunsheng
