package ssmapi

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

	"ecsole/aws/sim/agent"
	"ecsole/aws/sim/api"
	"ecsole/aws/sim/session"
	"ecsole/aws/sim/shell"
	"ecsole/aws/sim/world"
)

// Documents that sessions can be started with.
const (
	runShell           = "SSM-SessionManagerRunShell"
	interactiveCommand = "AWS-StartInteractiveCommand"
	forwardPort        = "AWS-StartPortForwardingSession"
	forwardHost        = "AWS-StartPortForwardingSessionToRemoteHost"
)

func (s *SSM) targetARN(c *api.Call) string {
	target, _ := c.Input["Target"].(string)
	if t, _ := s.container(target); t != nil {
		return t.ARN
	}
	return s.World.ARN("ec2", "instance/%s", target)
}

// container finds the container of an ECS target: "ecs:CLUSTER_TASKID_RUNTIMEID",
// of which the cluster may have underscores.
func (s *SSM) container(target string) (*world.Task, *world.Container) {
	rest, ok := strings.CutPrefix(target, "ecs:")
	if !ok {
		return nil, nil
	}
	rest, runtime, ok := cutLast(rest, "_")
	if !ok {
		return nil, nil
	}
	cluster, id, ok := cutLast(rest, "_")
	if !ok {
		return nil, nil
	}
	t := s.World.VisibleTask(cluster, id)
	if t == nil {
		return nil, nil
	}
	for i := range t.Containers {
		if t.Containers[i].RuntimeID == runtime {
			return t, &t.Containers[i]
		}
	}
	return t, nil
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// instance finds a container instance by its EC2 id.
func (s *SSM) instance(id string) *world.Instance {
	for _, c := range s.World.Clusters() {
		for _, i := range s.World.Instances(c.Name) {
			if i.EC2ID == id {
				return i
			}
		}
	}
	return nil
}

func (s *SSM) startSession(c *api.Call) (any, error) {
	var in struct {
		Target     string              `json:"Target"`
		Document   string              `json:"DocumentName"`
		Parameters map[string][]string `json:"Parameters"`
		Reason     string              `json:"Reason"`
	}
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	if in.Target == "" {
		return nil, api.Errorf("ValidationException", "1 validation error detected: Value at 'target' failed to satisfy constraint: Member must not be null")
	}
	spec := session.Spec{Kind: session.Shell, Target: in.Target, Document: in.Document, Parameters: in.Parameters, Owner: c.Principal.ARN, Reason: in.Reason}
	away := api.Errorf("TargetNotConnected", "%s is not connected.", in.Target)
	if strings.HasPrefix(in.Target, "ecs:") {
		t, box := s.container(in.Target)
		if box == nil || box.LastStatus != "RUNNING" || box.Agent != "RUNNING" {
			return nil, away
		}
		spec.ClusterARN, spec.TaskARN, spec.Container, spec.RuntimeID = t.ClusterARN, t.ARN, box.Name, box.RuntimeID
	} else if i := s.instance(in.Target); i == nil || i.Status == "INACTIVE" {
		return nil, away
	}
	if err := s.document(&spec); err != nil {
		return nil, err
	}
	ses := s.Sessions.Open(owner(c.Principal.ARN), spec)
	scheme, host := c.StreamHost()
	return struct {
		ID    string `json:"SessionId"`
		Token string `json:"TokenValue"`
		URL   string `json:"StreamUrl"`
	}{ses.ID, ses.Token, scheme + "://" + host + ses.Path()}, nil
}

// owner is how a session's id begins: the caller's user or session name.
func owner(arn string) string {
	_, name, _ := cutLast(arn, "/")
	return name
}

var hostName = regexp.MustCompile(`^[A-Za-z0-9.:_-]{1,255}$`)

// document fills in what a document means and checks its parameters.
func (s *SSM) document(sp *session.Spec) error {
	one := func(name string) string {
		if v := sp.Parameters[name]; len(v) > 0 {
			return v[0]
		}
		return ""
	}
	bad := api.Errorf("InvalidParameters", "Parameters are not valid for document %s.", sp.Document)
	switch sp.Document {
	case "", runShell:
		sp.Document, sp.Command = runShell, "sh"
	case interactiveCommand:
		if sp.Command = one("command"); sp.Command == "" {
			return bad
		}
	case forwardPort, forwardHost:
		sp.Kind = session.Port
		n, err := strconv.Atoi(one("portNumber"))
		if err != nil || n < 1 || n > 65535 || sp.Document == forwardHost && !hostName.MatchString(one("host")) {
			return bad
		}
	default:
		return api.Errorf("InvalidDocument", "Document with name %s does not exist.", sp.Document)
	}
	return nil
}

// port is the program of a port session, with what the handshake says of it.
func (s *SSM) port(sp session.Spec, box *shell.Box) (string, any, agent.Program) {
	one := func(name string) string {
		if v := sp.Parameters[name]; len(v) > 0 {
			return v[0]
		}
		return ""
	}
	n, _ := strconv.Atoi(one("portNumber")) // checked when the session began
	host := one("host")
	if host == "" {
		host = "localhost"
	}
	properties := map[string]string{"portNumber": one("portNumber"), "localPortNumber": one("localPortNumber"), "type": "LocalPortForwarding"}
	if sp.Document == forwardHost {
		properties["host"] = host
	}
	return agent.SessionPort, properties, agent.Forward(dialer(box.Facts(), host, n))
}

func (s *SSM) resumeSession(c *api.Call) (any, error) {
	id, _ := c.Input["SessionId"].(string)
	s.ensure(id)
	t, err := s.agent.Resume(id)
	switch {
	case errors.Is(err, agent.ErrDenied):
		return nil, &api.Error{Code: "AccessDeniedException", Message: "User: " + c.Principal.ARN +
			" is not authorized to perform: ssm:ResumeSession on resource: " + s.World.ARN("ssm", "session/%s", id)}
	case err != nil:
		return nil, api.Errorf("DoesNotExistException", "Session %s does not exist.", id)
	}
	out := map[string]any{"SessionId": id}
	if t.Token != "" {
		scheme, host := c.StreamHost()
		out["TokenValue"], out["StreamUrl"] = t.Token, scheme+"://"+host+t.Path
	}
	return out, nil
}

func (s *SSM) terminateSession(c *api.Call) (any, error) {
	id, _ := c.Input["SessionId"].(string)
	if err := s.agent.Terminate(id); err != nil {
		s.Sessions.End(id, "") // one that nobody has opened; AWS says nothing of unknown ones either
	}
	return map[string]any{"SessionId": id}, nil
}

func (s *SSM) connectionStatus(c *api.Call) (any, error) {
	target, _ := c.Input["Target"].(string)
	status := "notconnected"
	if t, box := s.container(target); t != nil && box != nil && box.Agent == "RUNNING" || s.instance(target) != nil {
		status = "connected"
	}
	return map[string]any{"Target": target, "Status": status}, nil
}
