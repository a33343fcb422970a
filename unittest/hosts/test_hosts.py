# SPDX-License-Identifier: GPL-2.0-only
"""A plugin works in the LAMMPS it was built for and says in one line why it refuses another.

The environment names the env.sh of two builds: LBS_ENV against LAMMPS with MPI and 32-bit atom IDs,
LBS_SERIAL_ENV against LAMMPS without MPI, with 64-bit atom IDs and without KOKKOS, perhaps of
another version.
"""
import datetime
import os
import pathlib
import re
import subprocess

import pytest

TESTS = pathlib.Path(__file__).resolve().parent.parent
DATA = TESTS / "styles" / "data.lbs"
MODEL = TESTS / "reference" / "deepsea" / "tanh_two.dp"
MPI, SERIAL = os.environ["LBS_ENV"], os.environ["LBS_SERIAL_ENV"]
DECK = f"""units metal
atom_style charge
read_data {DATA}
pair_style fmp/lbs 8.0 coul dsf 0.25 8.0
pair_coeff * * deng-du-teter.fmp O Si B Li charges set
compute c all boron/coord types O Si B Li
compute r all ring/stats types O Si B Li cutoff B O 1.95 cutoff Si O 2.15 max 8 definition king
compute p all ring/persist r reference first
thermo_style custom step pe pxx pxy c_c[2] c_c[3] c_c[9] c_c[10] c_r[11] c_r[9] c_p
thermo_modify format float %.15g
fix 1 all nve
run 5
"""
DEEPSEA = f"""units metal
atom_style charge
read_data {DATA}
pair_style deepsea model.pt core/zbl 0.9 1.4
pair_coeff * * O Si B Li
compute ca all centroid/stress/atom NULL pair
compute s all reduce sumsq c_ca[*]
thermo_style custom step pe pxx pxy c_s[1] c_s[9]
thermo_modify format float %.15g
fix 1 all nve
timestep 0.0002
run 5
"""


needs_deepsea = pytest.mark.skipif("LBS_NO_DEEPSEA" in os.environ,
                                   reason="the plugins were built without deepsea")


def convert(tmp_path):
    """Makes model.pt, for any host: the program knows no LAMMPS."""
    command = f". '{MPI}'; deepsea convert --force '{MODEL}' model.pt"
    subprocess.run(["bash", "-c", command], cwd=tmp_path, check=True)


def run(host, plugin, deck, tmp_path):
    """Output of the deck in the LAMMPS of env.sh `host` with the plugin of env.sh `plugin`."""
    path = tmp_path / "in.deck"
    path.write_text(deck)
    command = (f". '{host}'; LAMMPS_PLUGIN_PATH=$(. '{plugin}'; echo $LAMMPS_PLUGIN_PATH); "
               f"lmp -in '{path}' -log none")
    return subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True,
                          check=False)


def last_thermo(output):
    """Numbers of the last step."""
    return [float(word) for word in re.findall(r"^ +5 +(.*)$", output, re.M)[-1].split()]


def both(deck, tmp_path):
    """Last thermo output of a deck in either host, each with its own plugin."""
    numbers = []
    for host in (MPI, SERIAL):
        done = run(host, host, deck, tmp_path)
        assert done.returncode == 0, done.stdout[-2000:]
        numbers.append(last_thermo(done.stdout))
    return numbers


def test_both_hosts_agree(tmp_path):
    a, b = both(DECK, tmp_path)
    assert abs(a[0]) > 100 and a[3] + a[4] > 0 and a[7] > 0
    assert b == pytest.approx(a, rel=1e-10)


@needs_deepsea
def test_both_hosts_agree_in_deepsea(tmp_path):
    convert(tmp_path)
    a, b = both(DEEPSEA, tmp_path)
    assert abs(a[0]) > 10 and min(abs(n) for n in a[1:]) > 100
    assert b == pytest.approx(a, rel=1e-10)


def large_ids(tmp_path):
    """Copy of the data file with atom IDs beyond 32 bits."""
    head, body = DATA.read_text().split("Atoms", 1)
    body = re.sub(r"^(\d+) ", lambda m: f"{int(m[1]) + 5_000_000_000} ", body, flags=re.M)
    path = tmp_path / "large.data"
    path.write_text(head + "Atoms" + body)
    return path


@pytest.mark.parametrize("deck", [DECK, pytest.param(DEEPSEA, marks=needs_deepsea)],
                         ids=["fmp", "deepsea"])
def test_atom_ids_beyond_32_bits(deck, tmp_path):
    """With IDs of 64 bits, large ones give the same numbers; with 32 bits LAMMPS refuses them."""
    if deck == DEEPSEA:
        convert(tmp_path)
    small = run(SERIAL, SERIAL, deck, tmp_path)
    large_deck = deck.replace(str(DATA), str(large_ids(tmp_path)))
    large = run(SERIAL, SERIAL, large_deck, tmp_path)
    assert small.returncode == large.returncode == 0, large.stdout[-2000:]
    numbers = last_thermo(small.stdout)
    assert abs(numbers[0]) > 10
    assert last_thermo(large.stdout) == pytest.approx(numbers, rel=1e-10)
    assert run(MPI, MPI, large_deck, tmp_path).returncode != 0


def version(host):
    """Version of the LAMMPS of env.sh `host`, as a number: 20250204 for 4 Feb 2025."""
    done = subprocess.run(["bash", "-c", f". '{host}'; lmp -h"], capture_output=True, text=True,
                          check=True)
    date = re.search(r"Simulator - (\d+ [A-Z][a-z]{2} \d{4})", done.stdout).group(1)
    return datetime.datetime.strptime(date, "%d %b %Y").strftime("%Y%m%d")


@pytest.mark.parametrize("host, plugin", [(SERIAL, MPI), (MPI, SERIAL)])
def test_each_refuses_the_other(host, plugin, tmp_path):
    """The first difference is named: the versions where they differ, else the MPI libraries."""
    kind, has = "LAMMPS version", version
    if version(MPI) == version(SERIAL):
        kind, has = "MPI library", {MPI: "Open MPI", SERIAL: "stubs"}.get
    done = run(host, plugin, DECK, tmp_path)
    refusals = [line for line in done.stdout.splitlines() if line.startswith("lbsplugin refused")]
    assert len(refusals) == 1, done.stdout
    assert f"it was built for {kind} {has(plugin)}, this LAMMPS has {has(host)};" in refusals[0]
    assert "Unrecognized pair style 'fmp/lbs'" in done.stdout + done.stderr
    assert done.returncode != 0
