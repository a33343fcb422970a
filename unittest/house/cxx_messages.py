# SPDX-License-Identifier: GPL-2.0-only
"""Messages in sources of C++: what is reported as an error, and sentences that are kept for it."""
import re
from typing import NamedTuple

from message import HOLE, Message, closed, is_sentence, words_of

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
