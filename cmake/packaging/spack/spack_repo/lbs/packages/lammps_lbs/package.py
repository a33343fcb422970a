# SPDX-License-Identifier: GPL-2.0-only
"""Spack 1.0 or newer: how to use this recipe is told in doc/install.rst."""
import os

from spack_repo.builtin.build_systems.cmake import CMakePackage

from spack.package import *

# Versions of LAMMPS: Spack's name, the name of the source archive, its SHA-256. An installed LAMMPS
# lacks headers that a plugin needs, so its sources are fetched once more.
HOSTS = [
    ("20250204", "patch_4Feb2025",
     "a4cb0a58451d47ac31ee3e1f148d92f445298d6e27f2d06f161b9b4168d79eb1"),
    ("20250722.3", "stable_22Jul2025_update3",
     "07f487cc33fc8f2ec4a449b7bce570e52b5a46608075e0276d26e0e232511bef"),
]


class LammpsLbs(CMakePackage):
    """Plugin for LAMMPS for lithium borosilicate glass: composition-dependent Buckingham
    potentials, Deep Potentials, coordination of boron, and rings of the network."""

    # There is no public address: 'git archive' makes the file, in the folder that Spack runs in.
    manual_download = True
    url = f"file://{os.getcwd()}/lammps-lbs-0.1.0.tar.gz"

    license("GPL-2.0-only", checked_by="the LBS package authors")

    version("0.1.0")

    variant("deepsea", default=True, description="pair_style deepsea and the program deepsea")
    variant("fit", default=True, description="the program fmp, which fits potentials")

    depends_on("c", type="build")
    depends_on("cxx", type="build")
    depends_on("cmake@3.20:", type="build")
    depends_on("binutils", type="build")

    depends_on("lammps@" + ",".join(f"={host}" for host, _, _ in HOSTS) + " +lib+plugin+kspace")
    for host, archive, digest in HOSTS:
        resource(
            name="lammps-source",
            url=f"https://github.com/lammps/lammps/archive/{archive}.tar.gz",
            sha256=digest,
            destination=".",
            placement="lammps-source",
            when=f"^lammps@={host}",
        )

    with when("+deepsea"):
        depends_on("py-torch@1.13:", type=("build", "link", "run"))
        depends_on("blas")
        depends_on("lapack")
        depends_on("zlib-api")
        depends_on("hdf5")
        depends_on("cli11@2:", type="build")
        depends_on("nlohmann-json@3:", type="build")
    with when("+fit"):
        depends_on("ceres-solver@2:")
        depends_on("eigen@3:", type="build")
        depends_on("hdf5")
        depends_on("cli11@2:", type="build")
        depends_on("nlohmann-json@3:", type="build")

    conflicts("%gcc@:10", msg="std::from_chars for double needs GCC 11")

    def cmake_args(self):
        lammps = join_path(self.stage.source_path, "lammps-source", "src")
        arguments = [
            self.define("LAMMPS_SOURCE_DIR", lammps),
            self.define("CMAKE_INSTALL_LIBDIR", "lib"),
            self.define("LBS_TESTS", False),
            self.define("LBS_DOCS", False),
            self.define_from_variant("LBS_DEEPSEA", "deepsea"),
            self.define_from_variant("LBS_FIT", "fit"),
        ]
        if self.spec.satisfies("+deepsea"):
            torch = self.spec["py-torch"].package.cmake_prefix_paths[0]
            vendor = "OpenBLAS" if self.spec.satisfies("^[virtuals=blas] openblas") else "All"
            arguments += [
                self.define("Torch_DIR", join_path(torch, "Torch")),
                self.define("BLA_VENDOR", vendor),
            ]
        return arguments

    def setup_run_environment(self, env):
        env.prepend_path("LAMMPS_PLUGIN_PATH", join_path(self.prefix.lib, "lammps", "plugins"))
        env.prepend_path("LAMMPS_POTENTIALS", join_path(self.prefix.share, "lammps", "potentials"))
