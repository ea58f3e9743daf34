import sys

if sys.argv[1] == "fail":
    raise RuntimeError("broken on purpose")
print("|".join(sys.argv[1:]), sys.stdin.read())
