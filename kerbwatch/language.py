"""Which language a person reads: ``KERBWATCH_LANG``, else the system's locale."""

from __future__ import annotations

from collections.abc import Mapping

from alerts.texts import Language, Texts, load_texts

LANGUAGE_VARIABLE = "KERBWATCH_LANG"
"""``zh`` or ``en``; left out, the system's locale decides."""

_LOCALES = ("LC_ALL", "LC_MESSAGES", "LANG")


def language_of(env: Mapping[str, str]) -> Language:
    """Chinese where the environment says so, else English."""
    wanted = next((env[name] for name in (LANGUAGE_VARIABLE, *_LOCALES) if env.get(name)), "")
    return Language.ZH if wanted.lower().startswith("zh") else Language.EN


def texts_of(env: Mapping[str, str]) -> Texts:
    """The command line's own catalogue in that language."""
    return load_texts("kerbwatch", language_of(env))
