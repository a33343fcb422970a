# SPDX-License-Identifier: GPL-2.0-only
"""What the developer's page names is there: functions, classes, constants, files."""
import re

import pytest

from tree import ROOT, cxx_files, read

PAGE = "doc/developer.rst"
EXAMPLES = {"NAME", "FILE", "ROOM"}    # in paths that stand for any
LATER = {"build/env.sh", "kk/"}        # what a build makes; a room that need not be there


def named(page):
    """(functions, other names in the style of C++, paths) of a page."""
    functions = set(re.findall(r"(?:\w+::)?(\w+)\(\)", page))
    quoted = set(re.findall(r"``([^`\s]+)``", page))
    names = {q for q in quoted if re.fullmatch(r"[A-Z][a-z]+[A-Z]\w+|[A-Z]+_[A-Z_]+", q)}
    names |= set(re.findall(r"\b(\w+)::\w+\(\)", page))
    paths = {q for q in quoted if "/" in q and re.fullmatch(r"[\w./-]+", q)}
    paths = {p for p in paths if not EXAMPLES & set(re.split(r"\W|_", p))}
    return functions, names, paths - LATER


def missing(page, code, exists):
    """Names of a page that are not in the code, and paths that do not exist."""
    functions, names, paths = named(page)
    words = set(re.findall(r"\w+", code))
    called = set(re.findall(r"\b(\w+)(?=\()", code))
    return sorted((functions - called) | (names - words) | {p for p in paths if not exists(p)})


def exists(path):
    """Whether a path of the page is below ROOT, src/ or a room of it."""
    rooms = [ROOT, *(ROOT / top for top in ("src", "src/deepsea", "src/deepsea/file"))]
    return any((room / path).exists() for room in rooms)


@pytest.fixture(scope="module", name="code")
def all_code():
    """Sources, tests and their helpers as one text."""
    texts = [read(p) for p in cxx_files("src")]
    return "\n".join([*texts, read("unittest/decks/deck.py"), "pytest.skip( ", "LBS_CACHE"])


def test_names_are_there(code):
    functions, names, paths = named(read(PAGE))
    assert len(functions) > 25 and len(names) > 8 and len(paths) > 10
    assert missing(read(PAGE), code, exists) == []


def test_stale_names_are_found(code):
    page = ("``NoSuchRoom::of_the_kind()`` and CenterBatch::evaluate() use ``NoSuchClass``, "
            "``InputError``, ``NO_SUCH``, ``src/no/such.hpp``, ``src/fmp/``, "
            "``src/fmp/NAME.cpp``\n")
    assert missing(page, code, exists) == ["NO_SUCH", "NoSuchClass", "NoSuchRoom", "of_the_kind",
                                          "src/no/such.hpp"]
