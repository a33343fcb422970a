# SPDX-License-Identifier: GPL-2.0-only
"""A message to users as a text with holes, wherever it stands."""
import re
from typing import NamedTuple

HOLE = "\x00"
WORDS_OF_A_SENTENCE = 3


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
