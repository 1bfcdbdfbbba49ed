#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs test programs side by side and counts their cmocka tests.
#
#   B=build sh tests/run.sh PROGRAM…                 once
#   B=build sh tests/run.sh --soak SECONDS PROGRAM…  with seeds 1, 2, 3, … until time is up
#
# A passing program is one line with its seconds; a failing one shows all that it said. A program
# that dies or hangs counts as one failed test, so that nothing fails in silence. The last line is
# "N passed, N failed, N skipped".
set -u
exec </dev/null
export B="${B:-build}"
export CAIRN_BIN="${CAIRN_BIN:-$B/cairn}" CAIRN_TIDY="${CAIRN_TIDY:-$B/tidy}"
# Seconds after which a program counts as hung: of a machine that has nothing else to do.
busy=$(cut -d. -f1 /proc/loadavg 2>/dev/null)
LIMIT=${TEST_LIMIT:-$((120 + 120 * ${busy:-0} / $(nproc)))}

# One program: its words go to a log, its counts beside it, its line to standard output.
run_one() {
    name=${1#"$B"/tests/}
    log=$B/log/$(echo "$name" | tr / .)
    start=$(date +%s%N)
    timeout -k 5 "$LIMIT" "$1" >"$log" 2>&1
    code=$?
    ms=$((($(date +%s%N) - start) / 1000000))
    awk -v name="$name" -v code=$code -v ms=$ms -v limit="$LIMIT" -v counts="$log.count" '
        { line[NR] = $0 }
        /\[ RUN      \] [^ ]+$/ { failed += open; open = 1 } # still open: the last one died
        open && /\[       OK \] [^ ]+$/ { passed++; open = 0 }
        open && /\[  FAILED  \] [^ ]+$/ { failed++; open = 0 }
        open && /\[  SKIPPED \] [^ ]+$/ { skipped++; open = 0 }
        END {
            failed += open
            if (code == 124 || code == 137) why = "  (killed after " limit " s)"
            else if (code > 128) why = "  (died of signal " code - 128 ")"
            else if (passed + failed + skipped == 0) why = "  (ran no test)"
            else if (code != 0 && failed == 0) why = "  (exit code " code ")"
            if (why != "" && failed == 0) failed = 1
            printf "%d %d %d\n", passed, failed, skipped >counts
            printf "%-4s %6.2f s %4d  %s%s\n", failed ? "FAIL" : "ok", ms / 1000, passed, name, why
            for (i = 1; i <= NR; i++)
                if (failed || line[i] ~ /^SKIPPED: /) print "    | " line[i]
        }' "$log"
}

run_all() {
    rm -rf "$B/log" && mkdir -p "$B/log" || return 1
    # Each line set comes out in one write, or two programs would speak at once.
    printf '%s\n' "$@" | xargs -P "$(nproc)" -I '{}' sh -c 'out=$(sh tests/run.sh --one "$1")
        printf "%s\n" "$out"' - '{}'
    cat "$B"/log/*.count | awk -v programs=$# '
        { passed += $1; failed += $2; skipped += $3 }
        END {
            failed += programs - NR
            printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
            exit failed > 0
        }'
}

case ${1:-} in
'')
    echo 'run.sh: no test programs' >&2
    exit 1
    ;;
--one) run_one "$2" ;;
--soak)
    end=$(($(date +%s) + $2))
    shift 2
    seed=${CAIRN_SEED:-1}
    while [ "$(date +%s)" -lt "$end" ]; do
        echo "==> CAIRN_SEED=$seed"
        CAIRN_SEED=$seed run_all "$@" || exit 1
        seed=$((seed + 1))
    done
    ;;
*) run_all "$@" ;;
esac
