# SPDX-License-Identifier: GPL-2.0-only
"""Messages to users: those that the sources can give, and those that doc/errors.rst explains.

A message of a source is literal text with a HOLE for each value that is put in. A message of the
page is text too; a word in capital letters may stand for a HOLE, and "..." for anything.
"""
import functools
import pathlib
import re

from cxx_messages import cxx_messages, cxx_tokens, reporters
from message import HOLE, Message, closed, is_sentence, words_of

LONGEST_VALUE = 40    # characters that the page may show for a HOLE

# ---- CMake, shell, decks -------------------------------------------------------------------------

QUOTED = r'"((?:[^"\\]|\\.)*)"'


def holes(text):
    """Text with a HOLE for each variable of CMake or a shell."""
    text = re.sub(r"\\(.)", r"\1", text)
    return re.sub(r"\$\{[^}]*\}|\$\w+|\$@|\$<[^>]*>|%s", HOLE, text)


def quoted_messages(source, place, call, required, stop, least=is_sentence):
    """Messages of calls that match `call`; their quoted arguments, with `stop` between them, are
    one text.
    """
    for match in re.finditer(call, source, re.MULTILINE):
        text, at = "", match.end()
        while piece := re.compile(r"[\s\\]*" + QUOTED).match(source, at):
            text += (stop if text else "") + piece[1]
            at = piece.end()
        if least(text):
            yield Message(holes(text), f"{place}:{source.count(chr(10), 0, match.start()) + 1}",
                          required)


def cmake_messages(source, place):
    """Errors and warnings of CMake; remarks may be left unexplained."""
    source = re.sub(r"^\s*#.*$", "", source, flags=re.MULTILINE)
    ours = place.startswith(("cmake/", "src/", "CMakeLists"))
    for call, required in ((r"message\((FATAL_ERROR|SEND_ERROR|WARNING)", ours),
                           (r"message\(STATUS", False),
                           (r"(set\(\S+|string\(CONCAT \w+)(?=\s*\")", ours)):
        yield from quoted_messages(source, place, call, required, "")


def shell_messages(source, place):
    """What a script says before it stops; what it says on its way may be left unexplained."""
    yield from quoted_messages(source, place, r"\bfail(?=\s)", True, " ", bool)
    yield from quoted_messages(source, place, r"\b(say|echo)(?=\s)", False, " ")
    for match in re.finditer(r"(?:echo " + QUOTED + r"|printf '([^']*)\\n'[^\n]*) >&2", source):
        text = match[1] or match[2]
        if is_sentence(text):
            line = source.count("\n", 0, match.start()) + 1
            yield Message(holes(text), f"{place}:{line}")


def deck_messages(source, place):
    """What a deck prints as an error or a warning."""
    for match in re.finditer(r"print '((?:ERROR|WARNING): [^']*)'", source):
        yield Message(holes(match[1]), f"{place}:{source.count(chr(10), 0, match.start()) + 1}")


def source_messages(root):
    """All messages of a tree, except those of its tests."""
    read = functools.cache(lambda path: path.read_text(encoding="utf-8"))
    root = pathlib.Path(root)
    sources = sorted(p for p in (root / "src").rglob("*")
                     if p.suffix in (".cpp", ".hpp", ".h", ".cu"))
    found = []
    @functools.cache
    def reporters_of(path):
        names = {}
        for _ in range(3):    # reporters call reporters
            names |= reporters(cxx_tokens(read(path)), names)
        return names

    for path in sources:
        included = re.findall(r'^#include "([^"]+)"', read(path), re.MULTILINE)
        headers = {root / "src" / name for name in included}
        headers |= {path.parent / name for name in included}
        names = {}
        for header in (h for h in headers if h in sources):
            names |= reporters_of(header)
        found += cxx_messages(read(path), str(path.relative_to(root)), names | reporters_of(path))
    for pattern_, messages in (("cmake/*.cmake", cmake_messages), ("cmake/**/*.sh", shell_messages),
                               ("*/CMakeLists.txt", cmake_messages),
                               ("CMakeLists.txt", cmake_messages),
                               ("src/**/CMakeLists.txt", cmake_messages),
                               ("examples/**/*.lmp", deck_messages),
                               ("examples/**/in.*", deck_messages)):
        for path in sorted(root.glob(pattern_)):
            found += messages(read(path), str(path.relative_to(root)))
    return found


# ---- the page ------------------------------------------------------------------------------------


def page_messages(page, place):
    """Messages of a page: the terms of its definition lists, where " / " separates several, and
    what their definitions quote after "Also" or alone as an item of a list.
    """
    lines = page.splitlines()
    for k, line in enumerate(lines[:-1]):
        if re.match(r"\S", line) and lines[k + 1].startswith("   ") and not line.startswith(".. "):
            for text in line.split(" / "):
                if not re.search(r"\(a message of \w+\)$", line):
                    yield Message(text.replace("\\", ""), f"{place}:{k + 1}")
        if item := re.fullmatch(r"   \* ``(.*)``", line):
            yield Message(item[1], f"{place}:{k + 1}")
        line += " " + lines[k + 1].strip()    # a quotation may begin on the next line
        for match in re.finditer(r"\b[Aa]lso (?:of )?((?:``[^`]+``(?:, | and | or )?)+)(.*)", line):
            if "message of LAMMPS" not in match[2]:
                for text in re.findall("``([^`]+)``", match[1]):
                    if is_sentence(text):
                        yield Message(text, f"{place}:{k + 1}")


def page_tokens(text):
    """Characters of a message of the page; a word in capitals is one item, and so is "..."."""
    return re.findall(r"\.\.\.|\b[A-Z][A-Z0-9_.]*(?![a-z])\b|.", text)


def is_value(item):
    """Whether an item of page_tokens() may stand for what varies."""
    return item.isupper()


def matches(page_text, source_text):
    """Whether a message of the page is one of the source."""
    page = page_tokens(page_text)

    @functools.cache
    def rest(i, j, shown):    # `shown` characters of the page stand for the HOLE at j
        if i == len(page):
            return source_text[j:].strip(HOLE) == ""
        if page[i] == "...":
            return rest(i + 1, j, shown) or j < len(source_text) and rest(i, j + 1, 0)
        if j == len(source_text):
            return False
        if is_value(page[i]):    # a HOLE, perhaps within a word, as in FOLDER/version.h
            word = re.compile(r"\S+").match(source_text, j)
            if word and HOLE in word[0] and \
                    any(rest(i + 1, end, 0) for end in range(j + 1, word.end() + 1)):
                return True
        if source_text[j] == HOLE:
            return rest(i, j + 1, 0) or \
                shown < LONGEST_VALUE and rest(i + 1, j, shown + len(page[i]))
        return source_text.startswith(page[i], j) and rest(i + 1, j + len(page[i]), 0)

    return rest(0, 0, 0)


@functools.cache
def long_words(text):
    """Words of three and more small letters."""
    return frozenset(re.findall("[a-z]{3,}", text))


def alike(page_text, source_text):
    """Whether they share enough words that a closer look is worth while."""
    page, source = long_words(page_text), long_words(source_text)
    return len(page & source) >= min(2, len(page), len(source))


def explains(page_text, source_text):
    """The same where either may lack what stands in front: the style, the file, the line."""
    sources = {source_text, closed(source_text)}
    sources |= {re.sub(r"^[^:]{0,40}\x00: ", "", s) for s in sources}
    sources = {s for s in sources if words_of(s)}
    pages, text = {closed(page_text)}, closed(page_text)
    while ": " in text:
        text = text.partition(": ")[2]
        pages.add(text)
    said = [p for p in pages if re.search(r"[a-z]{2}", p.replace("...", ""))]
    return any(alike(p, s) and matches(p, s) for p in said for s in sources)


def unmatched(sources, pages):
    """(source messages that no page explains, page messages that no source gives)."""
    explained, given = set(), set()
    for page in pages:
        for source in sources:
            if explains(page.text, source.text):
                explained.add(source)
                given.add(page)
    return ([m for m in sources if m.required and m not in explained],
            [m for m in pages if m not in given])
