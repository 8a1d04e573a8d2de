"""Which language a person reads: ``--lang``, else ``KERBWATCH_LANG``, else the system's locale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from alerts.texts import Language, Texts, load_texts

LANGUAGE_VARIABLE = "KERBWATCH_LANG"
"""``zh`` or ``en``; left out, the system's locale decides."""

OPTION = "--lang"
"""Of every command; it goes before the environment."""

_LOCALES = ("LC_ALL", "LC_MESSAGES", "LANG")


def language_of(env: Mapping[str, str]) -> Language:
    """Chinese where the environment says so, else English."""
    wanted = next((env[name] for name in (LANGUAGE_VARIABLE, *_LOCALES) if env.get(name)), "")
    return Language.ZH if wanted.lower().startswith("zh") else Language.EN


def asked_language(arguments: Sequence[str]) -> Language | None:
    """The language that a command line asks for; None where it asks for none that there is."""
    words = list(arguments[: arguments.index("--")] if "--" in arguments else arguments)
    asked = [
        word.partition("=")[2] or following
        for word, following in zip(words, [*words[1:], ""], strict=False)
        if word.partition("=")[0] == OPTION
    ]
    known = {one.value: one for one in Language}
    return known.get(asked[-1]) if asked else None


def texts_of(env: Mapping[str, str]) -> Texts:
    """The command line's own catalogue in that language."""
    return load_texts("kerbwatch", language_of(env))
