#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Live runs against cairn's prediction: one recorded run, a scenario fitted from its log, then RUNS
# further live runs for each of three controllers, whose mean time and checkpoints are compared with
# simulated ones. Every log is replayed as well. Takes about RUNS * 12 seconds.
#   CAIRN=path/of/cairn LIVE=path/of/live [RUNS=20] [STEPS=800] sh measure.sh
set -eu
runs=${RUNS:-20} steps=${STEPS:-800} mtbf=1s names='daly online adaptive'
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# live FOLDER WORDS…: one run; its log is FOLDER/log
live() {
  rm -rf "$out/run" && mkdir "$out/run"
  log=$1 && shift
  "$LIVE" --dir "$out/run" --log "$log" --mtbf $mtbf "$@" >/dev/null
}

live "$out/calibration" --steps $((8 * steps)) --seed 1000
"$CAIRN" fit "$out/calibration" -o "$out/fitted.yaml" >/dev/null
cat "$out/fitted.yaml"
step=$(sed -n 's/^ *step: *\([^#]*[^ #]\) *#.*/\1/p' "$out/fitted.yaml")
checkpoint=$(sed -n 's/^ *checkpoint: *\([^#]*[^ #]\) *#.*/\1/p' "$out/fitted.yaml")
fitted_mtbf=$(sed -n 's/.*exponential: \([^}]*\)}.*/\1/p' "$out/fitted.yaml")
work=$(echo "$step" | awk -v n="$steps" '{
  split("ns 1 us 1e3 ms 1e6 s 1e9", u, " ")
  for (i = 1; i < 8; i += 2) if (u[i] == $2) printf "%.0f ns", $1 * u[i + 1] * n }')

# predict CONTROLLER MTBF: mean and standard error of makespan and of completed checkpoints
predict() {
  "$CAIRN" run "$out/fitted.yaml" --reps 4000 --csv --set "workload.group.work=$work" \
    --set "controller=$1" --set "faults.node.uptime={exponential: $2}" | summary
}

# Of CSV with the columns makespan_ns and completed, anywhere.
summary() {
  awk -F, '
    !/^#/ && !m { for (i = 1; i <= NF; i++) { if ($i == "makespan_ns") m = i
                                            if ($i == "completed") c = i } next }
    !/^#/ && m { n++; t = $m / 1e9; a += t; aa += t * t; b += $c; bb += $c * $c }
    END { a /= n; b /= n
          printf "%.4f %.4f %.3f %.3f", a, sqrt((aa / n - a * a) / (n - 1)), b,
                                        sqrt((bb / n - b * b) / (n - 1)) }'
}

echo
printf '%-9s %-17s %-17s %-7s %-7s %-13s %-13s %-7s %-7s\n' controller 'live: s' 'cairn: s' \
  'error' 'by MTBF' 'live: ckpts' 'cairn: ckpts' 'error' 'by MTBF'
words() {
  case $1 in
    daly) echo "mtbf=1s" ;;
    *) echo "prior=1s,min_interval=10ms" ;;
  esac
}

# The controllers take turns, so that a machine that gets busier is so for all of them.
seed=1
for name in $names; do echo "makespan_ns,completed,step_ns" >"$out/$name.csv"; done
while [ $seed -le $((3 * runs)) ]; do
  for name in $names; do
    live "$out/log" --controller "$name:$(words "$name")" --steps "$steps" --seed $seed \
      --checkpoint "$checkpoint"
    "$CAIRN" replay --happenings "$out/log" >/dev/null || { echo "a verdict differs"; exit 1; }
    awk '/"checkpoint_done"/ { c++ }
         /"event": "step"/ { s++; sub(/.*"cost": /, ""); t += $0 + 0 }
         /"end"/ { sub(/.*"now": /, ""); print $0 + 0 "," c + 0 "," t / s }' \
      OFMT=%.0f CONVFMT=%.0f "$out/log" >>"$out/$name.csv"
    seed=$((seed + 1))
  done
done

for name in $names; do
  form="{name: $name, $(words "$name" | sed 's/=/: /g; s/,/, /g')}"
  # shellcheck disable=SC2046  # four numbers each
  set -- $(summary <"$out/$name.csv") $(predict "$form" "$fitted_mtbf") $(predict "$form" "1 s")
  awk -v n=$name -v a="$1" -v ae="$2" -v b="$3" -v be="$4" -v p="$5" -v pe="$6" -v q="$7" \
    -v qe="$8" -v r="$9" -v t="${11}" 'BEGIN {
      printf "%-9s %.3f ± %-9.3f %.3f ± %-9.3f %+5.1f %% %+5.1f %% ", n, a, ae, p, pe,
             100 * (p / a - 1), 100 * (r / a - 1)
      printf "%5.1f ± %-5.1f %5.1f ± %-5.1f %+5.1f %% %+5.1f %%\n", b, be, q, qe,
             100 * (q / b - 1), 100 * (t / b - 1) }'
done
echo "Live steps took on average: $(cat "$out"/*.csv | awk -F, '$3 + 0 > 0 { n++; t += $3 }
  END { printf "%.3f ms", t / n / 1e6 }'), in the log that was fitted: $step."
echo "$((seed - 1)) logs replayed: every verdict equal."
