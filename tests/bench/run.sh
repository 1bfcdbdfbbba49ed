#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs every benchmark and every peer that is installed, in one go; prints one table of goals.
#
# Three rounds, medians of each row, into tests/bench/results.csv, with the machine named. A missed
# goal is a line of the table, not a failure: machines differ. --quick: one round of a hundredth of
# the work, and results.csv stays. Environment: B (build folder), CC (to name the compiler).
set -u
cd "$(dirname "$0")/../.." || exit 1
B=${B:-build}
CC=${CC:-gcc}
export LC_ALL=C
bench=tests/bench
work=$B/bench
rounds=3
quick=
if [ "${1:-}" = --quick ]; then
    rounds=1
    quick=--quick
fi
mkdir -p "$work" || exit 1
rows=$work/rows.csv
: >"$rows" || exit 1

fail() {
    echo "bench: $*" >&2
    exit 1
}

skipped() {
    echo "SKIPPED: $1 is not installed; cure: make bench-deps" >&2
    missing="$missing $1"
}

# On one core, if the system can: less wandering.
pin=
command -v taskset >/dev/null && taskset -c "$(($(nproc) - 1))" true 2>/dev/null &&
    pin="taskset -c $(($(nproc) - 1))"

build_simgrid() {
    printf '#include <simgrid/s4u.hpp>\n' | g++ -E -x c++ - >/dev/null 2>&1 || return 1
    g++ -std=c++17 -O2 -o "$work/simgrid_ckpt" $bench/peers/simgrid_ckpt.cpp -lsimgrid ||
        fail 'the SimGrid adapter does not compile'
}

missing=
python=build/bench-venv/bin/python
"$python" -c 'import simpy' 2>/dev/null || { python=; skipped SimPy; }
simgrid=$work/simgrid_ckpt
build_simgrid || { simgrid=; skipped SimGrid; }

run_ours() {
    for name in hold mm1 ckpt decide schedule tasks; do
        $pin "$B/$bench/bench_$name" $quick --csv "$rows" || fail "bench_$name failed"
    done
    # shellcheck disable=SC2086 # whole runs use both cores: not pinned
    [ ! -x "$B/$bench/bench_run" ] || [ ! -x "$B/cairn" ] ||
        "$B/$bench/bench_run" $quick --csv "$rows" "$B/cairn" || fail 'bench_run failed'
}

run_peers() {
    holds=300000 short=876 long=3 tasks=200000
    [ -z "$quick" ] || { holds=20000 short=50 long= tasks=5000; }
    if [ -n "$python" ]; then
        $pin "$python" $bench/peers/simpy_hold.py 100 $holds "$rows" &&
            $pin "$python" $bench/peers/simpy_hold.py 10000 $holds "$rows" &&
            $pin "$python" $bench/peers/simpy_ckpt.py 1000 $short "$rows" &&
            $pin "$python" $bench/peers/simpy_tasks.py 100 $tasks "$rows" || fail 'SimPy failed'
    fi
    if [ -n "$simgrid" ]; then
        $pin "$simgrid" 1000 $short "$rows" 2>"$work/simgrid.log" || fail "see $work/simgrid.log"
        # 1e5 actors: small stacks without guard pages, or the kernel's limit on mappings ends it
        [ -z "$long" ] || [ "$1" != 1 ] ||
            $pin "$simgrid" 100000 $long "$rows" --cfg=contexts/stack-size:16 \
                --cfg=contexts/guard-size:0 2>"$work/simgrid.log" || fail "see $work/simgrid.log"
    fi
}

round=1
while [ $round -le $rounds ]; do
    echo "--- round $round of $rounds"
    run_ours
    run_peers $round
    round=$((round + 1))
done

# ---- medians of each row, in the order of their first appearance

awk -F, -v OFS=, '
function median(list, n,    part, i, j, t) {
    split(list, part, " ")
    for (i = 2; i <= n; i++)
        for (j = i; j > 1 && part[j] + 0 < part[j - 1] + 0; j--) {
            t = part[j]; part[j] = part[j - 1]; part[j - 1] = t
        }
    return n % 2 ? part[(n + 1) / 2] : (part[n / 2] + part[n / 2 + 1]) / 2
}
NF == 6 {
    key = $1 OFS $2 OFS $4
    if (!(key in count)) { order[++rows] = key; name[key] = $1; size[key] = $2; unit[key] = $4; to[key] = $5 }
    count[key]++
    values[key] = values[key] " " $3
    if ($6 != "") { ratios[key] = ratios[key] " " $6; rated[key]++ }
}
END {
    print "name", "size", "value", "unit", "ratio_to", "ratio"
    for (i = 1; i <= rows; i++) {
        key = order[i]
        print name[key], size[key], median(values[key], count[key]), unit[key], to[key],
              rated[key] ? median(ratios[key], rated[key]) : ""
    }
}' "$rows" >"$work/medians.csv" || fail 'no medians'

model=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)
machine="# ${model:-$(uname -m)}, $(nproc) cores, Linux $(uname -r), $($CC --version | head -1)"
results=$bench/results.csv
[ -z "$quick" ] || results=$work/quick.csv
{
    echo "$machine; median of $rounds rounds${missing:+; without$missing}"
    cat "$work/medians.csv"
} >"$results.part" && mv "$results.part" "$results" || fail "cannot write $results"

# ---- goals

echo
echo "$machine"
awk -F, '
function unquoted(line) { sub(/^"/, "", line); return line }
BEGIN { printf "%-46s | %9s | %9s | %s\n", "goal", "must", "measured", "verdict" }
FNR == NR { value[$1, $2] = $3; ratio[$1, $2] = $6; unit[$1, $2] = $4
            if ($5 == "must") { musts[++n] = $0 }; next }
/^#/ { next }
{
    split($0, part, "\",")
    goal = unquoted(part[1]); split(part[2], f, ",")
    kind = f[1]; key = f[2] SUBSEP f[3]; must = f[5]; stretch = f[6]
    got = ""
    if (kind == "most") got = value[key]
    if (kind == "faster") got = ratio[key]
    if (kind == "times" && value[f[4], f[3]] != "" && value[key] > 0) got = value[f[4], f[3]] / value[key]
    if (got == "") { printf "%-46s | %9s | %9s | no data\n", goal, must, "-"; next }
    if (kind == "most") verdict = got <= stretch ? "stretch" : got <= must ? "met" : "MISSED"
    else verdict = got >= stretch ? "stretch" : got >= must ? "met" : "MISSED"
    printf "%-46s | %s %7.4g | %9.4g | %s\n", goal, (kind == "most" ? "<" : ">"), must, got, verdict
}
END {
    for (i = 1; i <= n; i++) {
        split(musts[i], f, ",")
        printf "%-46s | < %7.4g | %9.4g | %s\n", f[1] " " f[2] " (" f[4] ")", f[3] * f[6], f[3],
               (f[6] >= 1 ? "met" : "MISSED")
    }
}' "$work/medians.csv" $bench/goals.csv
for peer in $missing; do
    echo "SKIPPED: $peer is not installed; its goals have no data; cure: make bench-deps"
done
echo "bench: rows in $results"
