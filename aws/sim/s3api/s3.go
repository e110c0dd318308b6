// Package s3api answers S3 in the simulator: whether a bucket is there. The paths are
// those of path-style requests.
package s3api

import (
	"net/http"

	"ecsole/aws/sim/api"
	"ecsole/aws/sim/world"
)

// Service is what the server routes. HeadBucket has the name of its IAM action.
func Service(w *world.World) api.Service {
	bucket := func(c *api.Call) string {
		name, _ := c.Input["Bucket"].(string)
		return name
	}
	return api.Service{
		Name: "s3", RequestID: "X-Amz-Request-Id",
		Operations: []api.Operation{{
			Name: "ListBucket", Method: http.MethodHead, Path: "/{Bucket}", Resource: func(c *api.Call) string { return "arn:aws:s3:::" + bucket(c) },
			Do: func(c *api.Call) (any, error) {
				if !w.Bucket(bucket(c)) {
					return nil, &api.Error{Code: "NoSuchBucket", Status: http.StatusNotFound, Message: "The specified bucket does not exist"}
				}
				return nil, nil
			},
		}},
	}
}
