"""What one recipient is told of many cases at once. Pure."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from alerts.cases import Case
from alerts.parts import Parts, person
from alerts.payloads import DIGEST_SCHEMA, DigestBody
from alerts.people import Recipient
from alerts.texts import Language, load_texts

_PLACES = 10


class DigestKind(StrEnum):
    """A storm of new cases has begun or goes on; or it is over."""

    STORM = "storm"
    STORM_OVER = "storm_over"


def digest_body(
    parts: Parts,
    kind: DigestKind,
    event_id: str,
    storm: str,
    recipient: Recipient,
    cases: Sequence[Case],
    at_wall_ns: int,
) -> DigestBody:
    """``cases``: at least one, all of this recipient."""
    since, since_ms = parts.time(min(case.opened_wall_ns for case in cases))
    at, at_ms = parts.time(at_wall_ns)
    tally = Tally(case.camera_id for case in cases).most_common()
    still = [case.case_id for case in cases if case.is_open]
    body: DigestBody = {
        "schema": DIGEST_SCHEMA,
        "kind": kind.value,
        "event_id": event_id,
        "storm": storm,
        "recipient": person(recipient),
        "site": parts.site(),
        "since": since,
        "since_ms": since_ms,
        "at": at,
        "at_ms": at_ms,
        "count": len(cases),
        "open": len(still),
        "cameras": len(tally),
        "places": [{"camera": parts.camera(one), "count": n} for one, n in tally[:_PLACES]],
        "text": {},
    }
    body["text"] = {language.value: _text(body, language) for language in Language}
    return body


def _text(body: DigestBody, language: Language) -> str:
    texts = load_texts("alerts", language)
    kind, count = body["kind"], body["count"]
    title = texts("digest.storm", count=count)
    if kind == DigestKind.STORM_OVER:
        title = texts("digest.storm_over", count=count, open=body["open"])
    places = texts("digest.comma").join(
        texts("digest.place", camera=one["camera"]["name"], count=one["count"])
        for one in body["places"]
    )
    left = body["cameras"] - len(body["places"])
    where = texts("digest.where", places=places)
    since = datetime.fromisoformat(body["since"]).strftime("%Y-%m-%d %H:%M:%S")
    lines = [title, texts("digest.more", where=where, count=left) if left else where]
    lines += [texts("push.since", since=since), texts("digest.open", open=body["open"])]
    return "\n".join(lines)
