package session

import (
	"slices"
	"testing"
)

func TestLifeOfASession(t *testing.T) {
	r := NewRegistry()
	a := r.Open("ecs-execute-command", Spec{TaskARN: "t1", Container: "app"})
	b := r.Open("ana", Spec{TaskARN: "t1", Container: "app"})
	c := r.Open("ana", Spec{TaskARN: "t2", Container: "app"})
	if a.ID == b.ID || b.ID == c.ID || a.Token == b.Token {
		t.Fatal("sessions share ids or tokens")
	}
	if r.Live("t1", "app") != 2 || r.Live("t1", "other") != 0 {
		t.Error("live sessions are miscounted")
	}
	if _, ok := r.Admit(a.ID, a.Token); !ok {
		t.Error("its token does not open it")
	}
	if _, ok := r.Admit(a.ID, b.Token); ok {
		t.Error("another's token opens it")
	}
	n, ok := r.Resume(a.ID)
	if _, old := r.Admit(a.ID, a.Token); !ok || old || n.Token == a.Token {
		t.Error("the old token is still good after a resume")
	}
	if _, ok := r.Admit(a.ID, n.Token); !ok {
		t.Error("the new token is not")
	}
	done := r.Done(a.ID)
	r.EndAll("t1", "the task has stopped")
	<-done
	if _, ok := r.Admit(a.ID, n.Token); ok {
		t.Error("an ended session is admitted")
	}
	if _, ok := r.Resume(a.ID); ok {
		t.Error("an ended session is resumed")
	}
	if !r.End(a.ID, "again") || r.End("nobody", "") {
		t.Error("End says wrongly what there is")
	}
	got, _ := r.Get(a.ID)
	if got.Why != "the task has stopped" || got.Ended.IsZero() {
		t.Errorf("%+v", got)
	}
	var ids []string
	for _, s := range r.List() {
		ids = append(ids, s.ID)
	}
	if !slices.Equal(ids, []string{a.ID, b.ID, c.ID}) || r.Live("t2", "app") != 1 {
		t.Error(ids)
	}
	if r.Done("nobody") != nil {
		t.Error("nobody's session has an end")
	}
}
