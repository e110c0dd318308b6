// Package platform says where ecsole runs. It is imported for its effect on the
// build: on any other system nothing that imports it compiles.
package platform

// Systems are the operating systems that ecsole is built and tested for.
const Systems = "Linux and macOS"
