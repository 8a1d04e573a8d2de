"""Whether everything has been said and done once the faults are over, asked of the store."""

from __future__ import annotations

from dataclasses import dataclass

from chaos.facts import ask

UNSENT = "SELECT count(*) AS n FROM outbox WHERE sent_wall_ns IS NULL"
_PLAYED = "SELECT count(*) AS n FROM checkpoints WHERE media_ns = {}"
_FAR = "SELECT CAST(sum(media_ns / 1000000000) AS BIGINT) AS n FROM checkpoints"
_UNWELL = "SELECT count(*) AS n FROM cases WHERE fence_id = '' AND is_open"
_LETTERS = "SELECT max(id) AS n FROM push_deliveries"
_WAITING = "SELECT count(*) AS n FROM push_deliveries WHERE standing = 'waiting' AND id <= {}"


@dataclass
class Settling:
    """``unwell`` cameras of ``cameras`` stay so; all have played up to ``last_look_ns``.

    What time brings after that goes on and on: letters count up to ``last_letter``.
    """

    url: str
    cameras: int
    unwell: int
    last_look_ns: int
    last_letter: int = 0

    def left(self) -> str | None:
        """What there is to wait for; None: nothing. Raises as the drivers of the stores do."""
        played = self.count(_PLAYED.format(self.last_look_ns))
        if played == self.cameras:
            self.last_letter = self.last_letter or self.count(_LETTERS)
        unsent, waiting = self.count(UNSENT), self.count(_WAITING.format(self.last_letter))
        unwell = self.count(_UNWELL)
        if (played, unsent, waiting, unwell) == (self.cameras, 0, 0, self.unwell):
            return None
        return (
            f"{played} cameras have been played, all together {self.count(_FAR)} s,"
            f" {unsent} messages are unsent, {waiting} letters wait,"
            f" {unwell} cameras are unwell instead of {self.unwell}"
        )

    def count(self, query: str) -> int:
        """The number ``n`` of a query."""
        return int(ask(self.url, query)[0]["n"] or 0)
