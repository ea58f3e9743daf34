greet() {
  printf 'Hello, %s!\n' "$1"
}

greet CodeCrafter
