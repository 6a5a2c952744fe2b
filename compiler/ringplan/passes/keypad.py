"""Names as they are spelled on a telephone's keys (ITU-T E.161)."""

from __future__ import annotations

import unicodedata
from typing import Final

_KEYS: Final = {
    letter: key
    for key, letters in zip("23456789", ("abc", "def", "ghi", "jkl", "mno", "pqrs", "tuv", "wxyz"), strict=True)
    for letter in letters
} | {digit: digit for digit in "0123456789"}
_WITHOUT_MARK: Final = {"ł": "l", "đ": "d", "ø": "o", "ß": "ss", "æ": "ae", "œ": "oe"}
"""Letters that no decomposition takes apart."""


def spelled(name: str) -> str:
    """The digits of a name, surname first; empty when no key has its letters.

    ``Ing. Tomáš Novák, CSc.`` is spelled ``novaktomas``: titles end with a full stop or stand behind a comma, and the
    last word is the surname.
    """
    names = [word for word in name.partition(",")[0].split() if not word.endswith(".")]
    return "".join(_digits(word) for word in (*names[-1:], *names[:-1]))


def _digits(word: str) -> str:
    plain = "".join(_WITHOUT_MARK.get(letter, letter) for letter in word.lower())
    return "".join(_KEYS.get(letter, "") for letter in unicodedata.normalize("NFKD", plain))
