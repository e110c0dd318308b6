package ssmapi_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	sdkaws "github.com/aws/aws-sdk-go-v2/aws"
	sdkecs "github.com/aws/aws-sdk-go-v2/service/ecs"
	sdk "github.com/aws/aws-sdk-go-v2/service/ssm"

	"ecsole/aws/sim"
	"ecsole/aws/sim/simtest"
)

// The task of a session stops some time after the session's channel was asked for.
func TestTaskStopsDuringASession(t *testing.T) {
	for text, want := range map[string]string{
		"exec-stop=1ms:137:OutOfMemoryError": "EssentialContainerExited 137 OutOfMemoryError",
		"exec-stop=1ms:0":                    "EssentialContainerExited 0 ",
		"exec-stop=1ms":                      "UserInitiated",
	} {
		t.Run(text, func(t *testing.T) {
			r := simtest.Start(t, sim.Options{Faults: text})
			task, box := ready(t, r.Sim, "prod")
			c := sdk.NewFromConfig(r.Config)
			begun, err := c.StartSession(t.Context(), &sdk.StartSessionInput{Target: sdkaws.String(target("prod", task, box))})
			if err != nil {
				t.Fatal(err)
			}
			// As a client that has lost its connection: the channel is asked for.
			if _, err := c.ResumeSession(t.Context(), &sdk.ResumeSessionInput{SessionId: begun.SessionId}); err != nil {
				t.Fatal(err)
			}
			e := sdkecs.NewFromConfig(r.Config)
			got := ""
			for end := time.Now().Add(30 * time.Second); !strings.HasPrefix(got, want); {
				if time.Now().After(end) {
					t.Fatalf("the task says %q, want %q", got, want)
				}
				out, err := e.DescribeTasks(t.Context(), &sdkecs.DescribeTasksInput{Cluster: sdkaws.String("prod"), Tasks: []string{task.ARN}})
				if err != nil {
					t.Fatal(err)
				}
				got = string(out.Tasks[0].StopCode)
				for _, k := range out.Tasks[0].Containers {
					if *k.Name == box.Name && k.ExitCode != nil {
						got += fmt.Sprintf(" %d %s", *k.ExitCode, sdkaws.ToString(k.Reason))
					}
				}
			}
		})
	}
}
