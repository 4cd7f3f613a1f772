package law

// Book is the register of statutes together with the working-day calendar.
// It is read-only once loaded and safe for concurrent use.
type Book struct{}
