// Package stsapi answers STS in the simulator.
package stsapi

import (
	"crypto/rand"
	"encoding/base32"
	"regexp"
	"strings"
	"time"

	"ecsole/aws/sim/api"
)

// Issuer makes session keys that the server then knows.
type Issuer interface {
	Issue(who api.Principal, expires time.Time) (id, secret, token string)
}

// Service is STS: GetCallerIdentity and AssumeRole. Any role of the account may be
// assumed, but for one whose name ends in "-denied".
func Service(keys Issuer) api.Service {
	s := service{keys: keys}
	return api.Service{
		Name: "sts", XMLNS: "https://sts.amazonaws.com/doc/2011-06-15/", Version: "2011-06-15",
		Operations: []api.Operation{
			{Name: "GetCallerIdentity", Do: identity},
			{Name: "AssumeRole", Do: s.assume, Resource: roleOf},
		},
	}
}

type service struct {
	keys Issuer
}

func identity(c *api.Call) (any, error) {
	return struct {
		UserID  string `json:"UserId"`
		Account string
		ARN     string `json:"Arn"`
	}{c.Principal.UserID, c.Principal.Account, c.Principal.ARN}, nil
}

var (
	roleARN     = regexp.MustCompile(`^arn:aws[a-z-]*:iam::(\d{12}):role/(?:.*/)?([\w+=,.@-]{1,64})$`)
	sessionName = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)
)

func roleOf(c *api.Call) string {
	arn, _ := c.Input["RoleArn"].(string)
	return arn
}

func (s service) assume(c *api.Call) (any, error) {
	var in struct {
		RoleARN  string `json:"RoleArn"`
		Name     string `json:"RoleSessionName"`
		Duration *int   `json:"DurationSeconds"`
	}
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	role := roleARN.FindStringSubmatch(in.RoleARN)
	if role == nil {
		return nil, api.Errorf("ValidationError", "%s is invalid", in.RoleARN)
	}
	if !sessionName.MatchString(in.Name) {
		return nil, api.Errorf("ValidationError", "1 validation error detected: Value '%s' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*", in.Name)
	}
	lasts := time.Hour
	if in.Duration != nil {
		lasts = time.Duration(*in.Duration) * time.Second
		if lasts < 15*time.Minute || lasts > 12*time.Hour {
			return nil, api.Errorf("ValidationError", "1 validation error detected: Value '%d' at 'durationSeconds' failed to satisfy constraint: Member must have value less than or equal to 43200 and greater than or equal to 900", *in.Duration)
		}
	}
	if role[1] != c.Account || strings.HasSuffix(role[2], "-denied") {
		return nil, &api.Error{
			Code: "AccessDenied", Status: 403,
			Message: "User: " + c.Principal.ARN + " is not authorized to perform: sts:AssumeRole on resource: " + in.RoleARN,
		}
	}
	id := roleID()
	who := api.Principal{
		Account: c.Account, UserID: id + ":" + in.Name,
		ARN: "arn:aws:sts::" + c.Account + ":assumed-role/" + role[2] + "/" + in.Name,
	}
	expires := time.Now().Add(lasts).Truncate(time.Second)
	type credentials struct {
		AccessKeyID  string `json:"AccessKeyId"`
		Secret       string `json:"SecretAccessKey"`
		SessionToken string
		Expiration   time.Time
	}
	type user struct {
		ID  string `json:"AssumedRoleId"`
		ARN string `json:"Arn"`
	}
	out := struct {
		Credentials     credentials
		AssumedRoleUser user
	}{AssumedRoleUser: user{who.UserID, who.ARN}}
	k := &out.Credentials
	k.AccessKeyID, k.Secret, k.SessionToken = s.keys.Issue(who, expires)
	k.Expiration = expires
	return out, nil
}

func roleID() string {
	b := make([]byte, 10)
	rand.Read(b)
	return "AROA" + base32.StdEncoding.EncodeToString(b)
}
