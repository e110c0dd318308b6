package views

import (
	"fmt"
	"strings"

	"ecsole/aws/ecs"
)

// describeDefinition sums a task definition up. Values of environment variables are
// not shown, and secrets in log options and commands are hidden.
func describeDefinition(td ecs.TaskDefinition) Document {
	var d Document
	s := Section{Title: fmt.Sprintf("Task definition %s:%d", td.Family, td.Revision)}
	s.fact("Network mode", orDefault(td.NetworkMode, "bridge (default)"))
	s.factf("Size", "%s CPU units, %s MiB", orDefault(td.CPU, "–"), orDefault(td.Memory, "–"))
	s.fact("Platform", strings.Trim(td.OSFamily+" "+td.CPUArch, " "))
	s.fact("Task role", orDefault(lastPart(td.TaskRole), "none"))
	s.fact("Execution role", orDefault(lastPart(td.ExecRole), "none"))
	if td.EphemeralGiB > 0 {
		s.factf("Ephemeral storage", "%d GiB", td.EphemeralGiB)
	}
	s.fact("PID mode", td.PIDMode)
	s.moment("Registered", td.Registered)
	s.fact("Registered by", lastPart(td.RegisteredBy))
	d.Add(s)
	for _, c := range td.Containers {
		d.Add(definitionOf(c))
	}
	volumes := Section{Title: "Volumes"}
	for _, v := range td.Volumes {
		parts := []string{strings.Trim(v.Kind+" "+v.Source, " ")}
		for _, k := range sortedKeys(v.Details) {
			parts = append(parts, k+" "+v.Details[k])
		}
		volumes.fact(v.Name, strings.Join(parts, "\n"))
	}
	d.Add(volumes)
	return d
}

func definitionOf(c ecs.ContainerDefinition) Section {
	s := Section{Title: "Container " + c.Name}
	s.fact("Image", c.Image)
	s.fact("Essential", text(c.Essential))
	s.fact("User", c.User)
	s.fact("Command", strings.Join(hideArgs(append(append([]string(nil), c.EntryPoint...), c.Command...)), " "))
	var ports []string
	for _, p := range c.Ports {
		ports = append(ports, fmt.Sprintf("%d/%s", p.Container, orDefault(p.Protocol, "tcp")))
	}
	s.fact("Ports", strings.Join(ports, ", "))
	s.fact("Logs", logging(c))
	s.fact("Health check", strings.Join(hideArgs(c.HealthCheck), " "))
	if len(c.Env) > 0 {
		var names []string
		for _, e := range c.Env {
			names = append(names, e.Key)
		}
		s.factf("Environment", "%s (values hidden)", strings.Join(names, ", "))
	}
	for _, secret := range c.Secrets {
		s.factf("Secret", "%s from %s", secret.Name, secret.From)
	}
	for _, m := range c.MountPoints {
		mode := "read-write"
		if m.ReadOnly {
			mode = "read-only"
		}
		s.factf("Mount", "%s at %s, %s", m.Volume, m.Path, mode)
	}
	var warn []string
	if c.Privileged {
		warn = append(warn, "privileged")
	}
	if c.ReadonlyRoot {
		warn = append(warn, "read-only root file system")
	}
	s.fact("Flags", strings.Join(warn, ", "))
	return s
}

func logging(c ecs.ContainerDefinition) string {
	if c.LogDriver == "" {
		return "no driver: nothing is kept"
	}
	parts := []string{c.LogDriver}
	for _, k := range sortedKeys(c.LogOptions) {
		parts = append(parts, k+"="+hideValue(k, c.LogOptions[k]))
	}
	return strings.Join(parts, " ")
}
