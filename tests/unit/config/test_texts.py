"""Every phrase exists in both languages, with the same values to fill in."""

from __future__ import annotations

import re
import string
from pathlib import Path

from alerts.texts import Language, load_texts

CONFIG = Path(__file__).resolve().parents[3] / "kerbwatch" / "config"
PLAIN = re.compile(r'"((?:what|got|expected|syntax)\.[a-z0-9_]+)"')


def phrases(language: Language) -> dict[str, str]:
    messages = load_texts("kerbwatch", language).messages
    return {key: text for key, text in messages.items() if key.startswith("config.")}


def values_in(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_both_languages_have_the_same_phrases_and_values() -> None:
    chinese, english = phrases(Language.ZH), phrases(Language.EN)
    assert sorted(chinese) == sorted(english)
    for key in english:
        assert values_in(chinese[key]) == values_in(english[key]), key


def test_every_phrase_that_the_code_names_exists() -> None:
    named = {
        f"config.{key}"
        for path in CONFIG.glob("*.py")
        for key in PLAIN.findall(path.read_text(encoding="utf-8"))
    }
    assert len(named) > 40
    assert named <= set(phrases(Language.EN))


def test_what_is_wrong_in_a_value_says_what_was_expected() -> None:
    """Checks name one word: ``what.<word>`` and ``expected.<word>``."""
    source = (CONFIG / "checks.py").read_text() + (CONFIG / "addresses.py").read_text()
    words = set(re.findall(r'refuse\("([a-z_]+)"', source))
    assert len(words) > 6
    for word in words:
        assert {f"config.what.{word}", f"config.expected.{word}"} <= set(phrases(Language.ZH))
