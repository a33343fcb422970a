"""A plugin works in the LAMMPS it was built for and says in one line why it refuses another.

The environment names the env.sh of two builds: LBS_ENV against LAMMPS with MPI, 32-bit atom IDs
and KOKKOS, LBS_SERIAL_ENV against LAMMPS without MPI, with 64-bit atom IDs and without KOKKOS.
"""
import os
import pathlib
import re
import subprocess

import pytest

DATA = pathlib.Path(__file__).resolve().parent.parent / "styles" / "data.lbs"
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


def test_both_hosts_agree(tmp_path):
    ours = run(MPI, MPI, DECK, tmp_path)
    other = run(SERIAL, SERIAL, DECK, tmp_path)
    assert ours.returncode == 0, ours.stdout[-2000:]
    assert other.returncode == 0, other.stdout[-2000:]
    a, b = last_thermo(ours.stdout), last_thermo(other.stdout)
    assert abs(a[0]) > 100 and a[3] + a[4] > 0 and a[7] > 0
    assert b == pytest.approx(a, rel=1e-10)


@pytest.mark.parametrize("host, plugin, words", [
    (SERIAL, MPI, "it was built for MPI library Open MPI, this LAMMPS has stubs"),
    (MPI, SERIAL, "it was built for MPI library stubs, this LAMMPS has Open MPI"),
])
def test_each_refuses_the_other(host, plugin, words, tmp_path):
    done = run(host, plugin, DECK, tmp_path)
    refusals = [line for line in done.stdout.splitlines() if line.startswith("lbsplugin refused")]
    assert len(refusals) == 1, done.stdout
    assert words in refusals[0]
    assert "Unrecognized pair style 'fmp/lbs'" in done.stdout + done.stderr
    assert done.returncode != 0
