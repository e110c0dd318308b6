package logs

import (
	"testing"
	"time"
)

func TestConsoleLinkByPartition(t *testing.T) {
	at := time.UnixMilli(1_700_000_000_000)
	const place = "#logsV2:log-groups/log-group/$252Fecs$252Fprod$252Fcheckout/log-events/ecs$252Fapp$252F0123" +
		"$3Fstart$3D1699999940000$26end$3D1700000060000"
	for region, want := range map[string]string{
		"eu-central-1":   "https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1" + place,
		"cn-north-1":     "https://cn-north-1.console.amazonaws.cn/cloudwatch/home?region=cn-north-1" + place,
		"us-gov-west-1":  "https://us-gov-west-1.console.amazonaws-us-gov.com/cloudwatch/home?region=us-gov-west-1" + place,
		"us-iso-east-1":  "",
		"us-isob-east-1": "",
		"":               "",
	} {
		if got := ConsoleLink(region, "/ecs/prod/checkout", "ecs/app/0123", at); got != want {
			t.Errorf("%s:\n got %s\nwant %s", region, got, want)
		}
	}
	if got := ConsoleLink("eu-central-1", "", "x", at); got != "" {
		t.Errorf("a link without a group: %s", got)
	}
}
