package aws

import "reflect"

// owned is a service that lives as long as its account.
type owned struct {
	value any
	close func()
	ready chan struct{} // closed when value is there
}

// Own returns the account's service of that key and type, opening it at the first
// call; who comes meanwhile waits. The function that open returns (nil is allowed) is
// called when the account closes. On a closed account the service is opened and
// closed at once.
func Own[T any](a *Account, key string, open func(*Account) (T, func())) T {
	key += " " + reflect.TypeFor[T]().String()
	a.mu.Lock()
	o, found := a.owned[key]
	if !found {
		o = &owned{ready: make(chan struct{})}
		a.owned[key] = o
	}
	a.mu.Unlock()
	if found {
		<-o.ready
		v, _ := o.value.(T)
		return v
	}
	defer close(o.ready)
	v, end := open(a)
	o.value = v
	if end == nil {
		end = func() {}
	}
	o.close = end
	a.mu.Lock()
	closed := a.closed
	if !closed {
		a.order = append(a.order, o)
	}
	a.mu.Unlock()
	if closed {
		end()
	}
	return v
}
