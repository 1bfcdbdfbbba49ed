#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The same bits everywhere: builds cairn in many ways, runs it as many machines, compares digests.
#
#   sh tests/legs.sh           every leg; each row must equal tests/golden/fingerprints.csv
#   sh tests/legs.sh LEG…      only these (names as printed)
#   sh tests/legs.sh write     rewrite the golden rows from a plain build; to add a scenario, add a
#                              row for it with any digest first
#
# A row is scenario,seed,replications,digest. Rows that the core driver prints (tests/legs/core_main.c)
# need libc alone and run on every leg; the others are built-in scenarios, run by `cairn run` where
# the leg has the whole program. One value a row: a platform with an excuse has a bug.
# A leg whose compiler or emulator is absent is SKIPPED aloud, and fails where CI=true.
set -u
exec </dev/null
export LC_ALL=C
golden=tests/golden/fingerprints.csv
jobs=$(nproc)
failed=0 ran=0 compared=0
main=
[ -f sim/cli/main.c ] && main=cairn

# name | compiler | optimisation | linking | emulator
# x86-64-v3 has FMA: where contraction or libm would show. Nehalem has neither AVX nor FMA.
legs='gcc-O0|gcc|-O0||
gcc-O3-v3|gcc|-O3 -march=x86-64-v3||
gcc-lto|gcc|-O2 -flto||
gcc-asan|gcc|asan||
clang-O0|clang|-O0||
clang-O3-v3|clang|-O3 -march=x86-64-v3||
clang-lto|clang|-O2 -flto|-fuse-ld=lld|
clang-asan|clang|asan||
old-cpu|gcc|release||qemu-x86_64 -cpu Nehalem
aarch64|aarch64-linux-gnu-gcc|-O2|-static|qemu-aarch64
s390x|s390x-linux-gnu-gcc|-O2|-static|qemu-s390x'

seconds_since() {
    echo "$1 $(date +%s%N)" | awk '{ printf "%.1f", ($2 - $1) / 1e9 }'
}

missing() {
    if [ "${CI:-}" = true ]; then
        echo "FAIL  $1: $2 is absent; make deps-ci"
        failed=$((failed + 1))
    else
        echo "SKIPPED: $1: $2 is absent; make deps-ci"
    fi
}

# Digests of the built-in scenarios named in the golden file, as this program computes them.
print_scenarios() { # emulator program [options]
    grep -v -e '^scenario,' -e '^core-' "$golden" 2>/dev/null |
        while IFS=, read -r name seed replications _; do
            # shellcheck disable=SC2086  # the emulator is several words
            digest=$($1 "$2" run "$name" --seed "$seed" --reps "$replications" --json ${3:-} |
                sed -n 's/.*"digest": *"\([0-9a-f]*\)".*/\1/p' | tail -1)
            echo "$name,$seed,$replications,${digest:-none}"
        done
}

build() { # log folder compiler optimisation linking [program]
    case $4 in
    asan | release) set -- "$1" "B=$2" "CC=$3" "MODE=$4" core ${6:+"$2/$6"} ;;
    *) set -- "$1" "B=$2" "CC=$3" "OPT=$4" "LINK=$5" core ${6:+"$2/$6"} ;;
    esac
    log=$1
    shift
    make -s -j"$jobs" "$@" >"$log" 2>&1
}

run_leg() { # name compiler optimisation linking emulator
    command -v "$2" >/dev/null || { missing "$1" "$2"; return; }
    [ -z "$5" ] || command -v "${5%% *}" >/dev/null || { missing "$1" "${5%% *}"; return; }
    start=$(date +%s%N)
    folder=build/legs/$1 told=build/legs/$1 emulator=$5 program=$main
    case $2-$3 in # those that `make` and `make MODE=asan` have built already
    gcc-release) folder=build ;;
    gcc-asan) folder=build/asan ;;
    esac
    case $2 in *-linux-gnu-*) program= ;; esac # no YAML, CSV and GSL for that machine here
    case $3$5 in *v3*) grep -q -w fma /proc/cpuinfo || emulator="qemu-x86_64 -cpu Haswell" ;; esac
    mkdir -p build/legs
    if ! build "$told.log" "$folder" "$2" "$3" "$4" "$program"; then
        echo "FAIL  $1: does not build"
        tail -20 "$told.log" | sed 's/^/    | /'
        failed=$((failed + 1))
        return
    fi
    built=$(seconds_since "$start")
    start=$(date +%s%N)
    # shellcheck disable=SC2086
    {
        $emulator "$folder/core" || echo "core: exit code $?"
        [ -z "$program" ] || print_scenarios "$emulator" "$folder/$program"
    } >"$told.csv" 2>"$told.err"
    check_rows "$1" "$told" "built $built s, ran $(seconds_since "$start") s"
}

# The plain build in other ways: any number of threads, every checkpoint executed by itself.
run_ways() {
    start=$(date +%s%N)
    told=build/legs/ways
    mkdir -p build/legs
    build "$told.log" build gcc release '' "$main" || { echo 'FAIL  ways: does not build'; failed=$((failed + 1)); return; }
    {
        build/core --no-skip
        for way in '-j1' '-j2' '-j3' '-j8' '--no-skip'; do
            [ -z "$main" ] || print_scenarios '' build/cairn "$way"
        done
    } >"$told.csv" 2>"$told.err"
    check_rows 'ways: -j1 -j2 -j3 -j8 --no-skip' "$told" "ran $(seconds_since "$start") s"
}

# Every row of the leg must stand in the golden file, word for word; an empty leg proves nothing.
check_rows() { # name folder times
    rows=$(grep -c -v '^scenario,' "$2.csv")
    odd=$(grep -v -x -F -f "$golden" "$2.csv")
    ran=$((ran + 1)) compared=$((compared + rows))
    if [ -z "$odd" ] && [ "$rows" -gt 0 ]; then
        echo "ok    $1: $rows digests, $3"
        return
    fi
    echo "FAIL  $1: $rows digests, $3"
    echo "$odd" | while IFS=, read -r name _; do
        [ -z "$name" ] || grep "^$name," "$golden" | sed 's/^/    | golden /'
    done
    echo "$odd" | sed '/^$/d; s/^/    | here   /'
    sed 's/^/    | /' "$2.err" | tail -20
    failed=$((failed + 1))
}

write_golden() {
    mkdir -p tests/golden build
    make -s -j"$jobs" core ${main:+build/cairn} || exit 1
    build/core >build/fingerprints.new || exit 1
    [ -z "$main" ] || print_scenarios '' build/cairn >>build/fingerprints.new
    if grep ',none$' build/fingerprints.new; then
        echo 'legs: cairn gave no digest' >&2
        exit 1
    fi
    cp build/fingerprints.new "$golden"
    echo "wrote $golden: $(grep -c . "$golden") lines"
}

if [ "${1:-}" = write ]; then
    write_golden
    exit
fi
whole=$(date +%s%N)
wanted=" $* "
while IFS='|' read -r name compiler optimisation linking emulator; do
    case $wanted in
    '  ' | *" $name "*) run_leg "$name" "$compiler" "$optimisation" "$linking" "$emulator" ;;
    esac
done <<END
$legs
END
case $wanted in '  ' | *' ways '*) run_ways ;; esac
echo "legs: $ran legs, $compared digests compared, $failed failed, $(seconds_since "$whole") s"
[ "$failed" = 0 ] && [ "$ran" -gt 0 ]
