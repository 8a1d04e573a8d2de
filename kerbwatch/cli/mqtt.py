"""``kerbwatch mqtt …``: what whoever runs the broker or writes a client of it needs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from kerbwatch.cli.settings import STREAMS, Config, read_settings
from kerbwatch.cli.speak import MISUSED, TEXT, clear_failures, give_up, note, say

mqtt = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@mqtt.callback()
def _about() -> None:
    """The broker and its messages."""


@mqtt.command("acl", help=TEXT("help.mqtt_acl"))
def acl(
    config: Config = STREAMS,
    file: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help=TEXT("help.mqtt_out"))
    ] = None,
    service: Annotated[
        str | None, typer.Option("--service", metavar="USER", help=TEXT("help.mqtt_service"))
    ] = None,
    reader: Annotated[
        list[str] | None, typer.Option("--reader", metavar="USER", help=TEXT("help.mqtt_reader"))
    ] = None,
) -> None:
    """Write who may read and write which topics, for Mosquitto."""
    with clear_failures():
        from alerts.acl import Users, mosquitto_acl  # noqa: PLC0415
        from alerts.topics import Topics  # noqa: PLC0415

        options = read_settings(config)
        own = service or options.mqtt.username
        if own is None:
            give_up(TEXT("mqtt.no_service", file=config), MISUSED)
        try:
            users = Users(own, tuple(one.id for one in options.recipients), tuple(reader or ()))
        except ValueError as error:
            give_up(TEXT("mqtt.bad_user", got=str(error)), MISUSED)
        topics = Topics(options.mqtt.base, options.site.id)
        text = mosquitto_acl(topics, users, options.mqtt.discovery_prefix)
        if file is None:
            say(text.rstrip("\n"))
            return
        file.write_text(text, encoding="utf-8")
        note(TEXT("mqtt.acl_written", count=len(users.recipients), file=file))


@mqtt.command("schema", help=TEXT("help.mqtt_schema"))
def schema(
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="FILE|FOLDER", help=TEXT("help.mqtt_schema_out")),
    ] = None,
    as_asyncapi: Annotated[
        bool, typer.Option("--asyncapi", help=TEXT("help.mqtt_asyncapi"))
    ] = False,
) -> None:
    """Write what the messages look like, for programs."""
    with clear_failures():
        from alerts.asyncapi import asyncapi  # noqa: PLC0415
        from alerts.schema import NAMES, bundle, single  # noqa: PLC0415

        whole = asyncapi() if as_asyncapi else bundle()
        if out is None:
            say(_indented(whole))
            return
        files = {out: whole}
        if out.is_dir():
            names = () if as_asyncapi else NAMES
            files = {out / f"{name}.schema.json": single(name) for name in names}
            files[out / ("asyncapi.json" if as_asyncapi else "messages.schema.json")] = whole
        for path, content in files.items():
            path.write_text(f"{_indented(content)}\n", encoding="utf-8")
        note(TEXT("mqtt.schema_written", count=len(files), out=out))


def _indented(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2)
