# SPDX-License-Identifier: GPL-2.0-only
"""Cases of pytest as entries of ctest, in a small project of their own: what fails is red, what is
skipped is shown as skipped, and nothing is lost when a file breaks or crashes.
"""
import re
import subprocess
import sys

import pytest

from tree import ROOT

PROJECT = f"""
cmake_minimum_required(VERSION 3.20)
project(small LANGUAGES NONE)
enable_testing()
set(LBS_PYTHON "{sys.executable}")
include("{ROOT}/unittest/PytestCases.cmake")
lbs_pytest_cases(small "${{CMAKE_CURRENT_SOURCE_DIR}}/cases" EXCLUDE "test_left_.*"
  ENVIRONMENT "WORDS=two words" PROPERTIES TIMEOUT 50)
"""
FILES = {
    "test_mixed.py": """
import os
import pytest

def test_environment():
    assert os.environ["WORDS"] == "two words"

@pytest.mark.parametrize("word", ["a b", "a;b", "q[z]::t/u", "w'k"])
def test_word(word):
    print("the word is", word)
    assert word != "a;b", "not this one"

def test_skipped():
    pytest.skip("no such machine")

@pytest.mark.skipif(True, reason="marked")
def test_marked():
    pass

@pytest.fixture
def broken_end():
    yield
    raise RuntimeError("at the end")

def test_end(broken_end):
    pass

@pytest.fixture(scope="module")
def dear(tmp_path_factory):
    with open(os.environ["COUNT"], "a") as file:
        file.write("x")

@pytest.mark.parametrize("n", [1, 2, 3])
def test_shares(dear, n):
    pass
""",
    "test_crash.py": """
import os

def test_before():
    pass

def test_dies():
    os.abort()

def test_after():
    pass
""",
    "test_broken.py": "import nothing_of_the_kind\n",
    "test_left_out.py": "def test_nothing():\n    pass\n",
}


class Project:
    """The small project, configured in a folder."""

    def __init__(self, folder):
        self.source, self.build, self.count = folder / "source", folder / "build", folder / "count"
        (self.source / "cases").mkdir(parents=True)
        (self.source / "CMakeLists.txt").write_text(PROJECT)
        for name, text in FILES.items():
            (self.source / "cases" / name).write_text(text.replace('os.environ["COUNT"]',
                                                                   repr(str(self.count))))
        subprocess.run(["cmake", "-G", "Ninja", "-S", self.source, "-B", self.build], check=True,
                       capture_output=True)

    def ctest(self, *words):
        """(outcome of each entry by name, all output) of a call of ctest."""
        done = subprocess.run(["ctest", "--test-dir", self.build, "-j2", *words], check=False,
                              capture_output=True, text=True)
        said = re.findall(r"^ *\d+/\d+ Test +#\d+: (\S+) \.+ *(\*\*\*)?([A-Z]\w+)", done.stdout,
                          re.MULTILINE)
        said += re.findall(r"^ *\d+/\d+ Test +#\d+: (\S+) \.+Subprocess aborted(\*\*\*)(Exc)",
                           done.stdout, re.MULTILINE)
        return {name: outcome for name, _, outcome in said}, done.stdout


@pytest.fixture(scope="module", name="project")
def configured(tmp_path_factory):
    """One project for all cases here."""
    return Project(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module", name="whole")
def run_of_all(project):
    """Outcomes and output of the whole of it."""
    return project.ctest("--output-on-failure")


def test_outcomes(whole):
    outcomes, _ = whole
    assert outcomes == {
        "small.mixed.batch": "Passed",
        "small.mixed.environment": "Passed",
        "small.mixed.word/a_b": "Passed",
        "small.mixed.word/a_b_2": "Failed",
        "small.mixed.word/q_z_t_u": "Passed",
        "small.mixed.word/w_k": "Passed",
        "small.mixed.skipped": "Skipped",
        "small.mixed.marked": "Skipped",
        "small.mixed.end": "Failed",
        "small.mixed.shares/1": "Passed",
        "small.mixed.shares/2": "Passed",
        "small.mixed.shares/3": "Passed",
        "small.crash.batch": "Exc",
        "small.crash.before": "Passed",
        "small.crash.dies": "Exc",
        "small.crash.after": "Passed",
        "small.broken.batch": "Failed",
    }


def test_what_failed_says_why(whole):
    _, output = whole
    for words in ("not this one", "the word is a;b", "RuntimeError: at the end",
                  "No module named 'nothing_of_the_kind'"):
        assert words in output


def test_cases_share_their_fixtures(whole, project):
    assert whole[0] and project.count.read_text() == "x"


@pytest.mark.parametrize("name, outcome", [
    ("small.mixed.word/q_z_t_u", "Passed"), ("small.mixed.word/a_b_2", "Failed"),
    ("small.mixed.skipped", "Skipped"), ("small.crash.before", "Passed")])
def test_one_alone(whole, project, name, outcome):
    """Its case is run, whatever an earlier ctest has left behind, and nothing else is."""
    assert whole[0] and project.ctest("-R", f"^{name}$")[0] == {name: outcome}


def test_new_case_is_found(project):
    path = project.source / "cases" / "test_new.py"
    path.write_text("def test_it():\n    assert 1 + 1 == 3\n")
    assert project.ctest("-R", "small.new")[0] == {"small.new.batch": "Passed",
                                                   "small.new.it": "Failed"}
    path.write_text("def test_it():\n    assert 1 + 1 == 2\n")
    assert project.ctest("-R", "small.new.it")[0] == {"small.new.it": "Passed"}
    path.unlink()
    assert project.ctest("-R", "small.new")[0] == {}


@pytest.mark.parametrize("allowed, status", [
    ([], 1), (["small\\.mixed\\.skipped"], 1), (["skipped", "marked"], 1), ([".*"], 0),
    (["small\\.mixed\\.(skipped|marked)"], 0)])
def test_skipped_ones_are_named(whole, tmp_path, allowed, status):
    """By cmake/skipped.sh, which test.sh calls."""
    log = tmp_path / "log"
    log.write_text(whole[1])
    done = subprocess.run(["bash", ROOT / "cmake" / "skipped.sh", log, *allowed], check=False,
                          capture_output=True, text=True)
    assert done.returncode == status, done.stdout + done.stderr
    names = [line.rpartition(" ")[2] for line in done.stdout.splitlines()]
    assert names == ["small.mixed.skipped", "small.mixed.marked"]
    assert ("that this system can run" in done.stderr) == (status != 0)


def test_nothing_skipped(tmp_path):
    log = tmp_path / "log"
    log.write_text("100% tests passed, 0 tests failed out of 3\n")
    done = subprocess.run(["bash", ROOT / "cmake" / "skipped.sh", log], check=False,
                          capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def collected(folder):
    """Whether pytest can read all files of a folder in one process, and what it says."""
    done = subprocess.run([sys.executable, "-m", "pytest", "--collect-only", "-q", "-p",
                           "no:cacheprovider", str(folder)], capture_output=True, text=True,
                          check=False)
    return done.returncode == 0, done.stdout + done.stderr


def test_all_decks_have_their_entries(tmp_path):
    """A file that pytest cannot read beside the others has no entries, though it runs alone: of two
    modules with one name, the first that is imported serves both.
    """
    good, words = collected(ROOT / "unittest" / "decks")
    assert good, words[-2000:]
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thing.py").write_text("")
    (tmp_path / "thing.py").write_text("NUMBER = 1\n")
    (tmp_path / "test_a.py").write_text(
        f"import sys\nsys.path.insert(0, {str(tmp_path / 'other')!r})\nimport thing\n"
        "def test_it():\n    assert thing\n")
    (tmp_path / "test_b.py").write_text(
        "from thing import NUMBER\n\ndef test_it():\n    assert NUMBER\n")
    good, words = collected(tmp_path)
    assert not good and "cannot import name 'NUMBER'" in words
