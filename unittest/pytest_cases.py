#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Cases of pytest as entries of ctest; PytestCases.cmake calls this.

    pytest_cases.py collect FOLDER PREFIX LIST EXCLUDE    writes LIST, a line of CMake an entry
    pytest_cases.py batch FILE RECORDS                    runs all cases of a file
    pytest_cases.py case NODE RECORDS                     says how one case went; 77 means skipped

Cases of a file share what is dear: the start of pytest, converted models, decks that several of
them look at. So an entry FILE.batch runs them all, and writes down how each went. The entry of a
case then only reports that. It does so if the batch ran under the same ctest; otherwise, as with
`ctest -R NAME`, after a crash of the batch, or when ctest repeats a test, it runs its case itself.
"""
import contextlib
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

SKIPPED = 77    # as in PytestCases.cmake
ID_LENGTH = 70


class Recorder:
    """Plugin of pytest: calls `record(node, outcome, text)` after each case, its teardown too."""

    def __init__(self, record):
        self.record = record
        self.reports = []

    def pytest_runtest_logreport(self, report):
        """Collect the reports of setup, call and teardown."""
        self.reports.append(report)

    def pytest_runtest_logfinish(self, nodeid):
        """Hand over how the case went as a whole."""
        self.record(nodeid, *verdict(self.reports))
        self.reports = []


def verdict(reports):
    """Outcome of a case and the text that explains it, from its reports."""
    failed = [r for r in reports if r.failed]
    if failed:
        texts = []
        for report in failed:
            texts.append(f"{report.nodeid}, {report.when}\n{report.longreprtext}")
            texts += [f"--- {title}\n{text}" for title, text in report.sections]
        return "failed", "\n".join(texts)
    skipped = [r for r in reports if r.skipped]
    if skipped:
        reason = skipped[0].longrepr
        return "skipped", str(reason[2] if isinstance(reason, tuple) else reason)
    return "passed", f"{sum(r.duration for r in reports):.2f} s"


def run_pytest(what, record, *options):
    """Exit status of pytest for a file or one node of it."""
    import pytest    # pylint: disable=import-outside-toplevel  # not needed to report
    return pytest.main(["-q", "-p", "no:cacheprovider", *options, str(what)],
                       plugins=[Recorder(record)])


def this_ctest():
    """What tells the ctest that started this process from any other, earlier ones included."""
    parent = os.getppid()
    with contextlib.suppress(OSError):
        stat = pathlib.Path(f"/proc/{parent}/stat").read_text(encoding="utf-8")
        return f"{parent} started {stat.rpartition(')')[2].split()[19]}"
    return str(parent)


def record_path(records, node):
    """File for the outcome of a case."""
    return records / (hashlib.sha256(node.encode()).hexdigest()[:20] + ".json")


def local_name(node):
    """A node as FILE::NAME, without folders, which depend on where pytest looks from."""
    return node[node.rfind("/", 0, node.find("::") + 1) + 1:]


def batch(file, records):
    """Run a file. Success says that every case came to its end, not that each passed."""
    shutil.rmtree(records, ignore_errors=True)
    records.mkdir(parents=True)
    counts = dict.fromkeys(("passed", "failed", "skipped"), 0)

    def record(node, outcome, text):
        counts[outcome] += 1
        target = record_path(records, local_name(node))
        part = target.with_suffix(".part")
        part.write_text(json.dumps([outcome, text]), encoding="utf-8")
        part.replace(target)

    (records / "ctest").write_text(this_ctest(), encoding="utf-8")
    status = run_pytest(file, record)
    print(", ".join(f"{n} {outcome}" for outcome, n in counts.items()),
          "- each is an entry of its own")
    return 0 if status in (0, 1) and sum(counts.values()) > 0 else 1


def case(node, records):
    """Report one case of a batch of the same ctest, or run it."""
    outcomes = []
    record = record_path(records, local_name(node))
    with contextlib.suppress(OSError):
        if (records / "ctest").read_text(encoding="utf-8") == this_ctest():
            outcomes.append(json.loads(record.read_text(encoding="utf-8")))
            record.unlink()    # asked again, as by ctest --repeat, the case runs anew
    if not outcomes:
        status = run_pytest(node, lambda _, *outcome: outcomes.append(outcome))
        if len(outcomes) != 1:
            print(f"pytest found {len(outcomes)} cases and ended with {int(status)}")
            return 1
        outcomes[0] = outcomes[0][0], "see above"
    outcome, text = outcomes[0]
    print(f"{outcome}: {text}")
    return {"passed": 0, "skipped": SKIPPED}.get(outcome, 1)


def entry_names(prefix, nodes):
    """Name of ctest for each node: PREFIX.FILE.CASE/PARAMETERS, in letters without a meaning in
    regular expressions other than the point.
    """
    names = {}
    for node in nodes:
        path, _, parameters = node.partition("[")
        file, *functions = path.split("::")
        words = [pathlib.Path(file).stem, *functions]
        name = ".".join([prefix, *(w.removeprefix("test_") for w in words)])
        if parameters:
            name += "/" + re.sub(r"[^\w.=-]+", "_", parameters[:-1])[:ID_LENGTH].strip("_")
        unique, count = name, 1
        while unique in names:
            count += 1
            unique = f"{name}_{count}"
        names[unique] = node
    return names


def cmake_lines(prefix, files, nodes):
    """A call of lbs_pytest_entry for each entry."""
    lines = []
    for file in files:
        name = f"{prefix}.{file.stem.removeprefix('test_')}.batch"
        lines.append(f"lbs_pytest_entry({name} batch [==[{file.name}]==] {name})")
        mine = [n for n in nodes if n.startswith(file.name + "::")]
        lines += [f"lbs_pytest_entry({entry} case [==[{node}]==] {name})"
                  for entry, node in entry_names(prefix, mine).items()]
    return "\n".join(lines) + "\n"


def collect(folder, prefix, target, exclude):
    """Write the entries of the test_*.py of a folder whose names do not match `exclude`, unless
    they are known and nothing changed. A file that cannot be read has no cases; its batch then
    fails and tells why.
    """
    digest = hashlib.sha256(pathlib.Path(__file__).read_bytes())
    for path in sorted(folder.glob("*.py")):
        digest.update(path.name.encode() + path.read_bytes())
    head = f"# {prefix} without '{exclude}' {digest.hexdigest()}\n"
    if target.exists() and target.read_text(encoding="utf-8").startswith(head):
        return
    done = subprocess.run([sys.executable, "-m", "pytest", "--collect-only", "-q",
                           "--continue-on-collection-errors", "-p", "no:cacheprovider",
                           str(folder)], capture_output=True, text=True, check=False)
    nodes = [local_name(line) for line in done.stdout.splitlines()
             if re.match(r"\S*test_\w+\.py::", line)]
    files = [f for f in sorted(folder.glob("test_*.py")) if not re.fullmatch(exclude, f.name)]
    text = cmake_lines(prefix, files, nodes)
    part = target.with_suffix(f".{os.getpid()}")
    part.write_text((head if done.returncode == 0 else "") + text, encoding="utf-8")
    part.replace(target)


def main(task, *words):
    """Dispatch; see the head of this file."""
    if task == "collect":
        folder, prefix, target, exclude = words
        return collect(pathlib.Path(folder), prefix, pathlib.Path(target), exclude)
    what, records = words
    return {"batch": batch, "case": case}[task](what, pathlib.Path(records))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
