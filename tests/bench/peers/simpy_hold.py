# SPDX-License-Identifier: GPL-3.0-or-later
"""The hold model on SimPy 4: N processes, each waits an exponential time, again and again.

usage: simpy_hold.py ACTORS HOLDS CSV   (appends one row to CSV)
"""
import random
import sys
import time

import simpy


class Holder:
    def __init__(self, environment, generator):
        self.environment = environment
        self.generator = generator
        self.holds = 0

    def live(self):
        timeout, draw = self.environment.timeout, self.generator.expovariate
        while True:
            yield timeout(draw(1.0))
            self.holds += 1


def main():
    actors, wanted, csv = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    environment, generator = simpy.Environment(), random.Random(1)
    holders = [Holder(environment, generator) for _ in range(actors)]
    for holder in holders:
        environment.process(holder.live())
    environment.run(until=1e-9)
    begin = sum(holder.holds for holder in holders)
    start = time.process_time()
    environment.run(until=wanted / actors)
    seconds = time.process_time() - start
    each = 1e9 * seconds / (sum(holder.holds for holder in holders) - begin)
    print(f"{'simpy hold':<18} {actors:>9} {each:9.0f} ns")
    with open(csv, "a", encoding="utf-8") as out:
        out.write(f"simpy.hold,{actors},{each:.0f},ns,,\n")


main()
