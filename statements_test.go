package zhunsheng

import (
	"testing"

	"zhunsheng/sqldb/sqltest"
)

// Every statement is a constant and is prepared on both engines.
func TestStatements_PrepareOnBothEngines(t *testing.T) { sqltest.PrepareAll(t, ".") }
