# SPDX-License-Identifier: GPL-2.0-only
"""Every message in doc/errors.rst is one of the sources, and the other way round."""
import functools
import pathlib
import re

import pytest

from cxx_messages import cxx_messages, cxx_tokens, reporters
from message import HOLE, Message
from messages import explains, page_messages, source_messages, unmatched

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = "doc/errors.rst"

# Sentences that are no messages of their own: lines of the log, and parts that others contain.
OTHER_TEXTS = (
    r"fmp/lbs: .*|deepsea: (?!~).*",
    "the LBS package authors",
    r"table error ~ of ~, channels ~",
    r"~ of at most ~",
    r"DeePMD-kit \.(dp|pth) file '~'~?",
    "of the other sign",
    "DeePMD-kit, PyTorch back end",
    "the fitting net of ~",
    "it gives no reason",
    "as asked for",
    "the shared Kokkos ~ of this LAMMPS",
    "the Kokkos inside liblammps",
    "4 Feb 2025 and 4 Jul 2026",
    "the order of the model's elements",
    r"#  step +rmse_val .*",
    "at its bound",
    r"# energies in eV an atom, those of the potential(.|\n)*",
    r"\n?(Deviations of absolute size|Cross-validation: each|Parameters without each)(.|\n)*",
    r"# energy and virial in eV/atom, [^~]*",
    r"add 'types EL ...' with one element for each of the ~ types, or NULL",
)


def other_text(message):
    """The entry of OTHER_TEXTS that a message is one of, or None."""
    text = message.text.replace(HOLE, "~")
    return next((known for known in OTHER_TEXTS if re.fullmatch(known, text)), None)


@functools.cache
def found():
    """(messages of the sources, those of the page, entries of OTHER_TEXTS that are used)."""
    sources = source_messages(ROOT)
    page = list(page_messages((ROOT / PAGE).read_text(encoding="utf-8"), PAGE))
    used = {other_text(m) for m in sources}
    return [m for m in sources if not other_text(m)], page, used


@functools.cache
def open_ends():
    """(messages that no page explains, messages of the page that no source gives)."""
    sources, page, _ = found()
    return unmatched(sources, page)


def listed(messages):
    """One line for each message, with '...' where the source puts in a value."""
    return "\n".join(f"{m.place}: {m.text.replace(HOLE, '{}')}" for m in messages)


def test_each_message_is_explained():
    sources, _, _ = found()
    unexplained, _ = open_ends()
    assert len(sources) > 300, "the sources are read"
    assert not unexplained, f"not in {PAGE}:\n{listed(unexplained)}"


def test_each_explanation_has_its_message():
    _, page, _ = found()
    _, without = open_ends()
    assert len(page) > 250, "the page is read"
    assert not without, f"of no source:\n{listed(without)}"


def test_other_texts_are_there():
    _, _, used = found()
    assert set(OTHER_TEXTS) == used - {None}


# What follows tries the reader of the sources and the comparison themselves.

CXX = r'''
// error->all(FLERR, "a comment is no message");
[[noreturn]] void fail(const std::string &message) { throw InputError("pair x: " + message); }
void require(bool holds, const std::string &what) { if (!holds) throw InputError(a + ": " + what); }
double positive(const std::string &what) { throw InputError(what + " must be positive, not " + b); }
void f()
{
  error->all(FLERR, "compute a/b: {} of {} "
                    "atoms are lost", lost, total);
  if (a) fail("the 'word' is missing");
  else throw std::runtime_error(std::string("cannot ") + verb + " it" + (b ? "; try again" : ""));
  require(n > 0, "no layer");
  positive("the cutoff CUT");
  auto const trouble = fmt::format("atom {:>5} is lost", tag);
  error->one(FLERR, n > 1 ? "several things are wrong" : "one thing is wrong");
  try { g(); } catch (const InputError &e) { throw InputError("file " + path + ": " + e.what()); }
  utils::logmesg(lmp, "all went well this time");
}
'''


def test_reader_of_sources():
    names = reporters(cxx_tokens(CXX), {})
    assert names == {"fail": 0, "require": 1}
    said = {(m.text.replace(HOLE, "{}"), m.place)
            for m in cxx_messages(CXX, "x", names) if m.required}
    assert said == {
        ("{} must be positive, not {}", "x:5"),
        ("compute a/b: {} of {} atoms are lost", "x:8"),
        ("the 'word' is missing", "x:10"),
        ("cannot {} it{}", "x:11"),
        ("no layer", "x:12"),
        ("atom {} is lost", "x:14"),
        ("several things are wrong", "x:15"),
        ("one thing is wrong", "x:15"),
    }


@pytest.mark.parametrize("page, source", [
    ("pair x: 'WORD' is no element", "pair x: '{}' is no element"),
    ("'WORD' is no element", "pair x: '{}' is no element"),
    ("FILE, line N: 'WORD' is no element", "'{}' is no element"),
    ("the cutoff must be positive, not V", "{} must be positive, not {}"),
    ("N of M atoms are lost; ...", "{} of {} atoms are lost; check the timestep"),
    ("A = ... would not be repulsive", "A = {}, C = {} would not be repulsive"),
    ("cannot read FILE", "cannot read {}/version.h"),
])
def test_explained(page, source):
    assert explains(page, source.replace("{}", HOLE))


@pytest.mark.parametrize("page, source", [
    ("pair x: 'WORD' is an element", "pair x: '{}' is no element"),
    ("N of M atoms are lost", "{} of {} atoms are lost; check the timestep"),
    ("N of M atoms are lost; use another timestep", "{} of {} atoms are lost; check the timestep"),
    ("pair fmp/lbs in the restart file: MESSAGE", "cannot read {}: {}"),
    ("MESSAGE", "{} of {} atoms are lost"),
    ("...", "{} of {} atoms are lost"),
])
def test_not_explained(page, source):
    assert not explains(page, source.replace("{}", HOLE))


def test_planted_messages_are_found():
    """One that only a source has, one that only the page has."""
    sources, page, _ = found()
    extra = Message(f"pair deepsea: a planted {HOLE} is here", "src/planted.cpp:7")
    rst = "pair deepsea: a planted X was here\n   Its remedy.\n"
    planted, = page_messages(rst, "page")
    unexplained, without = unmatched([*sources[:30], extra], [*page[:30], planted])
    assert extra in unexplained and planted in without
    assert planted == Message("pair deepsea: a planted X was here", "page:1")


def test_page_without_a_term():
    """A term that is taken out of the page leaves its message unexplained."""
    sources, page, _ = found()
    some = [m for m in sources if m.place.startswith("src/fmp/commands.cpp")]
    terms = {m: [p for p in page if explains(p.text, m.text)] for m in some}
    message = next(m for m in some if len(terms[m]) == 1)
    assert unmatched([message], page)[0] == []
    assert unmatched([message], [p for p in page if p not in terms[message]])[0] == [message]
