"""Runs a program with the guard of tests/rt preloaded, and reads what it wrote down."""
import os
import subprocess


class Report:
    """Convictions of one run: {(rung, name): count}, the brackets judged, the rungs that this machine has."""

    def __init__(self, text):
        head, *lines = text.splitlines()
        words = head.split()
        self.brackets = int(words[1])
        self.rungs = {int(word) for word in words[3:]}
        self.convictions = {}
        self.stacks = {}
        for line in lines:
            entry, *stack = line.split("\t")
            rung, name, count = entry.split()
            self.convictions[int(rung), name] = int(count)
            self.stacks[int(rung), name] = stack

    def convicted(self, rung):
        """Names that one rung convicted, with counts."""
        return {name: count for (at, name), count in self.convictions.items() if at == rung}

    def __str__(self):
        return "\n".join(f"rung {rung}: {name} {count} times\n    " + "\n    ".join(self.stacks[rung, name])
                         for (rung, name), count in self.convictions.items())


def run_guarded(command, folder, warm_up=1, **options):
    """The finished process and its report."""
    path = os.path.join(folder, "guard-report")
    environment = {**os.environ, **options.pop("env", {}), "LD_PRELOAD": os.environ["GUARD"], "GUARD_REPORT": path,
                   "GUARD_WARM_UP": str(warm_up)}
    run = subprocess.run(list(map(str, command)), env=environment, stdin=subprocess.DEVNULL, text=True,
                         capture_output=True, timeout=300, **options)
    with open(path, encoding="utf-8", errors="replace") as file:
        return run, Report(file.read())
