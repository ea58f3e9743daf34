/** What a file that is made for a language starts with. */
export const starters: Record<string, string> = {
  python: 'print("Hello, world!")\n',
  javascript: 'console.log("Hello, world!");\n',
  java: `public class Main {
    public static void main(String[] args) {
        System.out.println("Hello, world!");
    }
}
`,
  cpp: `#include <iostream>

int main() {
    std::cout << "Hello, world!\\n";
}
`,
  c: `#include <stdio.h>

int main(void) {
    puts("Hello, world!");
}
`,
  go: `package main

import "fmt"

func main() {
	fmt.Println("Hello, world!")
}
`,
  rust: `fn main() {
    println!("Hello, world!");
}
`,
};
