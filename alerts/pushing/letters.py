"""What is pushed to whom, and in which words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from alerts.duty.routing import Severity
from alerts.payloads import DigestBody, InboxBody
from alerts.push import push_text
from alerts.service_payloads import NoticeBody
from alerts.texts import Language, load_texts

_URLS = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class Letter:
    """What one recipient is to read of one notice; every try over every channel says the same.

    ``picture`` is relative to the evidence folder.
    """

    event_id: str
    case_id: str
    recipient_id: str
    title: str
    text: str
    picture: str | None = None


@dataclass(frozen=True, slots=True)
class PushPlan:
    """Who has channels at all, and how letters are written; as made here, nobody has any.

    ``case_url`` is what a case's id is put behind to open it; None: letters have no link.
    ``severities`` are by scenario id; the others are normal.
    """

    recipients: frozenset[str] = frozenset()
    language: Language = Language.ZH
    case_url: str | None = None
    severities: Mapping[str, Severity] = field(default_factory=dict)

    def letter(self, body: InboxBody, picture_base: str) -> Letter | None:
        """The letter for an inbox message; None where its recipient has no channel.

        ``picture_base`` is what stands before a picture's relative path in the message.
        """
        recipient_id = body["recipient"]["id"]
        if recipient_id not in self.recipients:
            return None
        pictures = (body["after_picture"], body["picture"])  # the newer one says more
        newest = next((one for one in pictures if one is not None), None)
        title, *lines = self._lines(body)
        return Letter(
            event_id=body["event_id"],
            case_id=body["case_id"],
            recipient_id=recipient_id,
            title=title,
            text="\n".join(lines),
            picture=None if newest is None else newest.removeprefix(f"{picture_base}/"),
        )

    def bulletin(self, body: DigestBody | NoticeBody) -> Letter | None:
        """The letter for what is told of many cases at once, or of none; it names no case."""
        recipient_id = body["recipient"]["id"]
        if recipient_id not in self.recipients:
            return None
        title, text = body["text"][self.language.value].split("\n", 1)
        about = str(body.get("storm", body["kind"]))
        return Letter(body["event_id"], about, recipient_id, title, text)

    def _lines(self, body: InboxBody) -> list[str]:
        texts = load_texts("alerts", self.language)
        shown = body.copy()  # a path on this machine is of no use on a phone
        shown["picture"] = _if_url(body["picture"])
        shown["after_picture"] = _if_url(body["after_picture"])
        lines = list(push_text(shown, self.language))
        severity = self.severities.get(body["scenario"]["id"], Severity.NORMAL)
        name = texts(f"severity.{severity.value}")
        lines.insert(2, texts("push.severity", severity=name))  # after what and where
        if self.case_url is not None:
            link = f"{self.case_url.rstrip('/')}/{quote(body['case_id'], safe='')}"
            lines.append(texts("push.link", link=link))
        return lines


NO_PUSH = PushPlan()
"""Nobody has a channel: there is the MQTT inbox alone."""


def _if_url(located: str | None) -> str | None:
    return located if located is not None and located.startswith(_URLS) else None
