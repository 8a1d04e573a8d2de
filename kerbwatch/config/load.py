"""``streams.yaml`` into options, or every problem that it has."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from kerbwatch.config.build import service_options
from kerbwatch.config.problem import ConfigError, Problem, in_order, phrase
from kerbwatch.config.references import cross_check
from kerbwatch.config.schema import StreamsModel
from kerbwatch.config.syntax import parse_yaml
from kerbwatch.config.textfile import read_text
from kerbwatch.config.values import Document, read_values, text_at
from kerbwatch.config.verdict import validate
from kerbwatch.options import Secret, ServiceOptions

_LONGEST_PASSWORD = 4096

KnownModels = Collection[str] | Callable[[Path], Collection[str]] | None
"""Names of model cards, or how to find them given ``models.dir``; ``None``: not checked.

Where they are the cards by name, it is also checked that they can see what is watched for.
"""


def load_options(
    path: Path, *, env: Mapping[str, str], known_models: KnownModels = None
) -> ServiceOptions:
    """The options of a configuration file.

    ``env`` fills in ``${NAME}``. Raises ``ConfigError`` with every problem at once.
    """
    examined = _examine(path, env, known_models)
    if examined.problems or examined.model is None:
        raise ConfigError(examined.problems)
    return service_options(examined.model, path.absolute().parent, examined.password)


def find_problems(
    path: Path, *, env: Mapping[str, str], known_models: KnownModels = None
) -> tuple[Problem, ...]:
    """Every problem of a configuration file, in the order of its lines; none: it is good."""
    try:
        return in_order(_examine(path, env, known_models).problems)
    except ConfigError as error:
        return error.problems


@dataclass(frozen=True, slots=True)
class _Examined:
    model: StreamsModel | None
    problems: list[Problem]
    password: Secret | None


def _examine(path: Path, env: Mapping[str, str], known: KnownModels) -> _Examined:
    """Raises ``ConfigError`` where the file cannot be read far enough to go on."""
    document = open_document(path, env)
    model = validate(document, StreamsModel)
    folder = path.absolute().parent
    if callable(known):
        known = _found_models(document, folder, known)
    document.problems += cross_check(document, known)
    password = _password(document, folder)
    return _Examined(model, document.problems, password)


def _found_models(
    document: Document, folder: Path, find: Callable[[Path], Collection[str]]
) -> Collection[str] | None:
    key = ("models", "dir")
    if key in document.broken:
        return None
    try:
        return find(folder / (text_at(document.value, key) or "models"))
    except ConfigError as error:
        document.problems += error.problems
        return None


def open_document(path: Path, env: Mapping[str, str] | None = None) -> Document:
    """A YAML file as a tree with values. Raises ``ConfigError``: no YAML, empty, no mapping."""
    root, problems = parse_yaml(read_text(path), str(path))
    if root is None:
        empty = Problem(
            str(path), 1, 1, "",
            phrase("what.empty"), phrase("got.nothing"), phrase("expected.file"),
        )  # fmt: skip
        raise ConfigError([*problems, empty])
    document = read_values(root, str(path), env)
    document.problems[:0] = problems
    if not isinstance(document.value, dict):
        what = "empty" if document.value is None else "no_mapping"
        problem = document.problem((), what, phrase("expected.file"))
        raise ConfigError([*document.problems, problem])
    return document


def _password(document: Document, folder: Path) -> Secret | None:
    """What is in ``mqtt.password_file``, without the end of its line."""
    key = ("mqtt", "password_file")
    name = text_at(document.value, key)
    if not name or not name.isprintable() or key in document.broken:
        return None
    try:
        with (folder / name).open("rb") as stream:
            text = stream.read(_LONGEST_PASSWORD + 1).decode("utf-8").rstrip("\r\n")
    except OSError as error:
        got = phrase("got.os_error", reason=error.strerror or type(error).__name__)
    except ValueError:
        got = phrase("got.not_text")
    else:
        if 0 < len(text) <= _LONGEST_PASSWORD:
            return Secret(text)
        got = phrase("got.length", count=len(text))
    expected = phrase("expected.password_file", limit=_LONGEST_PASSWORD)
    document.problems.append(document.problem(key, "password_file", expected, got))
    return None
