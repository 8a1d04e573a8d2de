"""What became of letters: whatever was due arrived at least once, or is kept as dead with why."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from chaos.facts import Facts, Row
from chaos.letterbox import Letter, words

WITH_LETTERBOX = frozenset({"guards"})
"""Who is pushed to."""


def unpushed(facts: Facts) -> Iterator[str]:
    """Letters that have vanished, were written twice, or are of what was not in the inbox."""
    heard = {(told.recipient, told.event_id) for told in facts.inboxes}
    due = {key for key in heard if key[0] in WITH_LETTERBOX}
    written = Counter((str(row["recipient_id"]), str(row["event_id"])) for row in facts.letters)
    yield from (f"{who}: {event_id} was never written" for who, event_id in due - written.keys())
    yield from (f"{who}: {event_id} is in no inbox" for who, event_id in written.keys() - due)
    yield from (f"{who}: {it} was written {n} times" for (who, it), n in written.items() if n > 1)
    yield from _not_arrived(facts)


def _not_arrived(facts: Facts) -> Iterator[str]:
    """Some say the same: of these as many must have arrived."""
    arrived, sent = Counter(facts.taken), defaultdict[Letter, list[Row]](list)
    for row in facts.letters:
        name = f"{row['recipient_id']}: {row['event_id']}"
        if row["standing"] == "sent":
            sent[Letter(row["recipient_id"], words(row["title"], row["text"]))].append(row)
        elif row["standing"] != "dead":
            if row["id"] <= facts.last_letter:
                yield f"{name} is {row['standing']} still"
        elif not row["problem"]:
            yield f"{name} is dead, and nobody knows why"
    for letter, rows in sent.items():
        for row in rows[arrived[letter] :]:
            yield f"{letter.recipient}: {row['event_id']} is said to be sent"
