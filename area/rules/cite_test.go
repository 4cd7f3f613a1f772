package rules

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"zhunsheng/law"
)

// proven is how many citations were proven against the statute texts when this was last
// changed. It never falls.
const proven = 230

// Every citation marked text names an article that exists in the statute's text and holds
// the number it is said to hold.
func TestCitations_MarkedTextStandInTheStatutes(t *testing.T) {
	texts, err := filepath.Glob("../../../shared/laws/*.md")
	if err != nil || len(texts) == 0 {
		t.Skip("the statute texts are not here")
	}
	n, page, unproven := 0, 0, 0
	for _, d := range load(t) {
		for _, c := range d.Citations() {
			switch c.Mark {
			case law.Page:
				page++
				continue
			case law.Memory, law.Local:
				unproven++
				continue
			}
			text, ok := article(t, texts, c.Statute, c.Article)
			switch {
			case !ok:
				t.Errorf("%s: %s%s is not in the texts", d, c.Statute, c.Article)
			case c.Says != "" && !strings.Contains(text, c.Says):
				t.Errorf("%s: %s%s does not say %s", d, c.Statute, c.Article, c.Says)
			default:
				n++
			}
		}
	}
	t.Logf("proven in the texts %d, stated by third parties %d, unproven %d", n, page, unproven)
	if n < proven {
		t.Errorf("only %d citations are proven, %d were", n, proven)
	}
}

var articleStart = regexp.MustCompile(`^第[零一二三四五六七八九十百千]+条`)

// article is the text of one article of a statute, from the text that the register of
// statutes names.
func article(t *testing.T, texts []string, statute, article string) (string, bool) {
	t.Helper()
	s, err := law.Default().Statute(statute)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range texts {
		name := strings.TrimSuffix(filepath.Base(file), ".md")
		if !slices.ContainsFunc(s.Versions, func(v law.Version) bool { return v.Text == name }) {
			continue
		}
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, line := range strings.Split(string(src), "\n") {
			if m := articleStart.FindString(line); m != "" {
				if len(out) > 0 {
					break
				}
				if m == article {
					out = append(out, line)
				}
			} else if len(out) > 0 {
				out = append(out, line)
			}
		}
		if len(out) > 0 {
			return strings.Join(out, "\n"), true
		}
	}
	return "", false
}
