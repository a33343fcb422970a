# SPDX-License-Identifier: GPL-2.0-only
"""These decks use the helpers of unittest/decks; cmake/test_separate_memory.sh runs them."""
import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "decks"))

from deck import Runner    # pylint: disable=wrong-import-position


def pytest_configure(config):
    """Say at once where these tests belong."""
    if "LBS_SEPARATE_MEMORY" not in os.environ:
        raise pytest.UsageError("use 'bash cmake/test_separate_memory.sh'")


@pytest.fixture
def lmp(tmp_path):
    """Runs decks in folders of this test."""
    return Runner(tmp_path)
