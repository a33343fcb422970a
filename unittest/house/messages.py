# SPDX-License-Identifier: GPL-2.0-only
"""Messages to users: those that the sources can give, and those that doc/errors.rst explains.

A message of a source is literal text with a HOLE for each value that is put in. A message of the
page is text too; a word in capital letters may stand for a HOLE, and "..." for anything.
"""
import functools
import pathlib
import re
from typing import NamedTuple

HOLE = "\x00"
WORDS_OF_A_SENTENCE = 3
LONGEST_VALUE = 40    # characters that the page may show for a HOLE


class Message(NamedTuple):
    """Text of a message and where it stands; what is not `required` may be left unexplained."""

    text: str
    place: str
    required: bool = True


def closed(text):
    """Text of a message without what stands in front of any: the name of a command or program."""
    return re.sub(r"^(WARNING: |ERROR: |(pair|pair_style|pair_coeff|compute) [\w/\x00]+: |"
                  r"\w+\.sh: |deepsea: )", "", text.strip())


def words_of(text):
    """Words of a text that are no values."""
    return [w for w in re.split(r"[\s\x00]+", text) if re.search("[A-Za-z]{2}", w)]


def is_sentence(text):
    """Whether a text outside of a call that reports errors looks like a message."""
    return len(words_of(text)) >= WORDS_OF_A_SENTENCE


# ---- C++ -----------------------------------------------------------------------------------------

CXX_TOKEN = re.compile(r'''
    (?P<comment>//[^\n]*|/\*.*?\*/|^[ \t]*\#[^\n]*)
  | (?P<raw>R"(?P<mark>[^(]*)\(.*?\)(?P=mark)")
  | (?P<text>"(?:[^"\\\n]|\\.)*")
  | (?P<char>'(?:[^'\\\n]|\\.)+')
  | (?P<word>[A-Za-z_]\w*)
  | (?P<space>\s+)
  | (?P<other>->|::|[+]=|==|!=|<=|>=|.)''', re.VERBOSE | re.DOTALL | re.MULTILINE)
ESCAPES = {"n": "\n", "t": "\t", "0": "\0"}
OPEN, CLOSE = "([{", ")]}"


class Token(NamedTuple):
    """A token that is no comment and no space."""

    kind: str
    text: str
    line: int


def cxx_tokens(source):
    """Tokens of a source; adjacent literals are one, and so is std::string("...")."""
    line, out = 1, []
    for match in CXX_TOKEN.finditer(source):
        kind, text = match.lastgroup, match[0]
        if kind == "mark":
            kind = "raw"
        if kind == "text":
            text = re.sub(r"\\(.)", lambda m: ESCAPES.get(m[1], m[1]), text[1:-1])
        if kind == "text" and out and out[-1].kind == "text":
            out[-1] = out[-1]._replace(text=out[-1].text + text)
        elif kind not in ("comment", "space"):
            out.append(Token(kind, text, line))
        line += match[0].count("\n")
        if [t.text for t in out[-6:-2]] == ["std", "::", "string", "("] and \
                out[-2].kind == "text" and out[-1].text == ")":
            out[-6:] = [out[-2]]
    return out


def is_mark(token, marks):
    """Whether a token is one of these marks, and no text that looks like one."""
    return token.kind != "text" and token.text in marks


def whole_text(tokens, first):
    """Tokens from `first` to the end of the argument or statement that they are in."""
    depth = 0
    for k in range(first, len(tokens)):
        token = tokens[k]
        if depth == 0 and (is_mark(token, CLOSE) or is_mark(token, {";", ","})):
            return tokens[first:k]
        depth += is_mark(token, OPEN) - is_mark(token, CLOSE)
    return tokens[first:]


def pattern(tokens):
    """Text of an expression: literals at its top stay, all else is a HOLE."""
    parts, depth = [], 0
    for token in tokens:
        depth -= is_mark(token, CLOSE)
        if token.kind == "text" and depth == 0:
            parts.append(token.text)
        elif not (is_mark(token, "+") and depth == 0):
            parts.append(HOLE)
        depth += is_mark(token, OPEN)
    return re.sub(HOLE + "+", HOLE, "".join(parts))


def closing(tokens, at):
    """Index of the bracket that closes the one at `at`."""
    depth = 0
    for k in range(at, len(tokens)):
        depth += is_mark(tokens[k], OPEN) - is_mark(tokens[k], CLOSE)
        if depth == 0:
            return k
    return len(tokens) - 1


def arguments(tokens, at):
    """Tokens of each argument of the call whose bracket is at `at`."""
    out, depth = [[]], 0
    for token in tokens[at + 1:closing(tokens, at)]:
        depth += is_mark(token, OPEN) - is_mark(token, CLOSE)
        if is_mark(token, {","}) and depth == 0:
            out.append([])
        else:
            out[-1].append(token)
    return out


def functions(tokens):
    """(name, parameters, body) of each function and each lambda that has a name."""
    for at, token in enumerate(tokens):
        if not is_mark(token, {"("}) or at < 2:
            continue
        end = closing(tokens, at)
        body = end + 1
        while body < len(tokens) and tokens[body].text in ("const", "noexcept"):
            body += 1
        if body == len(tokens) or not is_mark(tokens[body], {"{"}):
            continue
        name = tokens[at - 1]
        if is_mark(name, {"]"}):    # auto const NAME = [...](...) {
            start = max(k for k in range(at) if is_mark(tokens[k], {"["}))
            name = tokens[start - 2]
        if name.kind == "word":
            yield name.text, arguments(tokens, at), tokens[body:closing(tokens, body)]


def reported(tokens, names):
    """(tokens of the text, whether braces in it are holes, all arguments) of each call that reports
    an error: an exception that is made, LAMMPS' error->, and functions with these names, which have
    the place of the text among the arguments.
    """
    for at, token in enumerate(tokens):
        if not is_mark(token, {"("}) or at == 0:
            continue
        words = [t.text for t in tokens[max(0, at - 5):at]]
        call = arguments(tokens, at)
        if words[-3:-1] == ["error", "->"] and words[-1] in ("all", "one", "warning"):
            yield call[1] if len(call) > 1 else [], True, call
        elif re.fullmatch(r"[A-Z]\w*Error|\w+_error", words[-1]):
            yield call[0], False, call
        elif words[-1] in names and len(call) > names[words[-1]]:
            yield call[names[words[-1]]], False, call


def reporters(tokens, names):
    """Functions that report what they are given and add no sentence to it: a dict of the place of
    the text among the arguments by name.
    """
    found = {}
    for name, parameters, body in functions(tokens):
        for text, _, call in reported(body, names):
            used = [token for argument in call for token in argument]
            given = {t.text for before, t in zip([None, *used], used)
                     if t.kind == "word" and not (before and is_mark(before, {"."}))}
            for place, parameter in enumerate(parameters):
                if any(t.text == "string" for t in parameter) and parameter[-1].text in given and \
                        len(words_of(closed(pattern(text)))) < 2:
                    found[name] = place
    return found


def passes_on(call):
    """Whether a call only puts words in front of a message that is given elsewhere."""
    last = call[-1]
    given = [t.text for t in last[-3:]] == ["what", "(", ")"] or \
        bool(last) and last[-1].text in ("trouble", "message", "what")
    front = [t.text for argument in call for t in argument if t.kind == "text"]
    return given and front[-1:] != [] and re.search(r"^\{\}|(: |\{\})$", front[-1]) is not None


def choices(tokens):
    """The texts of an expression: two where it is a choice by '?'."""
    depth, question = 0, None
    for k, token in enumerate(tokens):
        depth += is_mark(token, OPEN) - is_mark(token, CLOSE)
        if depth == 0 and is_mark(token, {"?"}):
            question = k
        if depth == 0 and is_mark(token, {":"}) and question is not None:
            return choices(tokens[question + 1:k]) + choices(tokens[k + 1:])
    return [tokens]


def kept(tokens):
    """(tokens of a text, whether braces in it are holes) of each text that a function returns,
    keeps in a variable or makes by fmt::format.
    """
    for at, token in enumerate(tokens):
        if not is_mark(token, {"return", "=", "+=", "("}):
            continue
        expression = whole_text(tokens, at + 1)
        if any(is_mark(t, {"==", "!="}) for t in expression):
            continue
        constant = tokens[at - 1].text.isupper()
        format_ = [t.text for t in tokens[at - 3:at]] == ["fmt", "::", "format"]
        if is_mark(token, {"return"}) or is_mark(token, {"=", "+="}) and not constant:
            yield expression, False
        elif is_mark(token, {"("}) and format_:
            yield expression, True


def cxx_messages(source, place, names):
    """Messages of a C++ file; `names` are its functions that report one, see reporters()."""
    tokens = cxx_tokens(source)
    texts = [(text, braces, True, not passes_on(call))
             for text, braces, call in reported(tokens, names)]
    texts += [(text, braces, False, True) for text, braces in kept(tokens)]
    for whole, braces, reports, required in texts:
        for text in choices(whole):
            said = pattern(text)
            if braces:
                said = re.sub(r"\{[^}]*\}", HOLE, said)
            line = next((t.line for t in text if t.kind == "text"), 0)
            part = re.match(r"[;,]|'[^']*'$", said.strip())    # of another one
            if not part and is_sentence(said) or reports and re.search("[A-Za-z]{2}", closed(said)):
                yield Message(said.strip(), f"{place}:{line}", required)


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
    yield from quoted_messages(source, place, r"\bsay(?=\s)", False, " ")
    for match in re.finditer(r"(?:echo " + QUOTED + r"|printf '([^']*)\\n'[^\n]*) >&2", source):
        text = match[1] or match[2]
        if is_sentence(text):
            line = source.count("\n", 0, match.start()) + 1
            yield Message(holes(text), f"{place}:{line}")


def deck_messages(source, place):
    """What a deck prints as an error."""
    for match in re.finditer(r"print '(ERROR: [^']*)'", source):
        yield Message(holes(match[1]), f"{place}:{source.count(chr(10), 0, match.start()) + 1}")


def source_messages(root):
    """All messages of a tree, except those of its tests."""
    read = functools.cache(lambda path: path.read_text(encoding="utf-8"))
    root = pathlib.Path(root)
    sources = sorted(p for p in (root / "src").rglob("*")
                     if p.suffix in (".cpp", ".hpp", ".h", ".cu"))
    found = []
    for path in sources:
        names = {}
        for _ in range(3):    # reporters call reporters
            names |= reporters(cxx_tokens(read(path)), names)
        found += cxx_messages(read(path), str(path.relative_to(root)), names)
    for pattern_, messages in (("cmake/*.cmake", cmake_messages), ("cmake/**/*.sh", shell_messages),
                               ("*/CMakeLists.txt", cmake_messages),
                               ("CMakeLists.txt", cmake_messages),
                               ("src/**/CMakeLists.txt", cmake_messages),
                               ("examples/**/*.lmp", deck_messages)):
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
