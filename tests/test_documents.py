"""Documents say what is there, and nothing that is not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_type_hints

import pytest

from alerts import payloads, service_payloads
from alerts.cases import CaseState, CloseReason, Verification
from alerts.commands import RefusalCode
from alerts.health import CameraState, HealthReason, ServiceState
from alerts.orders import KEYS as COMMAND_KEYS
from alerts.people import Role
from alerts.report_orders import KEYS as REPORT_KEYS
from alerts.texts import Language, load_texts
from alerts.topics import Topics
from alerts.verbs import BECOMES, LONGEST_NS, NEEDS_WORDS, NEEDS_WORDS_OR_PICTURE, Verb
from alerts.verify import TimerReason
from fences.catalogue import CATALOGUE, CATEGORIES
from fences.event import Reason
from kerbwatch.cli.scenarios import markdown_table
from kerbwatch.reach import entries

ROOT = Path(__file__).parent.parent
MQTT = (ROOT / "docs" / "MQTT.md").read_text(encoding="utf-8")
BODIES = {
    payloads.CASE_SCHEMA: payloads.CaseBody,
    payloads.EVENT_SCHEMA: payloads.EventBody,
    payloads.INBOX_SCHEMA: payloads.InboxBody,
    payloads.CAMERA_SCHEMA: payloads.CameraBody,
    payloads.CAMERA_CASES_SCHEMA: payloads.CameraCasesBody,
    payloads.STATUS_SCHEMA: service_payloads.StatusBody,
    service_payloads.NOTICE_SCHEMA: service_payloads.NoticeBody,
    payloads.RESULT_SCHEMA: payloads.ResultBody,
    payloads.DIGEST_SCHEMA: payloads.DigestBody,
}


def _documented(schema: str) -> set[str]:
    section = MQTT.split(f": `{schema}`\n\n")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])}


@pytest.mark.parametrize("schema", BODIES)
def test_every_field_of_a_message_is_documented_and_every_documented_one_exists(
    schema: str,
) -> None:
    assert _documented(schema) == set(get_type_hints(BODIES[schema]))


def test_every_topic_is_documented_and_every_documented_one_exists() -> None:
    topics = Topics("base", "site")
    ours = {
        topics.status,
        topics.events,
        topics.camera_status("<camera_id>"),
        topics.camera_cases("<camera_id>"),
        topics.case("<case_id>"),
        topics.inbox("<recipient_id>"),
        topics.command("<recipient_id>", "<case_id>", "<verb>"),
        topics.report("<recipient_id>"),
        topics.result("<recipient_id>", "<request_id>"),
    }
    table = MQTT.split("| topic |")[1].split("\n\n")[0]
    documented = {f"base/site/{name}" for name in re.findall(r"^\| `([^`]+)`", table, re.MULTILINE)}
    assert documented == ours


@pytest.mark.parametrize(
    "values", [CaseState, CameraState, ServiceState], ids=lambda values: values.__name__
)
def test_every_state_is_documented(values: type[CaseState | CameraState | ServiceState]) -> None:
    assert ", ".join(values) in MQTT


def test_every_field_of_a_command_is_documented_and_every_documented_one_is_read() -> None:
    section = MQTT.split("## Command")[1].split("```")[0]
    rows = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    assert set(rows) == COMMAND_KEYS


def test_every_field_of_a_report_is_documented_and_every_documented_one_is_read() -> None:
    assert _documented("kerbwatch.report/1") == REPORT_KEYS


def test_every_verb_is_documented_with_what_it_leads_to_and_needs() -> None:
    rows = dict(re.findall(r"^\| ([a-z]+) \| ([a-z ]+) \|", MQTT, re.MULTILINE))
    needs = dict(re.findall(r"^\| ([a-z]+) \|.*\| ([a-z, ]*)\|$", MQTT, re.MULTILINE))
    for verb in Verb:
        state = BECOMES[verb]
        assert rows[verb] == ("the same state" if state is None else state.value)
        words = verb in NEEDS_WORDS | NEEDS_WORDS_OR_PICTURE
        assert ("words" in needs[verb]) == words
        assert ("until" in needs[verb]) == (verb in LONGEST_NS)
    assert set(rows) >= set(Verb)


def test_every_refusal_verification_and_reason_of_time_is_documented() -> None:
    codes = MQTT.split("Codes: ")[1].split("\n\n")[0]
    assert re.findall(r"`(\w+)`", codes) == [code.value for code in RefusalCode]
    assert all(word in MQTT for word in (*Verification, *CloseReason, *TimerReason))


@pytest.mark.parametrize("language", Language)
def test_every_refusal_reason_and_verification_has_its_text(language: Language) -> None:
    texts = load_texts("alerts", language).messages
    keys = [f"refusal.{code.value}" for code in RefusalCode]
    keys += [f"verification.{one.value}" for one in Verification]
    keys += [f"{kind}.{verb.value}" for verb in Verb for kind in ("verb", "reason")]
    keys += [f"reason.{one.value}" for one in (*CloseReason, *TimerReason)]
    keys += [f"notice.{one.value}" for one in TimerReason]
    keys += [f"role.{role.value}" for role in Role]
    assert [key for key in keys if key not in texts] == []


def test_every_reason_of_an_event_is_documented() -> None:
    rows = [row for row in MQTT.splitlines() if row.startswith(("| `reason`", "| `close_reason`"))]
    documented = {
        word for row in rows for word in re.findall(r"[a-z]+(?:_[a-z]+)+", row.split("|")[2])
    }
    assert {*Reason, *HealthReason} - {"grown"} <= documented
    assert "grown" in MQTT


def test_every_make_target_that_the_readme_names_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    for name in ("README.md", "README.zh-CN.md"):
        named = re.findall(r"`?make ([a-z-]+)", (ROOT / name).read_text(encoding="utf-8"))
        assert named
        assert set(named) <= targets


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "README.zh-CN.md",
        "docs/ARCHITECTURE.md",
        "docs/CONFIGURATION.md",
        "docs/METRICS.md",
        "docs/MODELS.md",
        "docs/PERFORMANCE.md",
        "docs/REST.md",
        "docs/SECURITY.md",
        "docs/TESTING.md",
    ],
)
def test_every_link_leads_somewhere(name: str) -> None:
    page = ROOT / name
    links = re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8"))
    broken = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert broken == []


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_readme_shows_the_catalogue_as_the_command_does(name: str) -> None:
    """Made with ``kerbwatch scenarios --markdown --lang …``."""
    lang = Language.ZH if "zh" in name else Language.EN
    text = (ROOT / name).read_text(encoding="utf-8")
    assert f"\n\n{markdown_table(entries(), lang)}\n\n" in text
    assert {str(len(CATALOGUE)), str(len(CATEGORIES))} <= set(re.findall(r"\d+", text))


def test_both_readmes_have_the_same_commands() -> None:
    def commands(name: str) -> list[str]:
        blocks = re.findall(
            r"```sh\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL
        )
        lines = "".join(blocks).splitlines()
        return [line.split("#")[0].strip() for line in lines if line.strip()]

    assert commands("README.md") == commands("README.zh-CN.md")
