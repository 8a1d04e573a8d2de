"""A push as plain text lines, as a phone shows it."""

from __future__ import annotations

from datetime import datetime

from alerts.payloads import InboxBody
from alerts.texts import Language, Texts, load_texts


def push_text(body: InboxBody, language: Language) -> tuple[str, ...]:
    """The lines that tell what, where and since when, in the recipient's language.

    How much is taken is of use only to those who are to go there.
    """
    texts = load_texts("alerts", language)
    scenario = body["scenario"]["zh" if language is Language.ZH else "en"]
    lines = [
        texts("push.title", kind=_title(body, texts), scenario=scenario),
        _where(body, texts),
        *_said(body, texts),
        texts("push.seen", seen=evidence_text(body["named_by"], texts)),
        texts("push.since", since=_clock(body["since"])),
    ]
    # a message of an older version has no measures
    taken = occupancy_text(body.get("occupied_share"), body.get("clear_width_m"), texts)
    if taken is not None and body["cleared"] is None:
        lines.insert(-1, texts("push.taken", taken=taken))
    if body["cleared"] is not None and body["cleared_ms"] is not None:
        lasted = span_text((body["cleared_ms"] - body["since_ms"]) // 1000, texts)
        lines.append(texts("push.cleared", cleared=_clock(body["cleared"]), lasted=lasted))
    accept = body.get("accept_deadline")  # a message of an older version has none
    if accept is not None:
        lines.append(texts("push.accept_deadline", deadline=_clock(accept)))
    if body["deadline"] is not None:
        lines.append(texts("push.deadline", deadline=_clock(body["deadline"])))
    if body["picture"] is not None:
        lines.append(texts("push.picture", picture=body["picture"]))
    if body.get("after_picture") is not None:
        lines.append(texts("push.after_picture", picture=body["after_picture"]))
    lines.append(texts("push.case", case_id=body["case_id"]))
    return tuple(lines)


def _title(body: InboxBody, texts: Texts) -> str:
    """What has happened, in a word or two."""
    named = texts.messages.get(f"notice.{body.get('reason')}")
    if named is None and (body["kind"], body["state"]) == ("new", "reopened"):
        return texts("notice.reopened")
    return named or texts.messages.get(f"notice.{body['kind']}", body["kind"])


def _said(body: InboxBody, texts: Texts) -> list[str]:
    """Who did it, until when, and what they said; a message of an older version has none of it."""
    by, words, until = body.get("by"), body.get("words"), body.get("until")
    lines = [] if by is None else [texts("push.by", by=by["name"])]
    if until is not None:
        lines.append(texts("push.until", until=_clock(until)))
    return lines if words is None else [*lines, texts("push.words", words=words)]


def _where(body: InboxBody, texts: Texts) -> str:
    camera, fence = body["camera"]["name"], body["fence"]
    if fence is None:
        return texts("push.where_camera", camera=camera)
    return texts("push.where", camera=camera, fence=fence["name"])


def evidence_text(named_by: str, texts: Texts) -> str:
    """Which evidence named a case, in words; what is not known stays as it is written."""
    way, _, what = named_by.partition(":")
    if way == "camera":
        return texts.messages.get(f"camera.{what}", named_by)
    label = texts.messages.get(f"label.{what}", what)
    template = texts.messages.get(f"evidence.{way}_{what}") or texts.messages.get(f"evidence.{way}")
    return named_by if template is None else template.format(label=label)


def occupancy_text(
    occupied_share: float | None, clear_width_m: float | None, texts: Texts
) -> str | None:
    """What is taken of a fence and what is left to pass, in words; ``None`` if nobody knows."""
    if occupied_share is None:
        return None
    percent = round(100 * occupied_share)
    told = texts("occupancy.taken", percent=percent) if percent else texts("occupancy.little")
    if clear_width_m is None:
        return told
    return texts("occupancy.left", taken=told, metres=f"{clear_width_m:.1f}")


def span_text(seconds: int, texts: Texts) -> str:
    """A length of time in its two largest units."""
    minutes, left_s = divmod(max(0, seconds), 60)
    hours, left_min = divmod(minutes, 60)
    days, left_h = divmod(hours, 24)
    if days:
        return texts("span.days", days=days, hours=left_h)
    if hours:
        return texts("span.hours", hours=hours, minutes=left_min)
    if minutes:
        return texts("span.minutes", minutes=minutes, seconds=left_s)
    return texts("span.seconds", seconds=left_s)


def _clock(iso: str) -> str:
    """The site's local time as people write it. Raises ``ValueError`` if it is no ISO 8601."""
    return datetime.fromisoformat(iso).strftime("%Y-%m-%d %H:%M:%S")
