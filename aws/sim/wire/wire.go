// Package wire has the codecs of the protocols that AWS services speak: awsJson
// 1.0 and 1.1, query with XML answers, REST-JSON, Smithy RPC v2 CBOR, and event
// streams. Requests of all protocols become one Tree of plain values; answers are
// Go structs with json tags, encoded by reflection.
package wire

// Protocol is how a request was spoken and an answer is due.
type Protocol int

const (
	JSON10   Protocol = iota // awsJson 1.0
	JSON11                   // awsJson 1.1
	Query                    // form in, XML out
	RESTJSON                 // paths and JSON
	CBOR                     // Smithy RPC v2 CBOR
	EC2                      // EC2's dialect of query
)

func (p Protocol) String() string {
	return [...]string{"awsJson1_0", "awsJson1_1", "awsQuery", "restJson1", "rpcv2Cbor", "ec2Query"}[p]
}

// Tree is a decoded request: map[string]any, []any, string, bool, float64, int64,
// json.Number, []byte, time.Time (CBOR) and nil.
type Tree = map[string]any
