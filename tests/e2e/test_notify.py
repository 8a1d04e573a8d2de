"""``kerbwatch notify``: a test message over each channel, and what has not arrived."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from alerts.pushing.course import Standing, failed
from alerts.store.sql import SqlStore
from kerbwatch.cli.app import app
from kerbwatch.config.load import load_options
from kerbwatch.wire.pushing import patience_of
from tests.push_kit import letter, service

CONFIG = """
site: {{id: linzi, name: 临淄区, timezone: Asia/Shanghai}}
recipients:
  - {{id: duty-east, name: 东片区值班, role: officer, push: [{push}]}}
  - {{id: nobody, role: officer}}
cameras:
  - id: gate-3
    url: clip.mp4
    fences:
      - id: lane
        polygon: [[0.1, 0.5], [0.5, 0.5], [0.6, 0.9]]
        scenarios: {{blocked_fire_lane: {{}}}}
        see: [obstruction]
"""


def run(folder: Path, push: str, *arguments: str) -> tuple[int, str]:
    config = folder / "streams.yaml"
    config.write_text(CONFIG.format(push=push), encoding="utf-8")
    done = CliRunner().invoke(app, ["notify", *arguments, "-c", str(config)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout


def test_each_channel_gets_a_test_message_and_the_result_of_each_is_told(tmp_path: Path) -> None:
    with service() as good, service() as bad:
        bad.status = 503
        push = f"'{good.url()}', '{bad.url()}'"
        status, said = run(tmp_path, push, "test", "duty-east")
        assert status == 1
        first, second = said.splitlines()
        assert first.startswith("1 json")
        assert second.startswith("2 json")
        assert "503" in second
        assert "hunter2" not in said
        assert "东片区值班" in good.heard[0]["message"]
        bad.status = 200
        status, said = run(tmp_path, push, "test", "duty-east", "--json")
    assert status == 0
    assert [it["ok"] for it in json.loads(said)] == [True, True]


def test_whoever_is_unknown_or_has_no_channel_is_misuse(tmp_path: Path) -> None:
    assert run(tmp_path, "", "test", "duty-east")[0] == 2
    assert run(tmp_path, "", "test", "stranger")[0] == 2


def test_what_waits_and_what_is_dead_is_listed(tmp_path: Path) -> None:
    assert run(tmp_path, "'json://127.0.0.1:9/x'", "list")[0] == 0
    options = load_options(tmp_path / "streams.yaml", env={})
    store = SqlStore(options.store_url.reveal())
    with store.write() as transaction:
        for number in (1, 2, 3):
            transaction.add_letter(letter(number), 1_790_000_000_000_000_000)
    found = store.due_deliveries(2**62, 2**62, 0, 10, ())
    late_ns = 1_790_010_000_000_000_000
    patience = patience_of(options)
    dead = failed(found[0], 1, "json", "HTTP 503", late_ns, patience, ailing=True)
    assert dead.standing is Standing.DEAD
    store.settle_deliveries([dead])
    store.close()
    status, said = run(tmp_path, "'json://127.0.0.1:9/x'", "list")
    assert status == 0
    lines = said.splitlines()
    assert len(lines) == 4
    assert "HTTP 503" in lines[0]
    told = json.loads(run(tmp_path, "'json://127.0.0.1:9/x'", "list", "--json")[1])
    assert (told["waiting"], told["dead"]) == (2, 1)
    assert [one["standing"] for one in told["pushes"]] == ["waiting", "waiting", "dead"]
