package api

import "fmt"

// Error is an answer that a service models. The server writes it in the shape of
// the call's protocol.
type Error struct {
	Code    string // "ClusterNotFoundException"
	Message string
	// Status is the HTTP status; 0 is 400 (500 where Fault is set).
	Status int
	// Fault marks an error of the service's own making ("Receiver" in query).
	Fault bool
	// QueryCode is the error's name in the query protocol where it differs:
	// "Throttling" for ThrottlingException.
	QueryCode string
	// Fields are further members of the error's shape.
	Fields map[string]any
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// HTTPStatus is the status that the error is sent with.
func (e *Error) HTTPStatus() int {
	switch {
	case e.Status != 0:
		return e.Status
	case e.Fault:
		return 500
	}
	return 400
}

// Errorf makes a modelled error with status 400.
func Errorf(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}
