package manager

import (
	"context"
	"errors"

	sdk "github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/session-manager-plugin/src/encryption"
	"github.com/aws/session-manager-plugin/src/log"

	"ecsole/aws"
	"ecsole/aws/audit"
	"ecsole/aws/exec/channel"
)

// keys are KMS as the encryption package wants it, by the account's own client. The
// package passes no context of its own.
type keys struct {
	ctx context.Context
	kms *sdk.Client
	err error // of the last call, sorted
}

func (k *keys) GenerateDataKey(_ context.Context, in *sdk.GenerateDataKeyInput, opts ...func(*sdk.Options)) (*sdk.GenerateDataKeyOutput, error) {
	out, err := k.kms.GenerateDataKey(k.ctx, in, opts...)
	if err != nil {
		k.err = aws.AsError(err)
	} else if len(out.Plaintext) != int(encryption.KMSKeySizeInBytes) {
		k.err = errors.New("KMS gave a data key of another length")
	}
	return out, k.err
}

func (k *keys) Decrypt(_ context.Context, in *sdk.DecryptInput, opts ...func(*sdk.Options)) (*sdk.DecryptOutput, error) {
	return k.kms.Decrypt(k.ctx, in, opts...)
}

// sealer encrypts a session with a data key of its own.
type sealer struct{ e *encryption.Encrypter }

// nonceSize is what stands in front of each ciphertext; the encryption package reads
// it without looking at the length.
const nonceSize = 12

var errCipher = errors.New("ciphertext is shorter than its nonce")

func (s sealer) Seal(p []byte) ([]byte, error) { return s.e.Encrypt(quiet{}, p) }

func (s sealer) Open(p []byte) ([]byte, error) {
	if len(p) < nonceSize {
		return nil, errCipher
	}
	return s.e.Decrypt(quiet{}, p)
}

func (s sealer) DataKey() []byte { return s.e.GetEncryptedDataKey() }

// newSealer asks KMS for a data key, bound to this session and its target.
func newSealer(ctx context.Context, a *aws.Account, key, session, target string) (channel.Sealer, error) {
	act := audit.Act{Action: ActionKey, Target: key, After: session}
	k := &keys{ctx: aws.Foreground(audit.WithAct(ctx, act)), kms: sdk.NewFromConfig(a.Config())}
	e, err := encryption.NewEncrypter(quiet{}, key, map[string]string{"aws:ssm:SessionId": session, "aws:ssm:TargetId": target}, k)
	if k.err != nil {
		return nil, k.err
	}
	if err != nil {
		return nil, err
	}
	return sealer{e}, nil
}

// quiet is the plugin's logger without a file, a watcher or a word.
type quiet struct{}

func (quiet) Tracef(string, ...interface{})          {}
func (quiet) Debugf(string, ...interface{})          {}
func (quiet) Infof(string, ...interface{})           {}
func (quiet) Warnf(string, ...interface{}) error     { return nil }
func (quiet) Errorf(string, ...interface{}) error    { return nil }
func (quiet) Criticalf(string, ...interface{}) error { return nil }
func (quiet) Trace(...interface{})                   {}
func (quiet) Debug(...interface{})                   {}
func (quiet) Info(...interface{})                    {}
func (quiet) Warn(...interface{}) error              { return nil }
func (quiet) Error(...interface{}) error             { return nil }
func (quiet) Critical(...interface{}) error          { return nil }
func (quiet) Flush()                                 {}
func (quiet) Close()                                 {}
func (q quiet) WithContext(...string) log.T          { return q }
