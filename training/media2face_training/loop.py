"""What every training script shares: a budget with a cosine rate, a log, checkpoints to resume from."""

import math
import os
import time

import torch

from . import stages


class Loop:
    """Iterates until its budget, minutes or `steps`, is spent, counting earlier runs found in the checkpoint.

    A run of a number of steps repeats from its seed. A checkpoint of another `configuration` is refused.
    """

    def __init__(self, path, minutes, rate, modules, optimiser, warmup=100, log_every=30.0, keep_every=60.0, steps=None,
                 configuration=None):
        self.path, self.rate, self.warmup = path, rate, warmup
        self.budget, self.steps, self.configuration = (minutes or 0) * 60, steps, stages.plain(configuration or {})
        self.modules, self.optimiser = modules, optimiser
        self.log_every, self.keep_every = log_every, keep_every
        self.step, self.elapsed, self.sums, self.count = 0, 0.0, {}, 0
        if os.path.exists(path):
            state = torch.load(path, weights_only=False)
            stages.require(self.configuration, state.get("configuration", {}), path)
            for name, module in modules.items():
                module.load_state_dict(state["modules"][name])
            optimiser.load_state_dict(state["optimiser"])
            self.step, self.elapsed = state["step"], state["elapsed"]
            print(f"resumed at step {self.step}, {self.elapsed:.0f} s", flush=True)

    @property
    def done(self):
        """Share of the budget that is spent."""
        return self.step / self.steps if self.steps else self.elapsed / self.budget

    def __iter__(self):
        last = logged = kept = time.time()
        while (done := self.done) < 1:
            scale = min(1, (self.step + 1) / self.warmup) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))
            for group in self.optimiser.param_groups:
                group["lr"] = self.rate * scale * group.get("factor", 1.0)
            yield self.step
            self.step += 1
            now = time.time()
            self.elapsed += now - last
            last = now
            if now - logged > self.log_every:
                logged = now
                self.log()
            if now - kept > self.keep_every:
                kept = now
                self.save()
        self.log()
        self.save()

    def note(self, **values):
        """Adds values to the averages that the next log line prints."""
        self.count += 1
        for name, value in values.items():
            self.sums[name] = self.sums.get(name, 0.0) + float(value)

    def log(self):
        """One line: step, seconds, averages since the last line."""
        parts = " ".join(f"{k} {v / max(self.count, 1):.4f}" for k, v in self.sums.items())
        of = f" of {self.steps}" if self.steps else ""
        print(f"step {self.step}{of} {self.elapsed:.0f} s {parts}", flush=True)
        self.sums, self.count = {}, 0

    def save(self):
        """Writes the checkpoint aside and renames it."""
        state = dict(modules={n: m.state_dict() for n, m in self.modules.items()}, configuration=self.configuration,
                     optimiser=self.optimiser.state_dict(), step=self.step, elapsed=self.elapsed)
        torch.save(state, f"{self.path}.new")
        os.replace(f"{self.path}.new", self.path)
