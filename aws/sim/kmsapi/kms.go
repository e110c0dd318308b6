// Package kmsapi answers KMS in the simulator: data keys under an encryption
// context, as encrypted sessions use them.
package kmsapi

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"ecsole/aws/sim/api"
	"ecsole/aws/sim/world"
)

// Keys are the account's keys: those that its clusters name. They encrypt with a
// secret that ends with the simulator.
type Keys struct {
	world *world.World
	aead  cipher.AEAD
}

// ErrCiphertext is the answer to a blob that was not made here, or under another
// context (InvalidCiphertextException, which has no text at AWS either).
var ErrCiphertext = errors.New("InvalidCiphertextException: ")

// New makes the keys of a world.
func New(w *world.World) (*Keys, error) {
	secret := make([]byte, 32)
	rand.Read(secret)
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	return &Keys{world: w, aead: aead}, err
}

// Service is what the server routes.
func (k *Keys) Service() api.Service {
	resource := func(c *api.Call) string {
		id, _ := c.Input["KeyId"].(string)
		if arn, ok := k.find(id); ok {
			return arn
		}
		return "*"
	}
	return api.Service{
		Name: "kms", Target: "TrentService",
		Operations: []api.Operation{
			{Name: "GenerateDataKey", Resource: resource, Do: k.generate},
			{Name: "Decrypt", Resource: resource, Do: k.decrypt},
			{Name: "DescribeKey", Resource: resource, Do: k.describe},
		},
	}
}

// find is the ARN of a key that is named by ARN or id.
func (k *Keys) find(id string) (string, bool) {
	for _, c := range k.world.Clusters() {
		if arn := c.Exec.KMSKey; arn != "" && (arn == id || strings.HasSuffix(arn, "/"+id)) {
			return arn, true
		}
	}
	return "", false
}

func unknown(id string) error {
	return &api.Error{Code: "NotFoundException", Message: "Key '" + id + "' does not exist"}
}

func (k *Keys) generate(c *api.Call) (any, error) {
	var in struct {
		KeyID   string            `json:"KeyId"`
		Context map[string]string `json:"EncryptionContext"`
		Bytes   int               `json:"NumberOfBytes"`
		Spec    string            `json:"KeySpec"`
	}
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	arn, ok := k.find(in.KeyID)
	if !ok {
		return nil, unknown(in.KeyID)
	}
	if k.world.Wrong(world.WrongKey) {
		return nil, api.Errorf("DisabledException", "%s is disabled.", arn)
	}
	switch in.Spec {
	case "AES_256":
		in.Bytes = 32
	case "AES_128":
		in.Bytes = 16
	}
	if in.Bytes < 1 || in.Bytes > 1024 {
		return nil, api.Errorf("ValidationException", "Please specify either number of bytes or key spec.")
	}
	plain := make([]byte, in.Bytes)
	rand.Read(plain)
	blob, err := k.Seal(arn, plain, in.Context)
	if err != nil {
		return nil, err
	}
	return struct {
		Blob  []byte `json:"CiphertextBlob"`
		Plain []byte `json:"Plaintext"`
		KeyID string `json:"KeyId"`
	}{blob, plain, arn}, nil
}

func (k *Keys) decrypt(c *api.Call) (any, error) {
	var in struct {
		Blob    []byte            `json:"CiphertextBlob"`
		Context map[string]string `json:"EncryptionContext"`
	}
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	plain, arn, err := k.Open(in.Blob, in.Context)
	if err != nil {
		return nil, api.Errorf("InvalidCiphertextException", "")
	}
	return struct {
		Plain     []byte `json:"Plaintext"`
		KeyID     string `json:"KeyId"`
		Algorithm string `json:"EncryptionAlgorithm"`
	}{plain, arn, "SYMMETRIC_DEFAULT"}, nil
}

func (k *Keys) describe(c *api.Call) (any, error) {
	var in struct {
		KeyID string `json:"KeyId"`
	}
	if err := c.Bind(&in); err != nil {
		return nil, err
	}
	arn, ok := k.find(in.KeyID)
	if !ok {
		return nil, unknown(in.KeyID)
	}
	state := "Enabled"
	if k.world.Wrong(world.WrongKey) {
		state = "Disabled"
	}
	return map[string]any{"KeyMetadata": map[string]any{
		"AWSAccountId": k.world.Account(), "Arn": arn, "KeyId": arn[strings.LastIndexByte(arn, '/')+1:], "Enabled": state == "Enabled",
		"KeyState": state, "KeyUsage": "ENCRYPT_DECRYPT", "KeySpec": "SYMMETRIC_DEFAULT", "KeyManager": "CUSTOMER",
		"Origin": "AWS_KMS", "EncryptionAlgorithms": []string{"SYMMETRIC_DEFAULT"}, "MultiRegion": false,
	}}, nil
}

// sealed is what a blob holds.
type sealed struct {
	Key   string
	Plain []byte
}

// Seal encrypts a data key under a key and a context.
func (k *Keys) Seal(arn string, plain []byte, context map[string]string) ([]byte, error) {
	b, err := json.Marshal(sealed{arn, plain})
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, k.aead.NonceSize())
	rand.Read(nonce)
	return k.aead.Seal(nonce, nonce, b, canonical(context)), nil
}

// Open decrypts a blob; the context must be the one that it was sealed under.
func (k *Keys) Open(blob []byte, context map[string]string) (plain []byte, arn string, err error) {
	n := k.aead.NonceSize()
	if len(blob) < n {
		return nil, "", ErrCiphertext
	}
	b, err := k.aead.Open(nil, blob[:n], blob[n:], canonical(context))
	if err != nil {
		return nil, "", ErrCiphertext
	}
	var s sealed
	if err := json.Unmarshal(b, &s); err != nil {
		return nil, "", ErrCiphertext
	}
	return s.Plain, s.Key, nil
}

// canonical writes a context so that equal ones are equal bytes.
func canonical(context map[string]string) []byte {
	var pairs [][2]string
	for name, value := range context {
		pairs = append(pairs, [2]string{name, value})
	}
	slices.SortFunc(pairs, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	b, err := json.Marshal(pairs)
	if err != nil {
		return nil // texts only
	}
	return b
}
