#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Rows of the mission table and their tests: one whose name begins with row_a05_a06_ is of A05, A06.
#
#   B=build sh tests/rows.sh results   what the last test run says of each, into build/rows.md
#   sh tests/rows.sh check             does tests/README.md name the rows that have tests?
#   sh tests/rows.sh write             make it so
#
# Results come from the logs that run.sh leaves; the README's table from the tests' own text, so
# that it is the same whatever was run.
set -u
B=${B:-build}
README=tests/README.md
BEGIN='<!-- rows: written by make rows -->'
END='<!-- end of rows -->'

# "A05 program test claim" for each row of each test, in order.
tests() {
    find tests -name 'test_*.c' -exec grep -H '^static void row_[a-z][0-9][0-9]_[a-z0-9_]*(' {} + |
        sed 's|^tests/\(.*\)\.c:static void \(row_[a-z0-9_]*\)(.*|\1 \2|' | awk '{
            claim = substr($2, 5)
            for (count = 0; claim ~ /^[a-z][0-9][0-9]_/; claim = substr(claim, 5))
                rows[++count] = toupper(substr(claim, 1, 3))
            for (i = 1; i <= count; i++) print rows[i], $1, $2, claim
        }' | LC_ALL=C sort
}

# Markdown: a line a row, with the programs that test it.
table() {
    tests | awk '
        $1 != row { row = $1; rows[++count] = row; last = "" }
        $2 != last { last = $2; programs[row] = programs[row] (programs[row] ? ", " : "") $2 }
        END {
            print "| row | tested by |\n| --- | --- |"
            for (i = 1; i <= count; i++) print "| " rows[i] " | " programs[rows[i]] " |"
        }'
}

# Markdown: a line a test, with what became of it.
results() {
    logs=$(find "$B/log" -type f ! -name '*.count' 2>/dev/null | LC_ALL=C sort)
    [ -n "$logs" ] || { echo "rows: no test has run in $B" >&2; return 1; }
    { # shellcheck disable=SC2086  # one word a log
        awk '/^\[ .* \] row_[a-z0-9_]+$/ { print "result", $NF, $2 == "OK" ? "ok" : $2 }' $logs
        tests
    } | awk '
        $1 == "result" { if ($3 != "RUN") became[$2] = $3; else if (!became[$2]) became[$2] = "died"; next }
        BEGIN { print "| row | test | program | result |\n| --- | --- | --- | --- |" }
        {
            gsub("_", " ", $4)
            print "| " $1 " | " $4 " | " $2 " | " ($3 in became ? became[$3] : "not run") " |"
            if ($1 != row) count++
            row = $1
        }
        END { printf "\n%d of 138 rows have a test of their name.\n", count }' >"$B/rows.md"
}

readme() { # with the table of today
    table >"$B/rows.table" && awk -v begin="$BEGIN" -v end="$END" -v table="$B/rows.table" '
        $0 == end { inside = 0 }
        !inside { print }
        $0 == begin { inside = 1; while ((getline line <table) > 0) print line }' "$README"
}

mkdir -p "$B"
case ${1:-} in
results) results ;;
check)
    readme >"$B/rows.readme"
    cmp -s "$B/rows.readme" "$README" || {
        echo "rows: $README does not name the rows that have tests; run: make rows" >&2
        diff "$README" "$B/rows.readme" | sed -n '1,20s/^/    | /p' >&2
        exit 1
    }
    ;;
write) readme >"$B/rows.readme" && cp "$B/rows.readme" "$README" ;;
*)
    echo 'rows.sh: results, check or write' >&2
    exit 1
    ;;
esac
