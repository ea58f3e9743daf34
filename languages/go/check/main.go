package main

import (
	"fmt"
	"io"
	"os"
	"strings"
)

func main() {
	if os.Args[1] == "fail" {
		panic("broken on purpose")
	}
	input, _ := io.ReadAll(os.Stdin)
	fmt.Println(strings.Join(os.Args[1:], "|"), string(input))
}
