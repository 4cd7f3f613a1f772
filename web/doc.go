// Package web is the web kit and the design system: routes as data, middlewares, the one
// table of errors, embedded assets, page frames and components (docs/design-system.md).
// It knows no case: components take plain values and callers fill them.
package web
