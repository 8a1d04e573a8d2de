"""Pushes in the database: rows to types and back, and what is asked of them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, bindparam, func, or_, select, update

from alerts.pushing.course import Delivery, PushStats, Standing
from alerts.pushing.letters import Letter
from alerts.store import tables

_table = tables.push_deliveries
_c = _table.c
_FAR = (
    "due_wall_ns", "channel", "tries", "round", "done_wall_ns", "via", "problem",
)  # fmt: skip

SETTLE = (
    update(_table)
    .where(_c.id == bindparam("known_id"))
    .values({name: bindparam(f"new_{name}") for name in (*_FAR, "standing")})
)


def new_row(letter: Letter, wall_ns: int) -> dict[str, Any]:
    """A letter that nobody has tried yet."""
    return {
        "event_id": letter.event_id,
        "case_id": letter.case_id,
        "recipient_id": letter.recipient_id,
        "title": letter.title,
        "text": letter.text,
        "picture": letter.picture,
        "wall_ns": wall_ns,
        "due_wall_ns": wall_ns,
        "standing": Standing.WAITING.value,
        "channel": 0,
        "tries": 0,
        "round": 0,
    }


def row_to_delivery(row: RowMapping) -> Delivery:
    letter = Letter(
        row["event_id"],
        row["case_id"],
        row["recipient_id"],
        row["title"],
        row["text"],
        row["picture"],
    )
    far = {name: row[name] for name in _FAR}
    return Delivery(
        id=row["id"],
        letter=letter,
        wall_ns=row["wall_ns"],
        standing=Standing(row["standing"]),
        **far,
    )


def how_far(delivery: Delivery) -> dict[str, Any]:
    """The values of :data:`SETTLE`."""
    far = {f"new_{name}": getattr(delivery, name) for name in _FAR}
    return far | {"known_id": delivery.id, "new_standing": delivery.standing.value}


def due(
    now_wall_ns: int, back_wall_ns: int, after_id: int, limit: int, without: Collection[str]
) -> Select[Any]:
    """See :meth:`alerts.store.port.Store.due_deliveries`."""
    in_time = or_(_c.due_wall_ns <= now_wall_ns, _c.due_wall_ns >= back_wall_ns)
    found = select(_table).where(_c.standing == Standing.WAITING.value, _c.id > after_id, in_time)
    if without:
        found = found.where(_c.recipient_id.not_in(sorted(without)))
    return found.order_by(_c.id).limit(limit)


def newest(limit: int, *, done: bool) -> Select[Any]:
    """See :meth:`alerts.store.port.Store.deliveries`."""
    arrived = _c.standing == Standing.SENT.value
    found = select(_table).where(arrived if done else ~arrived)
    return found.order_by(_c.id.desc()).limit(limit)


def stats(connection: Connection) -> PushStats:
    """How many wait, since when, and how many are dead."""
    waiting = select(func.count(), func.min(_c.wall_ns)).where(
        _c.standing == Standing.WAITING.value
    )
    dead = select(func.count()).where(_c.standing == Standing.DEAD.value)
    count, oldest = connection.execute(waiting.select_from(_table)).one()
    return PushStats(count, oldest, connection.execute(dead.select_from(_table)).scalar() or 0)
