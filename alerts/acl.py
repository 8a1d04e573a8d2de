"""Who may read and write which topics, as the ACL file of a Mosquitto broker. Pure.

It makes the broker vouch for people: whoever signs in as a recipient can publish commands only
below that recipient's own id.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from alerts.discovery import discovery_topic
from alerts.topics import Topics

_ALL = "+"


@dataclass(frozen=True, slots=True)
class Users:
    """User names of the broker. Those of ``recipients`` are their ids.

    ``service`` is Kerbwatch itself. ``readers`` (a wall of screens, say) see every case and
    camera and do nothing. Raises ``ValueError`` with a name that cannot stand in the file or
    stands for two.
    """

    service: str
    recipients: Sequence[str] = ()
    readers: Sequence[str] = ()

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for name in (self.service, *self.recipients, *self.readers):
            if not name.isprintable() or name != name.strip() or not name or name in seen:
                raise ValueError(name)
            seen.add(name)


def mosquitto_acl(topics: Topics, users: Users, discovery_prefix: str | None = None) -> str:
    """The text of the file. What it does not name is forbidden, to strangers everything.

    With ``discovery_prefix`` the service may publish below it and readers may read that, as Home
    Assistant does.
    """
    more: tuple[str, ...] = ()
    if discovery_prefix is not None:
        config = discovery_topic(discovery_prefix, _ALL, topics.site_id, _ALL)
        more = (topics.camera_cases(_ALL), config)
    blocks = [
        ["# Written by: kerbwatch mqtt acl. Write it again when recipients change."],
        _block(users.service, (*_written(topics), *more), _heard(topics)),
        *(_block(name, (), (*_shown(topics), *more)) for name in users.readers),
        *(_of_recipient(topics, one) for one in users.recipients),
    ]
    return "\n\n".join("\n".join(lines) for lines in blocks) + "\n"


def _of_recipient(topics: Topics, one: str) -> list[str]:
    reads = (topics.inbox(one), topics.result(one, _ALL))
    return _block(one, (topics.command(one, _ALL, _ALL),), reads)


def _block(user: str, writes: Collection[str], reads: Collection[str]) -> list[str]:
    lines = [f"user {user}", *(f"topic write {one}" for one in writes)]
    return lines + [f"topic read {one}" for one in reads]


def _shown(topics: Topics) -> tuple[str, ...]:
    return (topics.status, topics.camera_status(_ALL), topics.all_cases, topics.events)


def _written(topics: Topics) -> tuple[str, ...]:
    """All that the service publishes; commands are not among it."""
    return (*_shown(topics), topics.inbox(_ALL), topics.result(_ALL, _ALL))


def _heard(topics: Topics) -> tuple[str, ...]:
    """Inboxes are for ``kerbwatch inbox``, which signs in as the service does."""
    return (topics.status, topics.all_cases, topics.all_commands, topics.inbox(_ALL))
