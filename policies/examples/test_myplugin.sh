#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Compiles myplugin.c, shows that equal runs are equal, and holds it against Daly's interval.
#   CAIRN=path/of/cairn CFLAGS=-I/path/of/include sh test_myplugin.sh
set -eu
cd "$(dirname "$0")"
out=${OUT:-.}/myplugin.so
# shellcheck disable=SC2086  # CFLAGS are words
${CC:-cc} -std=c17 -Wall -Wextra -O2 -shared -fPIC ${CFLAGS:--I.} myplugin.c -o "$out"
${CAIRN:-cairn} verify two-node --plugin "$out" --set controller=myplugin
${CAIRN:-cairn} sweep two-node --plugin "$out" --set controller=myplugin,daly --against young
