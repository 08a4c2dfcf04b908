"""Runs one pytest file and reports each of its cases to meson as TAP.

Everything a test prints goes to stderr, so that stdout is nothing but TAP.
"""
import os
import sys

import pytest


class Tap:
    """Prints one line a case, whatever the number of reports pytest makes for it."""

    def __init__(self, stream):
        self.stream = stream
        self.count = 0
        self.pending = None

    def line(self, text):
        print(text, file=self.stream, flush=True)

    def case(self, passed, name, note=""):
        self.count += 1
        # '#' would begin a directive of TAP's own.
        name = name.replace("#", "no. ").replace("\n", " ")
        self.line(f"{'ok' if passed else 'not ok'} {self.count} - {name}{note}")

    def pytest_runtest_logreport(self, report):
        name = report.nodeid.partition("::")[2]
        if report.failed:
            if report.when == "teardown" and self.pending is not None:
                name, self.pending = self.pending + " (clean-up)", None
            self.case(False, name)
            for text in str(report.longrepr).splitlines():
                self.line(f"# {text}")
        elif report.skipped:
            why = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            why = why.removeprefix("Skipped: ").replace("\n", " ")
            self.case(True, name, f" # SKIP {why}")
        elif report.when == "call":
            self.case(True, name)
            self.pending = name

    def pytest_collectreport(self, report):
        if report.failed:
            self.case(False, "the file can be loaded")
            for text in str(report.longrepr).splitlines():
                self.line(f"# {text}")

    def pytest_sessionfinish(self):
        self.line(f"1..{self.count}")


def main(arguments):
    tests = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    stream = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    name = os.path.splitext(os.path.basename(arguments[0]))[0]
    folder = os.path.basename(os.path.dirname(os.path.abspath(arguments[0])))
    results = []
    if "GPH_BUILD" in os.environ:
        results = [f"--junitxml={os.environ['GPH_BUILD']}/junit/{folder}-{name}.xml"]
    return pytest.main(
        [f"--rootdir={tests}", f"--confcutdir={tests}", "-p", "no:cacheprovider", "-q",
         "-c", os.path.join(tests, "pytest.ini"),
         *results, *arguments],
        plugins=[Tap(stream)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
