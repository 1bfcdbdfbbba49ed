# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for the adaptive controller that adapter.py runs: the same three calls, written anew
from its description. It prints, as the original does, so that the adapter has something to hold
back."""


class AdaptiveCheckpointController:
    def __init__(self, budget_checkpoints=3, cost_threshold=0.35, learning_rate=0.1):
        self.budget, self.used = budget_checkpoints, 0
        self.threshold, self.rate = cost_threshold, learning_rate
        self.longest = 1e-6

    def observe(self, task, runtime):
        self.longest = max(self.longest, runtime)
        print(f"[STAND-IN] {task} took {runtime}")

    def should_checkpoint(self, task, estimate):
        decision = self.used < self.budget and estimate / self.longest >= self.threshold
        self.used += decision
        return decision

    def adjust_policy(self, saved, overhead):
        benefit = saved - overhead
        sign = -1 if benefit > 0 else 1
        delta = sign * self.rate * abs(benefit) / (abs(benefit) + 1)
        self.threshold = max(0.05, min(1.0, self.threshold + delta))
        print(f"[ADAPT] New cost threshold: {self.threshold:.3f} (benefit={benefit:.3f})")
