package logsapi_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"ecsole/aws/sim"
	"ecsole/aws/sim/logtext"
	"ecsole/aws/sim/world"
)

// tailing runs f in a bubble of time, so that seconds pass at once.
func tailing(t *testing.T, f func(r rig)) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, sim.Options{Region: "us-east-1", Clock: time.Now})
		f(r)
	})
}

func (r rig) floodNow(group string, streams int, rate float64) string {
	for i := range streams {
		r.Sim.Logs().AddGroup(group, logtext.Make(logtext.Stream{
			Name: "load/app/" + string(rune('a'+i)), Seed: uint64(i), Rate: rate, Start: time.Now().Add(-time.Hour),
			Service: "load", Container: "app", TaskID: "0123456789abcdef", Host: "host", Program: logtext.ProgramOf(world.API, "load", "app", ""),
		}))
	}
	return "arn:aws:logs:us-east-1:111122223333:log-group:" + group
}

// tail begins a session on a client of its own: in smithy-go 1.28.8 the sessions of
// one client share a codec and its buffers.
func (r rig) tail(ctx context.Context, in *sdk.StartLiveTailInput) (*sdk.StartLiveTailOutput, error) {
	return sdk.NewFromConfig(r.Config).StartLiveTail(ctx, in)
}

func TestLiveTail(t *testing.T) {
	tailing(t, func(r rig) {
		arn := r.floodNow("/flood", 3, 50)
		r.Sim.Logs().Late(0.1)
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		began := time.Now()
		out, err := r.tail(ctx, &sdk.StartLiveTailInput{LogGroupIdentifiers: []string{arn}})
		if err != nil {
			t.Fatal(err)
		}
		stream := out.GetStream()
		defer stream.Close()
		first := (<-stream.Events()).(*types.StartLiveTailResponseStreamMemberSessionStart)
		if *first.Value.SessionId == "" || len(first.Value.LogGroupIdentifiers) != 1 {
			t.Errorf("session start %+v", first.Value)
		}
		got := map[string]int{}
		for i := range 30 {
			u := (<-stream.Events()).(*types.StartLiveTailResponseStreamMemberSessionUpdate)
			if since := time.Since(began); since < time.Duration(i+1)*time.Second {
				t.Errorf("update %d came after %v", i+1, since)
			}
			if u.Value.SessionMetadata.Sampled {
				t.Error("sampled without need")
			}
			for _, e := range u.Value.SessionResults {
				if *e.LogGroupIdentifier != arn {
					t.Fatalf("group %s", *e.LogGroupIdentifier)
				}
				got[*e.LogStreamName+"\x00"+*e.Message]++
			}
		}
		// Everything ingested in the half minute came, late or not, and once.
		now := time.Now()
		missing, twice, want := 0, 0, 0
		for _, e := range truth(r, "/flood", began.Add(-logtext.MaxDelay), now) {
			if e.Ingested <= began.UnixMilli() || e.Ingested > now.UnixMilli() {
				continue
			}
			want++
			switch n := got[e.Stream.Name+"\x00"+e.Message]; {
			case n == 0:
				missing++
			case n > 1:
				twice++
			}
		}
		if want < 3000 || missing > 0 || twice > 5 {
			t.Errorf("of %d events %d are missing and %d came twice", want, missing, twice)
		}
	})
}

func TestLiveTailSamplesAndEnds(t *testing.T) {
	tailing(t, func(r rig) {
		arn := r.floodNow("/flood", 4, 300)
		r.Sim.Logs().TailLength(10 * time.Second)
		out, err := r.tail(context.Background(), &sdk.StartLiveTailInput{
			LogGroupIdentifiers: []string{arn}, LogStreamNamePrefixes: []string{"load/app/"}, LogEventFilterPattern: sdkaws.String("msg"),
		})
		if err != nil {
			t.Fatal(err)
		}
		stream := out.GetStream()
		defer stream.Close()
		sampled, updates := 0, 0
		for e := range stream.Events() {
			if u, ok := e.(*types.StartLiveTailResponseStreamMemberSessionUpdate); ok {
				updates++
				if len(u.Value.SessionResults) > 500 {
					t.Fatalf("%d events in one update", len(u.Value.SessionResults))
				}
				if u.Value.SessionMetadata.Sampled {
					sampled++
				}
			}
		}
		var timeout *types.SessionTimeoutException
		if !errors.As(stream.Err(), &timeout) {
			t.Errorf("the session ended with %v", stream.Err())
		}
		if sampled < 8 || updates < 9 || updates > 11 {
			t.Errorf("%d updates, %d sampled", updates, sampled)
		}
		synctest.Wait()
		if n := r.Sim.Logs().Sessions(); n != 0 {
			t.Errorf("%d sessions are still open", n)
		}
	})
}

func TestLiveTailParameters(t *testing.T) {
	tailing(t, func(r rig) {
		arn := r.floodNow("/flood", 1, 1)
		other := r.floodNow("/other", 1, 1)
		many := make([]string, 11)
		for i := range many {
			many[i] = arn
		}
		for _, c := range []struct {
			in         sdk.StartLiveTailInput
			code, part string
		}{
			{sdk.StartLiveTailInput{LogGroupIdentifiers: []string{arn + ":*"}}, "InvalidParameterException", ":*"},
			{sdk.StartLiveTailInput{LogGroupIdentifiers: []string{"/flood"}}, "InvalidParameterException", "ARN"},
			{sdk.StartLiveTailInput{LogGroupIdentifiers: many}, "InvalidParameterException", "10"},
			{sdk.StartLiveTailInput{LogGroupIdentifiers: []string{arn + "-none"}}, "ResourceNotFoundException", "log group"},
			{sdk.StartLiveTailInput{LogGroupIdentifiers: []string{arn, other}, LogStreamNames: []string{"a"}}, "InvalidParameterException", "one log group"},
			{sdk.StartLiveTailInput{LogGroupIdentifiers: []string{arn}, LogEventFilterPattern: sdkaws.String("a:b")}, "InvalidParameterException", "filter pattern"},
		} {
			_, err := r.tail(context.Background(), &c.in)
			r.Wants(err, c.code, c.part)
		}
		// Fifteen sessions at once, and no more until one ends.
		var open []*sdk.StartLiveTailEventStream
		for range 15 {
			out, err := r.tail(context.Background(), &sdk.StartLiveTailInput{LogGroupIdentifiers: []string{arn, other}})
			if err != nil {
				t.Fatal(err)
			}
			open = append(open, out.GetStream())
		}
		_, err := r.tail(context.Background(), &sdk.StartLiveTailInput{LogGroupIdentifiers: []string{arn}})
		r.Wants(err, "LimitExceededException", "15")
		for _, s := range open {
			s.Close()
		}
		<-time.After(2 * time.Second) // of the bubble: the server notices at its next update
		synctest.Wait()
		if n := r.Sim.Logs().Sessions(); n != 0 {
			t.Errorf("%d sessions are still open", n)
		}
	})
}
