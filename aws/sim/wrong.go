package sim

import (
	"fmt"
	"slices"
	"strings"

	"ecsole/aws/sim/world"
)

// wrongs are the switches of what is wrong with the account itself.
func wrongs(w *world.World) map[string]func(value string) (func(), error) {
	return map[string]func(string) (func(), error){
		"wrong": func(value string) (func(), error) {
			if !slices.Contains(world.Wrongs(), value) {
				return nil, fmt.Errorf("want one of %s", strings.Join(world.Wrongs(), ", "))
			}
			return func() { w.SetWrong(value, true) }, nil
		},
		"role-lacks": func(value string) (func(), error) {
			if !strings.Contains(value, ":") {
				return nil, fmt.Errorf("want an action such as kms:Decrypt")
			}
			return func() { w.SetLack(value, true) }, nil
		},
	}
}
