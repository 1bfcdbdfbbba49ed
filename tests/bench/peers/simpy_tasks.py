# SPDX-License-Identifier: GPL-3.0-or-later
"""Independent tasks on a pool of slots, on SimPy 4: each takes a slot for an exponential time.

usage: simpy_tasks.py NODES TASKS CSV   (appends one row to CSV; 8 slots a node)
"""
import random
import sys
import time

import simpy


def task(environment, slots, seconds):
    with slots.request() as slot:
        yield slot
        yield environment.timeout(seconds)


def main():
    nodes, tasks, csv = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    environment, generator = simpy.Environment(), random.Random(1)
    start = time.process_time()
    slots = simpy.Resource(environment, capacity=8 * nodes)
    for _ in range(tasks):
        environment.process(task(environment, slots, generator.expovariate(1 / 60)))
    environment.run()
    each = 1e9 * (time.process_time() - start) / tasks
    print(f"{'simpy tasks':<18} {nodes:>9} {each:9.0f} ns a task")
    with open(csv, "a", encoding="utf-8") as out:
        out.write(f"simpy.tasks,{nodes},{each:.0f},ns,,\n")


main()
