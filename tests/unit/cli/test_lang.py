"""Which language a command line asks for."""

from __future__ import annotations

import pytest

from alerts.texts import Language
from kerbwatch.language import asked_language


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("cases list", None),
        ("cases list --lang zh", Language.ZH),
        ("--lang=en cases list", Language.EN),
        ("cases --lang zh list --lang en", Language.EN),
        ("cases list --lang", None),
        ("cases list --lang=", None),
        ("cases list --lang fr", None),
        ("cases list --language zh", None),
        ("cases show -- --lang zh", None),
        ("", None),
    ],
)
def test_the_last_one_that_there_is_before_the_end_of_options(
    line: str, language: Language | None
) -> None:
    assert asked_language(line.split()) is language
