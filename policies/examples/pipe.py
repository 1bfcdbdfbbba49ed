#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Young's or Daly's interval over a pipe: the protocol of PROTOCOL.md in thirty lines.

cairn run two-node --allow-exec \
    --set 'controller={process: [python3, pipe.py], params: {mtbf_s: 480, rule: daly}}'
"""
import json
import math
import sys


def interval_ns(shape, params):
    cost, mtbf = shape["checkpoint_cost"] / 1e9, float(params["mtbf_s"])
    x = math.sqrt(cost / (2 * mtbf))
    if params.get("rule", "daly") == "young":
        interval = math.sqrt(2 * cost * mtbf)
    elif cost < 2 * mtbf:
        interval = math.sqrt(2 * cost * mtbf) * (1 + x / 3 + x * x / 9) - cost
    else:
        interval = mtbf
    return round(interval * 1e9)


for line in sys.stdin:
    message = json.loads(line)
    if message["event"] == "begin":  # a new replication: forget everything
        interval = interval_ns(message["shape"], message["params"])
        answer = {"ready": 1, "hears": []}
    else:
        is_due = message["work_since"] >= interval
        answer = {"action": "checkpoint" if is_due else "skip", "ask": "work", "at": interval}
    answer["request"] = message["request"]
    print(json.dumps(answer), flush=True)
