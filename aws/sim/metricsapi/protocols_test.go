package metricsapi_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"ecsole/aws/sim"
)

// post signs and sends a request as an older client would.
func (r rig) post(contentType string, header map[string]string, body string) (int, []byte) {
	r.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://simulator/", bytes.NewReader([]byte(body)))
	if err != nil {
		r.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	for k, v := range header {
		req.Header.Set(k, v)
	}
	sum := sha256.Sum256([]byte(body))
	keys, err := r.Config.Credentials.Retrieve(ctx)
	if err != nil {
		r.Fatal(err)
	}
	if err := v4.NewSigner().SignHTTP(ctx, keys, req, hex.EncodeToString(sum[:]), "monitoring", r.Config.Region, time.Now()); err != nil {
		r.Fatal(err)
	}
	res, err := r.Config.HTTPClient.Do(req)
	if err != nil {
		r.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		r.Fatal(err)
	}
	return res.StatusCode, answer
}

// The same question in the three protocols that CloudWatch speaks has one answer.
func TestProtocolsAgree(t *testing.T) {
	r := start(t, sim.Options{})
	want := r.read(30*time.Minute, of("CPUUtilization", "Average", "prod", "checkout"))[0].Values // CBOR, as the SDK speaks
	now := r.Clock.Now()

	status, answer := r.post("application/x-amz-json-1.0", map[string]string{"X-Amz-Target": "GraniteServiceVersion20100801.GetMetricData"}, fmt.Sprintf(
		`{"MetricDataQueries":[{"Id":"q","MetricStat":{"Metric":{"Namespace":"AWS/ECS","MetricName":"CPUUtilization","Dimensions":[{"Name":"ClusterName","Value":"prod"},{"Name":"ServiceName","Value":"checkout"}]},"Period":60,"Stat":"Average"}}],"StartTime":%d,"EndTime":%d,"ScanBy":"TimestampAscending"}`,
		now.Add(-30*time.Minute).Unix(), now.Unix()))
	var fromJSON struct {
		MetricDataResults []struct {
			Values     []float64
			Timestamps []float64
		}
	}
	if err := json.Unmarshal(answer, &fromJSON); err != nil || status != 200 {
		t.Fatalf("%d, %v: %s", status, err, answer)
	}

	form := url.Values{
		"Action": {"GetMetricData"}, "Version": {"2010-08-01"}, "ScanBy": {"TimestampAscending"},
		"StartTime": {now.Add(-30 * time.Minute).Format(time.RFC3339)}, "EndTime": {now.Format(time.RFC3339)},
	}
	for k, v := range map[string]string{
		"Id": "q", "MetricStat.Period": "60", "MetricStat.Stat": "Average", "MetricStat.Metric.Namespace": "AWS/ECS", "MetricStat.Metric.MetricName": "CPUUtilization",
		"MetricStat.Metric.Dimensions.member.1.Name": "ClusterName", "MetricStat.Metric.Dimensions.member.1.Value": "prod",
		"MetricStat.Metric.Dimensions.member.2.Name": "ServiceName", "MetricStat.Metric.Dimensions.member.2.Value": "checkout",
	} {
		form.Set("MetricDataQueries.member.1."+k, v)
	}
	status, answer = r.post("application/x-www-form-urlencoded; charset=utf-8", nil, form.Encode())
	var fromXML struct {
		Values []float64 `xml:"GetMetricDataResult>MetricDataResults>member>Values>member"`
		Times  []string  `xml:"GetMetricDataResult>MetricDataResults>member>Timestamps>member"`
	}
	if err := xml.Unmarshal(answer, &fromXML); err != nil || status != 200 {
		t.Fatalf("%d, %v: %s", status, err, answer)
	}
	if len(want) < 25 || len(fromXML.Times) != len(want) || len(fromJSON.MetricDataResults) != 1 || len(fromJSON.MetricDataResults[0].Timestamps) != len(want) {
		t.Fatalf("CBOR has %d values, JSON %+v, XML %d", len(want), fromJSON, len(fromXML.Times))
	}
	for i, v := range want {
		if fromJSON.MetricDataResults[0].Values[i] != v || fromXML.Values[i] != v {
			t.Errorf("value %d: CBOR %v, JSON %v, XML %v", i, v, fromJSON.MetricDataResults[0].Values[i], fromXML.Values[i])
		}
	}

	// A fault has the query protocol's name in the query protocol.
	form = url.Values{"Action": {"ListMetrics"}, "Version": {"2010-08-01"}, "RecentlyActive": {"PT9H"}}
	status, answer = r.post("application/x-www-form-urlencoded", nil, form.Encode())
	if status != 400 || !strings.Contains(string(answer), "<Code>InvalidParameterValue</Code>") {
		t.Errorf("%d: %s", status, answer)
	}
	form = url.Values{"Action": {"DescribeAlarms"}, "Version": {"2010-08-01"}, "AlarmNames.member.1": {"prod-web-cpu-high"}}
	status, answer = r.post("application/x-www-form-urlencoded", nil, form.Encode())
	if status != 200 || !strings.Contains(string(answer), "<AlarmName>prod-web-cpu-high</AlarmName>") || !strings.Contains(string(answer), "<StateValue>OK</StateValue>") {
		t.Errorf("%d: %s", status, answer)
	}
}
