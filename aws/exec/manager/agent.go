package manager

import "github.com/aws/session-manager-plugin/src/version"

// Multiplexes says whether an agent of that version carries many connections over one
// port session.
func Multiplexes(agent string) bool { return version.DoesAgentSupportTCPMultiplexing(quiet{}, agent) }

// Silent says whether the multiplexer's own keep-alive is to be off with an agent of
// that version: it would keep a session from ever being idle.
func Silent(agent string) bool { return version.DoesAgentSupportDisableSmuxKeepAlive(quiet{}, agent) }
