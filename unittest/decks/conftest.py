# SPDX-License-Identifier: GPL-2.0-only
"""Fixtures of the deck tests."""
import shutil

import pytest

from deck import Runner
from deepsea_models import Models


def pytest_configure(config):
    """Say at once what is missing instead of failing in every test; a list needs nothing."""
    if shutil.which("lmp") is None and not config.option.collectonly:
        raise pytest.UsageError("lmp is not on the path: '. build/env.sh' first")


@pytest.fixture
def lmp(tmp_path):
    """Runs decks in folders of this test."""
    return Runner(tmp_path)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """Runs decks whose results several tests of a file look at."""
    return Runner(tmp_path_factory.mktemp("shared"))


@pytest.fixture(scope="module")
def plain(shared):
    """Results of decks without /kk styles; each is run once."""
    done = {}

    def get(deck):
        if deck not in done:
            done[deck] = shared(deck)
        return done[deck]
    return get


@pytest.fixture(scope="session")
def models(tmp_path_factory):
    """Converted reference models of deepsea, by name."""
    return Models(tmp_path_factory.mktemp("models"))
