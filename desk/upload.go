package desk

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"zhunsheng/gov"
	"zhunsheng/identity"
	"zhunsheng/procedure"
	"zhunsheng/web"
)

// submitted is a form as it came: its values, and its files, which are stored already.
// Whatever happens to the act, the files are not sent again.
type submitted struct {
	Key     string
	Expect  int64
	Outcome string
	values  map[string]string
	files   map[string][]procedure.Paper // by control
	wrong   []web.FormError              // files that were not taken, by control
	noFiles bool                         // files are passed over: nothing is kept
}

// The bounds of one form: of one text value, and of the number of its parts.
const (
	maxValue = 256 << 10
	maxParts = 500
)

// receive reads a form of either encoding. Files are streamed into the evidence store as
// they come; one that is refused is told of at its control while the others stay.
func (d *Desk) receive(r *http.Request, who *identity.Principal) (*submitted, error) {
	s := &submitted{values: map[string]string{}, files: map[string][]procedure.Paper{}}
	var kept, dropped []web.Pair
	take := func(name, value string) {
		switch {
		case strings.HasPrefix(name, keptName("")):
			kept = append(kept, web.Pair{Name: strings.TrimPrefix(name, keptName("")), Value: value})
		case strings.HasPrefix(name, dropName("")):
			dropped = append(dropped, web.Pair{Name: strings.TrimPrefix(name, dropName("")), Value: value})
		default:
			s.values[name] = strings.ReplaceAll(value, "\r\n", "\n")
		}
	}
	if err := d.parts(r, who, s, take); err != nil {
		return nil, err
	}
	for _, k := range kept {
		if err := d.keep(r, s, k, dropped); err != nil {
			return nil, err
		}
	}
	s.Key, s.Outcome = s.values[web.RequestKeyName], s.values[outcomeControl]
	if v := s.values[expectControl]; v != "" {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			return nil, gov.Errorf(gov.Invalid, "提交的内容无法识别，请刷新页面后重新填写")
		}
		s.Expect = n
	}
	return s, nil
}

func (d *Desk) parts(r *http.Request, who *identity.Principal, s *submitted, take func(name, value string)) error {
	if media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); media != "multipart/form-data" {
		if err := r.ParseForm(); err != nil {
			return formError(err)
		}
		for name, list := range r.PostForm {
			for _, v := range list {
				take(name, v)
			}
		}
		return nil
	}
	body, err := r.MultipartReader()
	if err != nil {
		return formError(err)
	}
	for n := 0; ; n++ {
		part, err := body.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return formError(err)
		}
		if n > maxParts {
			return gov.Errorf(gov.Invalid, "一次提交的内容太多，请分次提交")
		}
		if part.FileName() != "" && s.noFiles {
			continue
		}
		if part.FileName() != "" {
			if err := d.takeFile(r, who, s, part); err != nil {
				return err
			}
			continue
		}
		value, err := io.ReadAll(io.LimitReader(part, maxValue+1))
		if err != nil {
			return formError(err)
		}
		if len(value) > maxValue {
			return gov.FieldError(part.FormName(), "填写的内容过长，请把长材料作为文件上传")
		}
		if part.Header.Get("Content-Type") == "" { // an empty file control comes with a type
			take(part.FormName(), string(value))
		}
	}
}

func (d *Desk) takeFile(r *http.Request, who *identity.Principal, s *submitted, part *multipart.Part) error {
	name := part.FormName()
	f, err := d.Files.Put(r.Context(), who.Actor.Person, part.FileName(), part)
	var e *gov.Error
	if errors.As(err, &e) && (e.Kind == gov.Invalid || e.Kind == gov.Unavailable) {
		var big *http.MaxBytesError
		if errors.As(err, &big) {
			return formError(big)
		}
		s.wrong = append(s.wrong, web.FormError{Field: name, Text: fmt.Sprintf("“%s”：%s", part.FileName(), e.Text)})
		_, err = io.Copy(io.Discard, part)
		return formError(err)
	}
	if err != nil {
		return err
	}
	s.add(name, procedure.Paper{Digest: f.Digest, Name: f.Name, Size: f.Size, Media: f.Media})
	return nil
}

// add takes a file once: with the script a rejected form sends its files again although
// they were received.
func (s *submitted) add(name string, p procedure.Paper) {
	same := func(x procedure.Paper) bool { return x.Digest == p.Digest && x.Name == p.Name }
	if !slices.ContainsFunc(s.files[name], same) {
		s.files[name] = append(s.files[name], p)
	}
}

// keep takes up a file that was received with an earlier sending of the form.
func (d *Desk) keep(r *http.Request, s *submitted, k web.Pair, dropped []web.Pair) error {
	if slices.Contains(dropped, k) {
		return nil
	}
	digest, name, ok := strings.Cut(k.Value, "/")
	if !ok {
		return gov.Errorf(gov.Invalid, "提交的内容无法识别，请刷新页面后重新填写")
	}
	f, err := d.Files.Stat(r.Context(), digest)
	if gov.KindOf(err) == gov.NotFound && err != nil {
		s.wrong = append(s.wrong, web.FormError{Field: k.Name, Text: "“" + name + "”没有收到，请重新选择"})
		return nil
	}
	if err != nil {
		return err
	}
	s.add(k.Name, procedure.Paper{Digest: f.Digest, Name: name, Size: f.Size, Media: f.Media})
	return nil
}

// newest leaves one file at a control that takes one: a file chosen now replaces the one
// that was kept.
func (s *submitted) newest(name string) {
	if list := s.files[name]; len(list) > 1 {
		s.files[name] = list[:1]
	}
}

// formError explains a body that could not be read.
func formError(err error) error {
	var big *http.MaxBytesError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &big):
		return err // the kit says how large it may be
	}
	return &gov.Error{Kind: gov.Invalid, Text: "提交的内容没有完整收到，请检查网络后再提交一次", Err: err}
}

// fieldValues are the values of the controls that are fields of a definition.
func (s *submitted) fieldValues(list []web.Field) map[procedure.FieldID]string {
	out := map[procedure.FieldID]string{}
	for _, f := range list {
		id, ok := strings.CutPrefix(f.Name, fieldName(""))
		if v := s.values[f.Name]; ok && v != "" {
			out[procedure.FieldID(id)] = v
		}
	}
	return out
}

// paperFiles are the files of the controls that are papers of a definition.
func (s *submitted) paperFiles(list []paperField) map[procedure.PaperID][]procedure.Paper {
	out := map[procedure.PaperID][]procedure.Paper{}
	for _, p := range list {
		if !p.Multiple {
			s.newest(p.Name)
		}
		if files := s.files[p.Name]; len(files) > 0 {
			out[procedure.PaperID(strings.TrimPrefix(p.Name, paperName("")))] = files
		}
	}
	return out
}
