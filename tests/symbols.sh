#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What the objects between a seed and an event may call, read from the objects themselves.
#
# Source text can hide a call (a macro, a builtin that was not expanded); an undefined symbol
# cannot. Three rules, over sim/base, sim/kernel, sim/model and policies:
#   - nobody calls libm (but for what IEEE 754 makes exact), GSL, qsort, rand, a clock, a shell;
#   - memory comes from sim/base/arena and the event queues alone, files from sim/base/io alone;
#   - policies call sim/base/fmath and a handful of string functions, nothing else.
set -u
B=${B:-build}
objects=$(find "$B/sim/base" "$B/sim/kernel" "$B/sim/model" "$B/policies" -name '*.o' 2>/dev/null |
    LC_ALL=C sort)
[ -n "$objects" ] || { echo "symbols: nothing is built in $B" >&2; exit 1; }

# shellcheck disable=SC2086  # one word an object
nm -A $objects | sed 's/@.*//' | awk -v root="$B/" '
    function ban(names, cure,    list, count, i) {
        count = split(names, list, " ")
        for (i = 1; i <= count; i++) banned[list[i]] = cure
    }
    function say(object, name, cure) {
        printf "%s: error: calls %s; %s\n", object, name, cure
        bad++
    }
    BEGIN {
        maths = "acos acosh asin asinh atan atan2 atanh cbrt cos cosh erf erfc exp exp10 exp2 expm1" \
            " fma fmod hypot j0 j1 jn lgamma log log10 log1p log2 pow remainder sin sincos sinh tan" \
            " tanh tgamma y0 y1 yn"
        count = split(maths, list, " ")
        for (i = 1; i <= count; i++) {
            stem = list[i]
            ban(stem " " stem "f " stem "l __" stem "_finite", "libm differs between CPUs: use sim/base/fmath.h")
        }
        ban("qsort qsort_r", "its stability differs between C libraries: use sort_stable")
        ban("rand srand random srandom drand48 getrandom arc4random", "use random_uniforms")
        ban("time clock gettimeofday localtime gmtime strftime", "there is no wall clock in a run")
        ban("system popen fork execv execve execvp dlopen dlsym", "no shell, no foreign code")
        ban("setlocale getenv setenv", "there is no environment in a run")
        ban("printf puts putchar fprintf fputs fwrite exit _exit __printf_chk __fprintf_chk", \
            "only sim/cli prints and exits")
        count = split("malloc calloc realloc aligned_alloc posix_memalign memalign free", list, " ")
        for (i = 1; i <= count; i++) memory[list[i]] = 1
        split("sim/base/arena.o sim/kernel/eventq.o sim/kernel/heapq.o", list, " ")
        for (i in list) may_allocate[list[i]] = 1
        count = split("open open64 __open_2 openat read write close fsync rename unlink clock_gettime", list, " ")
        for (i = 1; i <= count; i++) files[list[i]] = 1
        policy = "^(cairn_.*|fmath_.*|mem(cpy|set|move|cmp)|str(n?cmp|n?len|chr)|v?snprintf" \
            "|__(v?snprintf|memcpy|memset|memmove)_chk|__stack_chk_fail|__assert_fail" \
            "|_GLOBAL_OFFSET_TABLE_|__(asan|ubsan)_.*)$"
    }
    {
        name = $NF
        object = $1
        sub(/:.*/, "", object)
        object = substr(object, length(root) + 1)
        seen[object]
        if ($(NF - 1) !~ /^[Uw]$/) {
            if (object ~ /^policies\//) own[name]
            next
        }
        if (object == "sim/base/io.o" && name == "getenv") next # COLUMNS, for a terminal
        if (name in banned) say(object, name, banned[name])
        else if (name ~ /^gsl_/) say(object, name, "GSL belongs in analysis/")
        else if (name in memory && !(object in may_allocate)) say(object, name, "use the arena")
        else if (name in files && object != "sim/base/io.o") say(object, name, "use sim/base/io.h")
        else if (object ~ /^policies\// && name !~ policy)
            policy_calls[object " " name]
    }
    END {
        for (key in policy_calls) {
            split(key, part, " ")
            if (!(part[2] in own)) say(part[1], part[2], "a policy calls only sim/base/fmath.h and string.h")
        }
        for (object in seen) count_seen++
        printf "symbols: %d objects, %d errors\n", count_seen, bad
        exit bad > 0
    }'
