package aws

// ConsoleHost is the host of AWS's web console for a region, "" where its partition
// has none that is known.
func ConsoleHost(region string) string {
	if region == "" {
		return ""
	}
	switch PartitionOf(region) {
	case "aws":
		return region + ".console.aws.amazon.com"
	case "aws-cn":
		return region + ".console.amazonaws.cn"
	case "aws-us-gov":
		return region + ".console.amazonaws-us-gov.com"
	case "aws-eusc":
		return region + ".console.amazonaws-eusc.eu"
	}
	return ""
}
