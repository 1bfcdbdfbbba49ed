# SPDX-License-Identifier: GPL-3.0-or-later
"""The checkpoint scenario of bench_ckpt.c on SimPy 4: a process a host, one for its work.

usage: simpy_ckpt.py HOSTS HOURS CSV   (appends one row to CSV)
"""
import random
import sys
import time

import simpy

HOUR, MTBF = 3600.0, 1000 * 3600.0


class World:
    def __init__(self):
        self.environment = simpy.Environment()
        self.computes = self.writes = self.failures = self.repairs = 0

    def work(self, phase):
        timeout = self.environment.timeout
        try:
            if phase:
                yield timeout(phase)
            while True:
                yield timeout(HOUR)
                self.computes += 1
                yield timeout(60.0)
                self.writes += 1
        except simpy.Interrupt:
            return

    def host(self, index):
        generator = random.Random(index)
        phase = 7919 * (index + 1) % 3660
        while True:
            worker = self.environment.process(self.work(phase))
            phase = 0
            yield self.environment.timeout(generator.expovariate(1 / MTBF))
            self.failures += 1
            worker.interrupt()
            yield self.environment.timeout(generator.expovariate(1 / HOUR))
            self.repairs += 1


def main():
    hosts, hours, csv = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3]
    world = World()
    for index in range(hosts):
        world.environment.process(world.host(index))
    start = time.process_time()
    world.environment.run(until=hours * HOUR)
    seconds = time.process_time() - start
    events = world.computes + world.writes + world.failures + world.repairs
    each = 1e9 * seconds / events
    print(f"{'simpy ckpt':<18} {hosts:>9} {each:9.0f} ns, {events} events")
    with open(csv, "a", encoding="utf-8") as out:
        out.write(f"simpy.ckpt,{hosts},{each:.0f},ns,,\n")


main()
