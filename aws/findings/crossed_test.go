package findings

import (
	"testing"
	"time"
)

// TestASequenceCountsForAllItsServices has an attack that crosses two services.
func TestASequenceCountsForAllItsServices(t *testing.T) {
	x := NewIndex(time.Now(), State{}, []Finding{
		{ID: "1", ClusterARN: "c", TaskARN: "t1", ServiceName: "a", Severity: 5},
		{ID: "2", ClusterARN: "c", TaskARN: "t2", ServiceName: "b", Severity: 5},
		{ID: "3", ClusterARN: "c", TaskARNs: []string{"t1", "t2"}, Severity: 9, Label: "CRITICAL"},
	})
	for _, s := range []string{"a", "b"} {
		if b := x.Service("c", s); b.Count != 2 || b.Severity != 9 {
			t.Errorf("%s: %+v", s, b)
		}
		if n := len(x.Of("c", s)); n != 2 {
			t.Errorf("%s lists %d", s, n)
		}
	}
}
