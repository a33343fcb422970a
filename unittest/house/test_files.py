# SPDX-License-Identifier: GPL-2.0-only
"""What holds for each file: its license line, its width, its format, and that headers are whole."""
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess

import pytest

from tree import ROOT, cxx_files, files, read

LICENSE = "SPDX-License-Identifier: GPL-2.0-only"
WIDTH = 100
CLANG_FORMAT = next((found for name in ("clang-format-14", "clang-format")
                     if (found := shutil.which(name))), None)


def is_source(path):
    """Whether a file is written by us to be compiled, run or configured."""
    return path.suffix in (".cpp", ".hpp", ".h", ".cu", ".py", ".sh", ".cmake") or \
        path.name == "CMakeLists.txt" or path.name.endswith((".h.in", ".sh.in"))


def lacks_license(text):
    """Whether neither the first line nor, below that of an interpreter, the second names it."""
    first, second, *_ = [*text.splitlines(), "", ""]
    return LICENSE not in (second if first.startswith("#!") else first)


def too_wide(path, text):
    """PATH:LINE of lines that are too long."""
    return [f"{path}:{n}" for n, line in enumerate(text.splitlines(), 1) if len(line) > WIDTH]


def test_license():
    sources = [p for p in files() if is_source(p)]
    assert len(sources) > 200
    assert [str(p) for p in sources if lacks_license(read(p))] == []


@pytest.mark.parametrize("text, lacks", [
    (f"// {LICENSE}\nint a;\n", False), (f"#!/bin/sh\n# {LICENSE}\n", False), ("int a;\n", True),
    (f"int a;\n// {LICENSE}\n", True), ("", True), ("// SPDX-License-Identifier: MIT\n", True)])
def test_missing_license_is_found(text, lacks):
    assert lacks_license(text) == lacks


def test_width():
    wide = [line for p in files() if is_source(p) for line in too_wide(p, read(p))]
    assert wide == []


def test_long_line_is_found():
    assert too_wide("x.cpp", "int a;\n" + "b" * 101 + "\n" + "c" * 100) == ["x.cpp:2"]


def test_width_of_pages():
    """As that of sources, but for messages in doc/errors.rst, which have to stand on one line."""
    pages = [p for p in files() if p.suffix in (".rst", ".md") or p.name == "README"]
    assert len(pages) > 30
    wide = [line for p in pages for line in too_wide(p, read(p)) if p.name != "errors.rst"]
    errors = [line for p in pages if p.name == "errors.rst" for line in read(p).splitlines()]
    wide += [line for line in errors if len(line) > WIDTH and re.match(r" (?!  \* ``\S)", line)]
    assert wide == []


def clang_format(*paths):
    """Complaints of clang-format 14 on some files; other versions disagree about details."""
    if CLANG_FORMAT is None or not re.search(r"version 14\.", subprocess.run(
            [CLANG_FORMAT, "--version"], capture_output=True, text=True, check=True).stdout):
        pytest.skip("there is no clang-format 14")
    done = subprocess.run([CLANG_FORMAT, "--dry-run", "-Werror", *map(str, paths)], cwd=ROOT,
                          capture_output=True, text=True, check=False)
    return sorted(set(re.findall(r"^(\S+):\d+:\d+: error", done.stderr, re.MULTILINE)))


def test_format():
    assert clang_format(*cxx_files("src", "unittest")) == []


def test_wrong_format_is_found(tmp_path):
    wrong = tmp_path / "wrong.cpp"
    shutil.copy(ROOT / ".clang-format", tmp_path)
    wrong.write_text(f"// {LICENSE}\nint  a ;\n")
    assert clang_format(wrong) == [str(wrong)]


# ---- headers -------------------------------------------------------------------------------------


def compile_commands():
    """Arguments of the compiler for each source of the build, by path below ROOT."""
    build = os.environ.get("LBS_BUILD_DIR")
    if build is None:
        pytest.skip("LBS_BUILD_DIR names no build, whose compile_commands.json tells the compiler")
    out = {}
    for entry in json.loads((pathlib.Path(build) / "compile_commands.json").read_text()):
        words = shlex.split(entry["command"])
        source = pathlib.Path(entry["file"]).resolve()
        if source.is_relative_to(ROOT):
            words = words[:words.index("-o")]
            out[source.relative_to(ROOT)] = [w for w in words if not w.endswith("ccache")]
    return out


def knows_kokkos(path):
    """Whether a file of src/ includes Kokkos."""
    return path.parts[0] == "src" and ("kk" in path.parts or "kokkos" in path.name)


def is_built(header, commands):
    """Whether a header is part of this build: its room may need Kokkos or libtorch, and what is of
    a vendor of GPUs needs his compiler.
    """
    if re.search(r"_(cuda|hip)\.hpp$", header.name):
        return False
    if knows_kokkos(header):
        return any(map(knows_kokkos, commands))
    room = [p for p in cxx_files("src") if p.parent == header.parent and p.suffix == ".cpp"]
    return not room or any(p in commands for p in room)


def command_for(header, commands):
    """The command of a source that may include this header: one of the same folder, or of a folder
    above it. Headers that know LAMMPS end in .h, and sources of its classes have no other; those
    with Kokkos may know LAMMPS, too.
    """
    styles = {p for p in commands if re.match("(pair|compute|fix)_", p.name)
              and not (ROOT / p).with_suffix(".hpp").exists()}
    fits = [p for p in commands if (p in styles) == (header.suffix == ".h")]
    if knows_kokkos(header):
        fits = [p for p in commands if knows_kokkos(p) and (p in styles or header.suffix != ".h")]
    for folder in header.parents:
        near = [p for p in fits if p.is_relative_to(folder)]
        if near:
            return commands[near[0]]
    raise AssertionError(f"no source is compiled as {header} would be")


def first_include(source, text):
    """The header of ours that a source includes before all else, below ROOT, or None: to compile
    that source has shown that this header stands alone.
    """
    match = re.match(r'(?://[^\n]*\n|\s)*#include "([^"]+)"', text)
    near = [f / match[1] for f in (source.parent, pathlib.Path("src"))] if match else []
    return next((p for p in near if (ROOT / p).is_file()), None)


def compile_alone(header, command):
    """Errors of the compiler for a file that includes nothing but this header."""
    done = subprocess.run([*command, "-O0", "-w", "-fsyntax-only", "-x", "c++", "-"], cwd=ROOT,
                          input=f'#include "{header}"\n', capture_output=True, text=True,
                          check=False)
    return "" if done.returncode == 0 else f"{header}: {done.stderr[:500]}"


def test_headers_compile_alone():
    commands = compile_commands()
    headers = [p for p in cxx_files("src") if p.suffix in (".h", ".hpp")]
    built = [p for p in headers if is_built(p, commands)]
    leading = {include for p in commands if (include := first_include(p, read(p))) is not None}
    assert len(built) > 30 and len(leading) > 30
    left = [h for h in built if h not in leading]
    assert left
    errors = [compile_alone(ROOT / h, command_for(h, commands)) for h in left]
    assert not any(errors), "\n".join(filter(None, errors))


@pytest.mark.parametrize("text, found", [
    ('#include "text.hpp"\n#include <map>\n', "src/support/text.hpp"),
    ('// a\n#include "support/span.hpp"\n', "src/support/span.hpp"),
    ('#include <map>\n#include "text.hpp"\n', None), ('int a;\n#include "text.hpp"\n', None),
    ('#define A\n#include "text.hpp"\n', None), ("int a;\n", None)])
def test_first_include(text, found):
    found = found and pathlib.Path(found)
    assert first_include(pathlib.Path("src/support/text.cpp"), text) == found


def test_header_that_lacks_an_include_is_found(tmp_path):
    lacking = tmp_path / "lacking.hpp"
    lacking.write_text("inline std::vector<int> none() { return {}; }\n")
    commands = compile_commands()
    assert "lacking.hpp" in compile_alone(lacking, command_for(pathlib.Path("src/fmp/x.hpp"),
                                                               commands))
