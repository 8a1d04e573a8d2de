"""``kerbwatch rest token`` and ``kerbwatch serve``, as a new user has them: SQLite, no broker."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from typer.testing import CliRunner

from alerts.duty.local import local_minute
from kerbwatch.cli.app import app
from kerbwatch.clock import SystemClock
from kerbwatch.config.load import load_options
from kerbwatch.errors import StartError
from kerbwatch.rest.server import serve_rest
from tests.rest_kit import REPORT, jpeg

CONFIG = """
site: {id: linzi, name: 临淄区, timezone: Asia/Shanghai}
recipients:
  - {id: duty-east, name: 东片区值班, role: officer}
  - {id: wenshao, name: 闻韶物业, role: property}
cameras:
  - id: gate-3
    url: clip.mp4
    fences:
      - id: lane
        polygon: [[0.1, 0.5], [0.5, 0.5], [0.6, 0.9]]
        scenarios: {blocked_fire_lane: {}}
        see: [obstruction]
        notify: [duty-east]
"""


@contextmanager
def serving(config: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    command = [sys.executable, "-c", "from kerbwatch.cli import main; main()", "serve", str(config)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            for line in process.stderr:
                found = re.search(r"https?://[^/ ]+", line)
                if found:
                    yield found[0], process
                    break
            else:
                raise AssertionError("it has ended without serving")
        finally:
            process.kill()


def test_a_token_is_made_and_what_is_reported_with_it_is_in_the_store(tmp_path: Path) -> None:
    config = tmp_path / "streams.yaml"
    config.write_text(CONFIG, encoding="utf-8")
    made = CliRunner().invoke(app, ["rest", "token", "duty-east", "-c", str(config)])
    token, line = made.stdout.splitlines()
    assert token not in line
    config.write_text(f"{CONFIG}rest:\n  port: 0\n  tokens:\n{line}\n", encoding="utf-8")
    with serving(config) as (address, process):
        headers = {"Authorization": f"Bearer {token}"}
        with httpx2.Client(base_url=address, headers=headers, timeout=30) as client:
            assert client.get("/healthz").json()["state"] == "ok"
            form = {"body": json.dumps({"request_id": "n-1", **REPORT})}
            files = {"picture": ("a.jpg", jpeg(), "image/jpeg")}
            opened = client.post("/api/v1/reports", data=form, files=files)
            assert opened.status_code == 201, opened.text
            (case,) = client.get("/api/v1/cases").json()["cases"]
            path = f"/api/v1/cases/{case['case_id']}"
            (name,) = client.get(path).json()["pictures"]
            picture = client.get(f"{path}/pictures/{name}")
            assert picture.content.startswith(b"\xff\xd8")
            assert "server" not in picture.headers
            accepted = client.post(f"{path}/accept", json={"request_id": "r-1", "version": 1})
            assert accepted.json()["state"] == "accepted"
            assert client.get(path, headers={"Authorization": "Bearer no"}).status_code == 401
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    shown = CliRunner().invoke(app, ["cases", "list", "-c", str(config), "--json"])
    assert json.loads(shown.stdout)[0]["accepted_by"]["id"] == "duty-east"


def test_a_token_for_a_time_is_made_and_told_of_before_it_ends(tmp_path: Path) -> None:
    config = tmp_path / "streams.yaml"
    config.write_text(CONFIG, encoding="utf-8")

    def made(until: str) -> Any:
        whole = ["rest", "token", "duty-east", "-c", str(config), "--until", until]
        return CliRunner().invoke(app, whole)

    today, _ = local_minute(SystemClock().wall_ns(), "Asia/Shanghai")
    for wrong in ("soon", "2027-02-30", (today - timedelta(days=2)).isoformat()):
        assert (made(wrong).exit_code, made(wrong).stdout) == (2, "")
    days = {name: today + timedelta(days=n) for name, n in (("soon", 9), ("later", 60))}
    lines = [made(day.isoformat()).stdout.splitlines()[-1] for day in days.values()]
    over = lines[0].replace(days["soon"].isoformat(), "2026-01-31")
    lines.append(re.sub('sha256: "[0-9a-f]{8}', 'sha256: "00000000', over))
    config.write_text(f"{CONFIG}rest:\n  tokens:\n" + "\n".join(lines) + "\n", encoding="utf-8")
    told = json.loads(CliRunner().invoke(app, ["check", str(config), "--json"]).stdout)
    assert [(it["until"], it["over"]) for it in told["tokens"]] == [
        (days["soon"].isoformat(), False),
        ("2026-01-31", True),
    ]
    warned = CliRunner().invoke(app, ["check", str(config)])
    assert warned.exit_code == 0
    assert days["soon"].isoformat() in warned.stderr
    assert "(00000000…) was good to the end of 2026-01-31" in warned.stderr
    assert days["later"].isoformat() not in warned.stderr


def test_a_token_for_a_stranger_is_misuse(tmp_path: Path) -> None:
    config = tmp_path / "streams.yaml"
    config.write_text(CONFIG, encoding="utf-8")
    done = CliRunner().invoke(app, ["rest", "token", "stranger", "-c", str(config)])
    assert done.exit_code == 2
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ("", "rest.no_tokens"),
        ("rest: {}", "rest.no_tokens"),
        ("port: PORT", "rest.port"),
        ("port: 0, cert_file: streams.yaml, key_file: streams.yaml", "rest.certificate"),
    ],
)
def test_what_cannot_be_served_is_refused_before_anything_is(
    tmp_path: Path, settings: str, key: str
) -> None:
    config = tmp_path / "streams.yaml"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        if settings.startswith("port"):
            port = str(taken.getsockname()[1])
            token = f"tokens: [{{recipient: wenshao, sha256: {'ab' * 32}}}]"
            settings = f"rest: {{{settings.replace('PORT', port)}, {token}}}"
        config.write_text(f"{CONFIG}{settings}\n", encoding="utf-8")
        options = load_options(config, env={})
        with pytest.raises(StartError, match=key):
            serve_rest(options, {}, SystemClock(), threading.Event())
