#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Make the YAML files of the force-style tests.

    make_yaml.py DRIVER [FOLDER NAME...]

DRIVER is build/unittest/styles/test_pair_style; source build/env.sh first. The folder is that of
this program, and the files all, unless others are named, as for a LAMMPS of other numbers:
make_yaml.py DRIVER 20260704 fmp_lbs_long_table.

Where the form coincides with LAMMPS' own styles, the reference numbers are theirs: the driver
writes them for buck/coul/long or buck + coul/dsf, and only the style's name is exchanged. The
other files (SHIK, wolf, no Coulomb, deepsea) hold our own numbers, which guard against change;
their correctness is shown in unittest/fmp, unittest/deepsea and unittest/decks. Run it where
models/tanh_two.pt is: in build/unittest/styles.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
COMPOSITION = "composition Li2O 0.4 B2O3 0.2 SiO2 0.4 charges set"
DENG_DU = f"* * deng-du-teter.fmp O Si B Li {COMPOSITION}"
SHIK = f"* * shik.fmp O Si B Li {COMPOSITION}"

# Deng-Du at K = R = 2, types O Si B Li; A of B-O by hand from its published formula.
R_MAX, N4 = 2 / 16 + 0.5, None
SHARE = (2 - 2 / 4) / (2 + 2 / 4)
TO_DIBORATE = SHARE / (1 + SHARE) * (2 - (2 / 4 + 0.5))
N4 = 0.5 - 2 / 16 - TO_DIBORATE / 3 + 2 / 8 - 2 * (2 - (2 / 4 + 0.5) - TO_DIBORATE) / 15
T3 = (11900 + 85 * 4 - 12525) / R_MAX + 4350
A_BO = 12525 + T3 * N4 * R_MAX / 2
BUCK = ["* *{} 0 1 0", "1 1{} 2029.2204 0.343640 192.580", "1 2{} 13702.905 0.193817 54.681",
        f"1 3{{}} {A_BO!r} 0.171271 28.500", "1 4{} 41051.938 0.151160 0"]
CHARGES = "set type 1 charge -1.2\nset type 2 charge 2.4\nset type 3 charge 1.8\n" \
          "set type 4 charge 0.6\n"
KSPACE = "kspace_style ewald 1.0e-6\nkspace_modify gewald 0.35\nkspace_modify compute no"

# name of the file: (our style, our coefficients, post commands, extract, LAMMPS' style, its
# coefficients)
FILES = {
    "long": ("fmp/lbs 8.0 coul long 9.0", DENG_DU, f"pair_modify table 0\n{KSPACE}", "cut_coul 0",
             "buck/coul/long 8.0 9.0", [b.format("") for b in BUCK]),
    "long_table": ("fmp/lbs 8.0 coul long 9.0", DENG_DU, f"pair_modify table 16\n{KSPACE}",
                   "cut_coul 0", "buck/coul/long 8.0 9.0", [b.format("") for b in BUCK]),
    "dsf": ("fmp/lbs 8.0 coul dsf 0.25 9.0", DENG_DU, "", "a 2\nrho 2\nc 2",
            "hybrid/overlay buck 8.0 coul/dsf 0.25 9.0",
            [b.format(" buck") for b in BUCK] + ["* * coul/dsf"]),
    "shift": ("fmp/lbs 6.0 coul dsf 0.25 9.0", DENG_DU, "pair_modify shift yes", "cut_coul 0",
              "hybrid/overlay buck 6.0 coul/dsf 0.25 9.0",
              [b.format(" buck") for b in BUCK] + ["* * coul/dsf"]),
    "none": ("fmp/lbs 8.0 coul none", DENG_DU, "", "a 2", "buck 8.0", [b.format("") for b in BUCK]),
    "wolf": ("fmp/lbs 8.0 coul wolf 0.25 9.0", DENG_DU, "", "cut_coul 0", None, None),
    "shik": ("fmp/lbs 8.0 coul dsf 0.0 10.0", SHIK, "", "cut_coul 0", None, None),
}
FILES = {f"fmp_lbs_{name}": row for name, row in FILES.items()}
# Without tables, whose error may differ from version to version.
for name, more in (("deepsea", ""), ("deepsea_core", " core zbl 1.2 2.0")):
    FILES[name] = (f"deepsea models/tanh_two.pt short off table off{more}", "* * O Si B Li", "",
                   "scale 2", None, None)


def config(style, coeffs, post, extract, prerequisites):
    """YAML text without reference numbers.

    The driver takes errors relative to each force component; components where pair forces of
    10 eV/A cancel to 0.01 keep eleven digits in any order of summation.
    """
    def block(lines):
        return "! |\n" + "".join(f"  {line}\n" for line in lines) if lines else '! ""\n'

    return ("---\nepsilon: 2e-11\nskip_tests:\n"
            f"prerequisites: {block(prerequisites)}pre_commands: ! \"\"\n"
            f"post_commands: {block(post.splitlines())}input_file: in.lbs\npair_style: {style}\n"
            f"pair_coeff: {block(coeffs)}extract: {block(extract.splitlines())}...\n")


def generate(driver, text):
    """Let the driver add the reference numbers."""
    with tempfile.TemporaryDirectory() as folder:
        source, result = pathlib.Path(folder, "in.yaml"), pathlib.Path(folder, "out.yaml")
        source.write_text(text)
        done = subprocess.run([driver, source, "-g", result], capture_output=True, text=True,
                              check=False)
        if not result.exists():
            sys.exit(done.stdout[-2000:] + done.stderr[-2000:])
        return result.read_text()


def main(driver, folder=".", *names):
    for name in names or FILES:
        style, coeff, post, extract, twin, twin_coeffs = FILES[name]
        prerequisites = ["atom full", f"pair {style.split()[0]}"]
        prerequisites += ["kspace ewald"] if "kspace" in post else []
        ours = config(style, [coeff], post, extract, prerequisites)
        if twin is None:
            text = generate(driver, ours)
        else:
            text = generate(driver, config(twin, twin_coeffs, CHARGES + post, "", []))
            numbers = text[text.index("natoms:"):]
            head = re.sub(r"\.\.\.\n$", "", ours)
            versions = re.match(r"---\n(.*?)epsilon", text, re.S)[1]
            text = head.replace("---\n", "---\n" + versions) + numbers
        prefix = "manybody" if name.startswith("deepsea") else "atomic"
        pathlib.Path(HERE, folder, f"{prefix}-pair-{name}.yaml").write_text(text)
        print(name, "from", twin or "our own style")


if __name__ == "__main__":
    main(*sys.argv[1:])
