package ecs

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"ecsole/aws"
	"ecsole/aws/sim"
)

func TestThrottledListsAreComplete(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		st := perform(t, sim.Options{Scale: sim.Scale{Clusters: 1, Services: 120, Tasks: 300}})
		c := st.biggest(t)
		st.sim.Faults().Throttle(2)
		if n := len(all(t, st.Services(t.Context(), c.ARN))); n != 120 {
			t.Errorf("%d services", n)
		}
		if n := len(all(t, st.Tasks(t.Context(), TaskQuery{Cluster: c.ARN}))); n == 0 {
			t.Error("no tasks")
		}
	})
}

func TestDeniedBatchIsAGapWithItsNames(t *testing.T) {
	st := perform(t, sim.Options{Scale: sim.Scale{Clusters: 1, Services: 95, Tasks: 95}})
	c := st.biggest(t)
	var refused atomic.Pointer[[]string]
	st.between(func(op string, request, answer []byte) (int, []byte) {
		if op == "DescribeServices" && refused.Load() == nil {
			var in struct{ Services []string }
			if json.Unmarshal(request, &in) == nil && refused.CompareAndSwap(nil, &in.Services) {
				return http.StatusBadRequest, []byte(`{"__type":"AccessDeniedException","message":"User: arn:aws:iam::1:user/x is not authorized to perform: ecs:DescribeServices on resource: *"}`)
			}
		}
		return 0, answer
	})
	items, gaps, seen, total := collect(st.Services(t.Context(), c.ARN))
	if len(gaps) != 1 || gaps[0].Fatal || !slices.Equal(gaps[0].IDs, *refused.Load()) || aws.AsError(gaps[0].Err).Class != aws.Denied {
		t.Fatalf("gaps %+v, refused %v", gaps, *refused.Load())
	}
	if len(items)+len(gaps[0].IDs) != 95 || seen != 95 || total != 95 {
		t.Errorf("%d items, %d missing, seen %d of %d", len(items), len(gaps[0].IDs), seen, total)
	}
}

func TestDeniedListIsFatal(t *testing.T) {
	st := perform(t, sim.Options{})
	st.sim.Faults().Deny("ecs:ListServices")
	items, gaps, _, total := collect(st.Services(t.Context(), "any"))
	if len(items) != 0 || len(gaps) != 1 || !gaps[0].Fatal || total != -1 {
		t.Fatalf("%d items, gaps %+v, total %d", len(items), gaps, total)
	}
	if e := aws.AsError(gaps[0].Err); e.Class != aws.Denied || e.Action != "ecs:ListServices" {
		t.Errorf("got %+v", e)
	}
}

func TestExpiryBetweenTwoPages(t *testing.T) {
	st := perform(t, sim.Options{Scale: sim.Scale{Clusters: 1, Services: 500, Tasks: 50}})
	c := st.biggest(t)
	f := st.sim.Faults()
	f.ResetCalls()
	f.ExpireAfter(1)
	items, gaps, _, total := collect(st.Services(t.Context(), c.ARN))
	fatal, lost := 0, map[string]bool{}
	for _, g := range gaps {
		if e := aws.AsError(g.Err); e.Class != aws.Expired {
			t.Errorf("gap %+v", e)
		}
		if g.Fatal {
			fatal++
		}
		for _, id := range g.IDs {
			lost[id] = true
		}
	}
	if len(items) != 0 || fatal != 1 || len(lost) != 100 || total != -1 {
		t.Errorf("%d items, %d fatal, %d lost, total %d", len(items), fatal, len(lost), total)
	}
	if n := f.Calls("ecs:*"); n > 40 {
		t.Errorf("%d calls with expired credentials", n)
	}
}

func TestGoneMeanwhileIsNoGap(t *testing.T) {
	st := perform(t, sim.Options{})
	c := st.biggest(t)
	services := all(t, st.Services(t.Context(), c.ARN))
	st.sim.Faults().Fail(services[0].ARN, "MISSING")
	if got := all(t, st.Services(t.Context(), c.ARN)); len(got) != len(services)-1 {
		t.Errorf("%d services, want %d", len(got), len(services)-1)
	}
	st.sim.Faults().Fail(services[0].ARN, "NOT_TODAY")
	items, gaps, _, _ := collect(st.Services(t.Context(), c.ARN))
	if len(items) != len(services)-1 || len(gaps) != 1 || !slices.Equal(gaps[0].IDs, []string{services[0].ARN}) || !strings.Contains(gaps[0].Err.Error(), "NOT_TODAY") {
		t.Errorf("%d items, gaps %+v", len(items), gaps)
	}
}

func TestLeavingEarlyOverTheWire(t *testing.T) {
	st := perform(t, sim.Options{Scale: sim.Scale{Clusters: 1, Services: 300, Tasks: 100}})
	c := st.biggest(t)
	for page := range st.Services(t.Context(), c.ARN) {
		if len(page.Items) > 0 {
			break
		}
	}
	n := st.sim.Faults().Calls("ecs:DescribeServices")
	if n >= 30 {
		t.Errorf("%d describe calls: leaving the range stopped nothing", n)
	}
	// A call that is never answered ends with the range, too (goleak looks in the end).
	st.sim.Faults().Hang("ecs:DescribeServices")
	for range st.Services(t.Context(), c.ARN) {
		break
	}
	st.sim.Faults().Unhang("ecs:DescribeServices")
}

func TestAnotherServersAnswers(t *testing.T) {
	st := perform(t, sim.Options{})
	for _, body := range []string{"<html>no</html>", `{}`, `{"clusterArns":null}`, `{"clusterArns":["a",`} {
		st.between(func(string, []byte, []byte) (int, []byte) { return 200, []byte(body) })
		items, gaps, _, total := collect(st.Clusters(t.Context()))
		if len(items) != 0 || (len(gaps) == 0) != (total == 0) {
			t.Errorf("%s: %d items, gaps %v, total %d", body, len(items), gaps, total)
		}
	}
	st.meddle.Store(nil)
	st.sim.Faults().Lack("ecs:ListServiceDeployments", 404)
	_, gaps, _, _ := collect(st.ServiceDeployments(t.Context(), arnBase+"service/a/b"))
	if len(gaps) != 1 || aws.AsError(gaps[0].Err).Class != aws.Unsupported {
		t.Errorf("a server that lacks the operation: %+v", gaps)
	}
}
