package logtext

import (
	"strconv"
	"strings"
	"time"
)

// What the lines speak of. The tables are never changed.
var (
	nouns = []string{"orders", "carts", "payments", "products", "users", "sessions", "shipments", "invoices", "search", "reviews",
		"inventory", "prices", "coupons", "addresses", "notifications", "reports", "images", "documents", "webhooks", "exports"}
	firstNames = []string{"anna", "ben", "carla", "dmitri", "elif", "farid", "grace", "hiro", "ines", "jonas", "kofi", "lena",
		"marek", "noor", "olga", "paulo", "quinn", "rosa", "sven", "tanja", "umut", "vera", "wei", "ximena", "yara", "zoltan"}
	agents = []string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:144.0) Gecko/20100101 Firefox/144.0",
		"okhttp/4.12.0", "python-requests/2.32.4", "ELB-HealthChecker/2.0", "curl/8.14.1", "kube-probe/1.33", "Go-http-client/2.0",
		"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}
	queues  = []string{"emails", "thumbnails", "invoices", "exports", "webhooks", "settlements", "reindex", "digest"}
	tables  = []string{"orders", "order_items", "users", "payments", "stock_levels", "audit_events", "sessions", "carts"}
	actions = []string{"created", "updated", "confirmed", "refreshed", "reserved", "released", "published", "archived", "synchronised", "queued"}
	cities  = []string{"Zürich", "København", "São Paulo", "東京", "Köln", "Łódź", "Montréal", "Αθήνα"}
)

// noun is what the service is about: its own name where that says so.
func (w *writer) noun() string {
	own := int(hash(w.Service) % uint64(len(nouns)))
	for i, n := range nouns {
		if strings.Contains(w.Service, strings.TrimSuffix(n, "s")) {
			own = i
			break
		}
	}
	switch w.n(4) {
	case 0:
		return nouns[(own+1+w.n(3))%len(nouns)]
	default:
		return nouns[own]
	}
}

// request is one call that a program served.
type request struct {
	method, path, route string
	status              int
	ms                  float64
	bytes               int
	user, agent, ip     string
	trace               string
	failure             string // why a 5xx is one
}

// memory is the container's use of memory in per cent of its limit.
func (s *Stream) memory(at int64) float64 {
	base := s.Facts.BaseMemory
	if l := s.Facts.Leak; l != nil && at >= l.Start.UnixMilli() {
		span := float64(l.Full.Sub(l.Start) / time.Millisecond)
		if span <= 0 {
			return 100
		}
		share := float64(at-l.Start.UnixMilli()) / span
		return min(100, l.From+(100-l.From)*share)
	}
	return base
}

// sick tells whether the health check fails by then.
func (s *Stream) sick(at int64) bool {
	return !s.Facts.Unhealthy.IsZero() && at >= s.Facts.Unhealthy.UnixMilli()
}

// stalled leaves gaps: a heap that is nearly full stops the world.
func (s *Stream) stalled(at int64) bool {
	return s.Facts.Leak != nil && s.memory(at) > 95 && at/700%3 != 0
}

// request draws one request from the facts of the task.
func (w *writer) request() request {
	q := request{trace: w.trace(), agent: favour(&w.rng, agents), ip: w.clientIP()}
	noun := w.noun()
	id := w.between(1000, 999999)
	switch w.n(10) {
	case 0, 1, 2:
		q.method, q.route = "GET", "/v1/"+noun
		q.path = q.route + "?page=" + strconv.Itoa(w.n(40)) + "&limit=50"
	case 3:
		q.method, q.route, q.path = "POST", "/v1/"+noun, "/v1/"+noun
	case 4:
		q.method, q.route = "PUT", "/v1/"+noun+"/{id}"
		q.path = "/v1/" + noun + "/" + strconv.Itoa(id)
	case 5:
		if w.chance(0.3) {
			q.method, q.route = "DELETE", "/v1/"+noun+"/{id}"
			q.path = "/v1/" + noun + "/" + strconv.Itoa(id)
			break
		}
		fallthrough
	default:
		q.method, q.route = "GET", "/v1/"+noun+"/{id}"
		q.path = "/v1/" + noun + "/" + strconv.Itoa(id)
	}
	q.user = pick(&w.rng, firstNames)
	median := float64(w.Facts.Latency) / float64(time.Millisecond)
	if median <= 0 {
		median = 25
	}
	if m := w.memory(w.at); m > 85 {
		median *= 1 + (m-85)/3 // the collector takes its share
	}
	q.ms = w.around(median, 0.6)
	q.bytes = int(w.around(2400, 1))
	w.outcome(&q)
	return q
}

// outcome decides how a request ended.
func (w *writer) outcome(q *request) {
	rate := w.Facts.ErrorRate
	if w.sick(w.at) {
		rate = max(rate, 0.6)
	}
	switch {
	case w.chance(rate):
		q.status, q.failure = 500, pick(&w.rng, []string{"nil response from upstream", "unexpected end of JSON input", "deadlock detected", "too many connections"})
		if dep := w.Facts.Dependency; dep != "" {
			q.status, q.failure = 503, "dial tcp "+dep+": i/o timeout"
			q.ms = 5000 + w.unit()*80
		} else if w.sick(w.at) {
			q.status, q.failure = 504, "upstream timed out (110: Connection timed out)"
			q.ms = 30000 + w.unit()*20
		}
		q.bytes = 120
	case w.chance(0.03):
		q.status, q.bytes = pick(&w.rng, []int{400, 401, 403, 404, 404, 404, 409, 422, 429}), 90
	case q.method == "POST":
		q.status = 201
	case q.method == "DELETE":
		q.status, q.bytes = 204, 0
	case w.chance(0.05):
		q.status, q.bytes = 304, 0
	default:
		q.status = 200
	}
}

// clientIP is from the ranges for documentation.
func (w *writer) clientIP() string {
	return pick(&w.rng, []string{"192.0.2.", "198.51.100.", "203.0.113."}) + strconv.Itoa(w.between(1, 254))
}

func level(status int) string {
	switch {
	case status >= 500:
		return "error"
	case status >= 400:
		return "warn"
	}
	return "info"
}
