"""count.py BUILD TESTLOG: one line a test case (result, name, reason) from the log that meson wrote.

A case is a line of TAP, or the whole test where it speaks no TAP. A test that ended badly without a failed
case of its own (a crash, a limit, a plan not kept) is one failed case.
"""
import json
import re
import sys

CASE = re.compile(r"^(not )?ok\b *\d* *-? *(.*?)(?: *# *(SKIP|TODO)\b[: ]*(.*))?$", re.IGNORECASE)

PLAN = re.compile(r"^1\.\.0 *# *SKIP *(.*)$", re.MULTILINE | re.IGNORECASE)


def cases(test):
    """(result, name, reason) of each case of one test of the log."""
    n_failed = 0
    n_cases = 0
    for line in (test.get("stdout") or "").splitlines():
        match = CASE.match(line)
        if not match or line.startswith(" "):
            continue
        bad, name, directive, reason = match.groups()
        n_cases += 1
        if directive and directive.upper() == "SKIP":
            yield "skipped", name, reason
        elif bad:
            n_failed += 1
            yield "failed", name, ""
        else:
            yield "passed", name, ""
    result = test["result"]
    if result in ("OK", "EXPECTEDFAIL"):
        if n_cases == 0:
            yield "passed", "", ""
    elif result == "SKIP":
        if n_cases == 0:
            plan = PLAN.search(test.get("stdout") or "")
            yield "skipped", "", plan.group(1) if plan else "the test says so"
    elif n_failed == 0:
        yield "failed", "", f"{result.lower()} (exit status {test.get('returncode')})"


def main(build, log):
    with open(log, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            test = json.loads(line)
            title = test["name"].rpartition(" / ")[2]
            for result, name, reason in cases(test):
                what = f"{build}: {title}" + (f": {name}" if name else "")
                print(result, what, reason or "", sep="\t")


if __name__ == "__main__":
    main(*sys.argv[1:])
