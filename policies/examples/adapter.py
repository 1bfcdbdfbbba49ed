#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs an AdaptiveCheckpointController, as it is, under the simulated clock.

adaptive_controller.py is not shipped: put yours where Python finds it. The scenario needs steps.

PYTHONPATH=folder/of/yours cairn run my.yaml --allow-exec \
    --set 'controller={process: [python3, adapter.py], params: {budget_checkpoints: 3}}'
"""
import json
import sys

out, sys.stdout = sys.stdout, sys.stderr  # the controller prints; only answers go to cairn
from adaptive_controller import AdaptiveCheckpointController  # noqa: E402

TYPES = {"budget_checkpoints": int, "cost_threshold": float, "learning_rate": float}
for line in sys.stdin:
    m = json.loads(line)
    if m["event"] == "begin":
        if not m["shape"]["step"] and not m["shape"]["stages"]:
            sys.exit("adapter.py: this controller decides at step ends; give the job steps or stages")
        kinds = {key: TYPES[key](text) for key, text in m["params"].items()}
        controller, last = AdaptiveCheckpointController(**kinds), None
        overhead = m["shape"]["checkpoint_cost"] / 1e9
        answer = {"ready": 1, "hears": ["step", "checkpoint_done", "recovered"]}
    elif m["event"] == "step":
        last = (m["name"], m["cost"] / 1e9)
        for _ in range(m["n"]):
            controller.observe(*last)
    elif m["event"] == "checkpoint_done":
        overhead = m["cost"] / 1e9
    elif m["event"] == "recovered" and m["restorable"]:
        controller.adjust_policy(m["work_protected"] / 1e9, overhead)
    elif m["event"] == "decide":  # a step has ended, unless it is the start or a restore
        is_due = last is not None and controller.should_checkpoint(*last)
        last = None
        action = "checkpoint" if is_due else "skip"
        answer = {"action": action, "ask": "step", "at": m["step_index"] + 1}
    if "request" in m:
        print(json.dumps({"request": m["request"], **answer}), file=out, flush=True)
