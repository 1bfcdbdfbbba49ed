#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Compiles myplugin.c, shows that equal runs are equal, and holds it against Daly's interval.
#   CAIRN=path/of/cairn CFLAGS=-I/path/of/include sh test_myplugin.sh
set -eu
cd "$(dirname "$0")"
command -v "${CAIRN:=cairn}" >/dev/null || {
    echo "$0: no '$CAIRN' to run; say where it is: CAIRN=/path/of/cairn sh $0" >&2
    exit 1
}
out=${OUT:-.}/myplugin.so
# shellcheck disable=SC2086  # CFLAGS are words
${CC:-cc} -std=c17 -Wall -Wextra -O2 -shared -fPIC ${CFLAGS:--I.} myplugin.c -o "$out"
"$CAIRN" verify two-node --plugin "$out" --set controller=myplugin
"$CAIRN" sweep two-node --plugin "$out" --set controller=myplugin,daly --against young
