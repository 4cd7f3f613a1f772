package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
)

// wire is one keep-alive HTTP client on one connection, the same for all sides. It does as
// little as it can, since it shares the processors with the server that it measures.
type wire struct {
	conn    net.Conn
	in      *bufio.Reader
	headers string
	out     bytes.Buffer
	body    bytes.Buffer
}

func dial(addr string) (*wire, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	return &wire{conn: conn, in: bufio.NewReader(conn),
		headers: " HTTP/1.1\r\nHost: " + addr + "\r\nContent-Type: application/json\r\n"}, nil
}

func (w *wire) close() { w.conn.Close() }

// post sends a JSON body as somebody, whom one header line names, and reads the answer,
// which must be a success. into may be nil.
func (w *wire) post(path, who string, body, into any) error {
	w.body.Reset()
	if err := json.NewEncoder(&w.body).Encode(body); err != nil {
		return err
	}
	w.out.Reset()
	w.out.WriteString("POST " + path + w.headers + who + "\r\nContent-Length: " + strconv.Itoa(w.body.Len()) + "\r\n\r\n")
	w.out.Write(w.body.Bytes())
	if _, err := w.conn.Write(w.out.Bytes()); err != nil {
		return err
	}
	res, err := http.ReadResponse(w.in, nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode >= 300 {
		text, _ := io.ReadAll(io.LimitReader(res.Body, 2000))
		return fmt.Errorf("POST %s: %s: %s", path, res.Status, text)
	}
	if into == nil {
		_, err = io.Copy(io.Discard, res.Body)
		return err
	}
	if err := json.NewDecoder(res.Body).Decode(into); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, res.Body)
	return err
}
