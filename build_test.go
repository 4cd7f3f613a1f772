package zhunsheng

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The program builds without cgo for every kind of server that offices run.
func TestBuild_EveryArchitectureWithoutCgo(t *testing.T) {
	if testing.Short() {
		t.Skip("builds three binaries")
	}
	for _, arch := range []string{"amd64", "arm64", "loong64"} {
		cmd := exec.Command("go", "build", "-o", t.TempDir(), "./cmd/...")
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+arch)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("linux/%s: %v\n%s", arch, err, out)
		}
	}
}

// What anybody should be able to read and trust alone stays small: the offline verifier
// links no database, no driver, no server of ours.
func TestBuild_VerifierLinksNoDatabaseOrServer(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "./cmd/zhunsheng-verify").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, dep := range strings.Fields(string(out)) {
		for _, bad := range []string{"database/sql", "modernc.org/sqlite", "github.com/jackc/pgx", "zhunsheng/sqldb",
			"zhunsheng/ledger/ledgersql", "zhunsheng/web", "zhunsheng/desk", "zhunsheng/public", "zhunsheng/docket"} {
			// database/sql/driver is one interface, by which gov.Day says its text form.
			if dep == bad || strings.HasPrefix(dep, bad+"/") && dep != "database/sql/driver" {
				t.Errorf("cmd/zhunsheng-verify links %s", dep)
			}
		}
	}
}
