# SPDX-License-Identifier: GPL-2.0-only
"""Sphinx settings of the manual; CMake passes the version with -D release=..."""
import importlib.util

project = "LBS package for LAMMPS"
author = "the LBS package authors"
project_copyright = author

extensions = ["sphinx.ext.mathjax"]
exclude_patterns = ["*.inc"]
highlight_language = "none"

smartquotes = False    # messages and options are quoted as they are

html_title = project
html_static_path = ["_static"]
html_show_sourcelink = False
html_theme = "sphinx_rtd_theme" if importlib.util.find_spec("sphinx_rtd_theme") else "alabaster"
