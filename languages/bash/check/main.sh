if [[ $1 == fail ]]; then
  echo "broken on purpose" >&2
  exit 1
fi
IFS='|'
printf '%s ' "$*"
cat
