package sim

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"ecsole/aws/sim/api"
	"ecsole/aws/sim/wire"
)

// routes finds the operation that a request means.
type routes struct {
	byTarget  map[string]*service // "AmazonEC2ContainerServiceV20141113"
	bySigning map[string]*service // "monitoring"
	upgrades  []api.Upgrade
}

// service is a service with its operations by name and by path.
type service struct {
	api.Service
	ops   map[string]*api.Operation
	paths []pathRoute
}

// pathRoute is one REST binding: segments, of which "{name}" are labels.
type pathRoute struct {
	method   string
	segments []string
	op       *api.Operation
}

func newRoutes(services []api.Service) (*routes, error) {
	r := &routes{byTarget: map[string]*service{}, bySigning: map[string]*service{}}
	for _, s := range services {
		sv := &service{Service: s, ops: map[string]*api.Operation{}}
		for i := range s.Operations {
			op := &s.Operations[i]
			if sv.ops[op.Name] != nil {
				return nil, fmt.Errorf("%s:%s is there twice", s.Name, op.Name)
			}
			sv.ops[op.Name] = op
			if op.Path != "" {
				sv.paths = append(sv.paths, pathRoute{op.Method, segments(op.Path), op})
			}
		}
		if s.Target != "" {
			r.byTarget[s.Target] = sv
		}
		if len(s.Operations) > 0 {
			if r.bySigning[s.SigningName()] != nil {
				return nil, fmt.Errorf("two services sign as %s", s.SigningName())
			}
			r.bySigning[s.SigningName()] = sv
		}
		r.upgrades = append(r.upgrades, s.Upgrades...)
	}
	return r, nil
}

func segments(path string) []string {
	return strings.Split(strings.Trim(path, "/"), "/")
}

// upgrade finds the handler of a path outside the signed API.
func (r *routes) upgrade(path string) http.Handler {
	for _, u := range r.upgrades {
		if strings.HasPrefix(path, u.Prefix) {
			return u.Handler
		}
	}
	return nil
}

// target is what a request means. A nil service or operation is unknown; name is
// what the client called it.
type target struct {
	service *service
	op      *api.Operation
	name    string
	proto   wire.Protocol
	labels  map[string]string // of a REST path
	form    url.Values        // of a query
}

// action is the IAM action, "" where the service is unknown.
func (t target) action() string {
	if t.service == nil {
		return ""
	}
	return t.service.Name + ":" + t.name
}

// find routes by what the request carries: X-Amz-Target, an RPC v2 CBOR path, an
// Action in a form or query, or else a REST path of the service it is signed for.
func (r *routes) find(req *http.Request, body []byte, signing string) target {
	switch {
	case req.Header.Get("X-Amz-Target") != "":
		prefix, name, _ := strings.Cut(req.Header.Get("X-Amz-Target"), ".")
		t := target{service: r.byTarget[prefix], name: name, proto: wire.JSON11}
		if strings.Contains(req.Header.Get("Content-Type"), "json-1.0") {
			t.proto = wire.JSON10
		}
		return t.resolve()
	case req.Header.Get("Smithy-Protocol") == "rpc-v2-cbor":
		seg := segments(req.URL.Path)
		if len(seg) != 4 || seg[0] != "service" || seg[2] != "operation" {
			return target{name: req.URL.Path, proto: wire.CBOR}
		}
		t := target{service: r.byTarget[seg[1]], name: seg[3], proto: wire.CBOR}
		return t.resolve()
	}
	sv := r.bySigning[signing]
	if form := queryForm(req, body); form != nil {
		t := target{service: sv, name: form.Get("Action"), proto: wire.Query, form: form}
		if sv != nil && sv.EC2 {
			t.proto = wire.EC2
		}
		return t.resolve()
	}
	return sv.rest(req)
}

func (t target) resolve() target {
	if t.service != nil {
		t.op = t.service.ops[t.name]
	}
	return t
}

// queryForm is the form of a query request, nil if it is none.
func queryForm(req *http.Request, body []byte) url.Values {
	if q := req.URL.Query(); q.Get("Action") != "" {
		for k := range q {
			if strings.HasPrefix(k, "X-Amz-") {
				q.Del(k)
			}
		}
		return q
	}
	if !strings.HasPrefix(req.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return nil
	}
	form, err := url.ParseQuery(string(body))
	if err != nil || form.Get("Action") == "" {
		return nil
	}
	return form
}

// rest matches a REST path; literal segments win over labels.
func (s *service) rest(req *http.Request) target {
	t := target{service: s, name: req.Method + " " + req.URL.Path, proto: wire.RESTJSON}
	if s == nil {
		return t
	}
	path := segments(req.URL.EscapedPath())
	best := -1
	for _, p := range s.paths {
		if p.method != req.Method || len(p.segments) != len(path) {
			continue
		}
		labels, literal := map[string]string{}, 0
		fits := !slices.ContainsFunc(pairs(p.segments, path), func(x [2]string) bool {
			if strings.HasPrefix(x[0], "{") {
				v, err := url.PathUnescape(x[1])
				labels[strings.Trim(x[0], "{}")] = v
				return err != nil || v == ""
			}
			literal++
			return x[0] != x[1]
		})
		if fits && literal > best {
			best, t.op, t.name, t.labels = literal, p.op, p.op.Name, labels
		}
	}
	return t
}

func pairs(a, b []string) [][2]string {
	out := make([][2]string, len(a))
	for i := range a {
		out[i] = [2]string{a[i], b[i]}
	}
	return out
}

// input decodes the request for its protocol.
func (t target) input(req *http.Request, body []byte) (wire.Tree, error) {
	switch t.proto {
	case wire.Query:
		return wire.DecodeQuery(t.form)
	case wire.EC2:
		return wire.DecodeEC2(t.form)
	case wire.CBOR:
		return wire.DecodeCBOR(body)
	}
	in, err := wire.DecodeJSON(body)
	if err != nil || t.proto != wire.RESTJSON {
		return in, err
	}
	for k, v := range req.URL.Query() {
		name := k
		if to, ok := t.op.Query[k]; ok {
			name = to
		}
		if len(v) == 1 {
			in[name] = v[0]
			continue
		}
		list := make([]any, len(v))
		for i := range v {
			list[i] = v[i]
		}
		in[name] = list
	}
	for k, v := range t.labels {
		in[k] = v
	}
	return in, nil
}
