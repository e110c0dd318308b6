package logs

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"ecsole/aws"
)

// ConsoleLink is the address of an event in AWS's console: its stream, a minute
// around its time. It is "" in partitions whose console has no known address.
func ConsoleLink(region, group, stream string, at time.Time) string {
	host := aws.ConsoleHost(region)
	if host == "" || group == "" || stream == "" {
		return ""
	}
	const around = time.Minute
	return fmt.Sprintf("https://%s/cloudwatch/home?region=%s#logsV2:log-groups/log-group/%s/log-events/%s%s",
		host, url.QueryEscape(region), fragment(group), fragment(stream),
		strings.NewReplacer("%", "$").Replace(url.QueryEscape(fmt.Sprintf("?start=%d&end=%d", at.Add(-around).UnixMilli(), at.Add(around).UnixMilli()))))
}

// fragment escapes a name as the console does behind its '#': twice, the second time
// with $ for %.
func fragment(name string) string {
	once := strings.ReplaceAll(url.QueryEscape(name), "+", "%20")
	return strings.ReplaceAll(url.QueryEscape(once), "%", "$")
}
