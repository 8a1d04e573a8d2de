"""From options to who is pushed to, over which channels, and in which words."""

from __future__ import annotations

from alerts.pushing.channel import Channel
from alerts.pushing.course import Patience
from alerts.pushing.letters import NO_PUSH, PushPlan
from kerbwatch.options import ServiceOptions


def push_plan(options: ServiceOptions) -> PushPlan:
    """What letters are written, and for whom."""
    recipients = frozenset(one.id for one in options.recipients if one.push)
    if not recipients:
        return NO_PUSH
    return PushPlan(
        recipients=recipients,
        language=options.push.language,
        case_url=options.push.case_url,
        severities=options.duty.severities,
    )


def patience_of(options: ServiceOptions) -> Patience:
    """How long and how often a letter is tried."""
    return Patience(give_up_ns=options.push.give_up_ns)


def channels_of(options: ServiceOptions) -> dict[str, tuple[Channel, ...]]:
    """The channels of each recipient who has any; an address that two share is one channel.

    Imports Apprise, which takes its time, only if there are any.
    """
    addresses = {url for one in options.recipients for url in one.push}
    if not addresses:
        return {}
    from alerts.pushing.apprise_channel import AppriseChannel  # noqa: PLC0415

    made = {url: AppriseChannel(url.reveal()) for url in addresses}
    return {one.id: tuple(made[url] for url in one.push) for one in options.recipients if one.push}
