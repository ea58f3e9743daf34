#!/bin/sh
# Builds WarmCompiler, and an archive of the classes that it and javac load: fill.sh SOURCES DIRECTORY FLAG...
# The flags are those of the machine that it runs in later.
set -eu
sources=$1
directory=$2
shift 2
work=$(mktemp -d)
/usr/bin/javac -d "$work/classes" "$sources/WarmCompiler.java"
cp "$sources/Sample.java" "$work/classes"
/usr/bin/jar --create --file "$directory/compiler.jar" -C "$work/classes" .
mkfifo "$work/list"
echo "$sources/Sample.java" >"$work/list" &
/usr/bin/java "$@" -XX:ArchiveClassesAtExit="$directory/compiler.jsa" -Xlog:disable -cp "$directory/compiler.jar" \
    WarmCompiler "$work/list" -proc:none -encoding UTF-8 -cp . -d "$work/output"
rm -r "$work"
