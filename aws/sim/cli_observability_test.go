package sim_test

import (
	"bufio"
	"context"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"ecsole/aws/sim"
)

func millis(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

func TestTheAWSCommandLineReadsLogs(t *testing.T) {
	c, s := newCLI(t, sim.Options{Region: "us-east-1"})
	var groups struct {
		LogGroups []struct{ LogGroupName string }
	}
	c.get(&groups, "logs", "describe-log-groups", "--log-group-name-prefix", "/ecs/prod/")
	var streams struct {
		LogStreams []struct{ LogStreamName string }
	}
	c.get(&streams, "logs", "describe-log-streams", "--log-group-name", "/ecs/prod/checkout", "--order-by", "LastEventTime", "--descending", "--max-items", "3")
	if len(groups.LogGroups) < 10 || len(streams.LogStreams) != 3 {
		t.Fatalf("%d groups, %d streams", len(groups.LogGroups), len(streams.LogStreams))
	}
	var events struct {
		Events []struct {
			Timestamp, IngestionTime        int64
			Message, EventID, LogStreamName string
		} `json:"events"`
	}
	since := time.Now().Add(-10 * time.Minute)
	c.get(&events, "logs", "filter-log-events", "--log-group-name", "/ecs/prod/pricing", "--start-time", millis(since), "--filter-pattern", `"pricing-db:5432"`, "--page-size", "100")
	if len(events.Events) < 20 {
		t.Fatalf("%d events", len(events.Events))
	}
	for i, e := range events.Events {
		if !strings.Contains(e.Message, "pricing-db:5432") || e.Timestamp < since.UnixMilli() || len(e.EventID) != 56 || i > 0 && e.Timestamp < events.Events[i-1].Timestamp {
			t.Fatalf("event %d: %+v", i, e)
		}
	}
	c.get(&events, "logs", "get-log-events", "--log-group-name", "/ecs/prod/checkout", "--log-stream-name", streams.LogStreams[0].LogStreamName, "--limit", "7")
	if len(events.Events) != 7 {
		t.Errorf("%d events of one stream", len(events.Events))
	}
	if got := c.run(true, "logs", "filter-log-events", "--log-group-name", "/ecs/prod/checkout", "--log-stream-names", "nobody"); !strings.Contains(got, "The specified log stream does not exist.") {
		t.Error(got)
	}
	s.Faults().Deny("logs:FilterLogEvents")
	if got := c.run(true, "logs", "filter-log-events", "--log-group-name", "/ecs/prod/checkout"); !strings.Contains(got, "AccessDeniedException") || !strings.Contains(got, "logs:FilterLogEvents") {
		t.Error(got)
	}
}

// follow runs a command that does not end until it has printed so many lines.
func (c cli) follow(lines int, args ...string) []string {
	c.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.path, args...)
	cmd.Env = append(c.env, "PYTHONUNBUFFERED=1")
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		c.Fatal(err)
	}
	var complaint strings.Builder
	cmd.Stderr = &complaint
	if err := cmd.Start(); err != nil {
		c.Fatal(err)
	}
	var got []string
	scan := bufio.NewScanner(out)
	for len(got) < lines && scan.Scan() {
		got = append(got, scan.Text())
	}
	cancel() // kills the command, which would go on for hours
	_ = cmd.Wait()
	if len(got) < lines {
		c.Fatalf("aws %s printed %d lines: %s\n%s", strings.Join(args, " "), len(got), got, complaint.String())
	}
	return got
}

func TestTheAWSCommandLineTailsLogs(t *testing.T) {
	c, s := newCLI(t, sim.Options{Region: "us-east-1", LogRate: 600})
	arn := s.World().ARN("logs", "log-group:%s", "/ecs/prod/catalog")
	for _, line := range c.follow(20, "logs", "start-live-tail", "--log-group-identifiers", arn) {
		if strings.TrimSpace(line) == "" {
			t.Error("an empty line")
		}
	}
	if n := s.Faults().Calls("logs:StartLiveTail"); n != 1 {
		t.Errorf("%d calls of StartLiveTail", n)
	}
	version, err := exec.Command(c.path, "--version").Output()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(version), "aws-cli/2") {
		t.Logf("%s has no logs tail: the proof by it is left out", strings.TrimSpace(string(version)))
		return
	}
	c.follow(20, "logs", "tail", "/ecs/prod/catalog", "--follow", "--since", "5s")
}

func TestTheAWSCommandLineReadsMetrics(t *testing.T) {
	c, _ := newCLI(t, sim.Options{})
	query := `[{"Id":"cpu","MetricStat":{"Metric":{"Namespace":"AWS/ECS","MetricName":"CPUUtilization","Dimensions":[{"Name":"ClusterName","Value":"prod"},{"Name":"ServiceName","Value":"checkout"}]},"Period":60,"Stat":"Average"}}]`
	now := time.Now()
	var data struct {
		MetricDataResults []struct {
			ID, StatusCode string
			Values         []float64
			Timestamps     []any
		}
	}
	c.get(&data, "cloudwatch", "get-metric-data", "--metric-data-queries", query, "--start-time", now.Add(-time.Hour).Format(time.RFC3339), "--end-time", now.Format(time.RFC3339))
	if r := data.MetricDataResults; len(r) != 1 || len(r[0].Values) < 55 || len(r[0].Timestamps) != len(r[0].Values) || r[0].StatusCode != "Complete" {
		t.Errorf("%+v", r)
	}
	var alarms struct {
		MetricAlarms    []struct{ AlarmName, StateValue, StateReason string }
		CompositeAlarms []struct{ AlarmName, AlarmRule string }
	}
	c.get(&alarms, "cloudwatch", "describe-alarms", "--alarm-types", "MetricAlarm", "CompositeAlarm", "--state-value", "ALARM")
	if len(alarms.MetricAlarms) < 3 || len(alarms.CompositeAlarms) < 1 {
		t.Errorf("%+v", alarms)
	}
	var metrics struct{ Metrics []struct{ MetricName string } }
	c.get(&metrics, "cloudwatch", "list-metrics", "--namespace", "ECS/ContainerInsights")
	if len(metrics.Metrics) < 600 {
		t.Errorf("%d metrics", len(metrics.Metrics))
	}
	if got := c.run(true, "cloudwatch", "describe-alarms", "--max-records", "100", "--state-value", "ALARM", "--next-token", "x"); !strings.Contains(got, "InvalidNextToken") {
		t.Error(got)
	}
}

func TestTheAWSCommandLineReadsFindings(t *testing.T) {
	c, _ := newCLI(t, sim.Options{})
	var detectors struct{ DetectorIds []string }
	c.get(&detectors, "guardduty", "list-detectors")
	if len(detectors.DetectorIds) != 1 {
		t.Fatalf("%+v", detectors)
	}
	id := detectors.DetectorIds[0]
	var detector struct {
		Status   string
		Features []struct{ Name, Status string }
	}
	c.get(&detector, "guardduty", "get-detector", "--detector-id", id)
	if detector.Status != "ENABLED" || len(detector.Features) < 5 {
		t.Errorf("%+v", detector)
	}
	var list struct{ FindingIds []string }
	c.get(&list, "guardduty", "list-findings", "--detector-id", id, "--finding-criteria", `{"Criterion":{"service.archived":{"Equals":["false"]},"severity":{"GreaterThanOrEqual":7},"resource.resourceType":{"Equals":["ECSCluster"]}}}`)
	if len(list.FindingIds) != 1 {
		t.Fatalf("%+v", list)
	}
	var findings struct {
		Findings []struct {
			Type     string
			Severity float64
			Resource struct {
				EcsClusterDetails struct {
					TaskDetails struct{ Group string }
				}
			}
		}
	}
	c.get(&findings, append([]string{"guardduty", "get-findings", "--detector-id", id, "--finding-ids"}, list.FindingIds...)...)
	if f := findings.Findings; len(f) != 1 || f[0].Type != "CryptoCurrency:Runtime/BitcoinTool.B" || f[0].Resource.EcsClusterDetails.TaskDetails.Group != "service:image-resizer" {
		t.Errorf("%+v", f)
	}
}
