"""The topics of the MQTT contract: ``<base>/<site>/…``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topics:
    """``base`` may have several levels (``city/kerbwatch``); ids are single levels."""

    base: str
    site_id: str

    def __post_init__(self) -> None:
        if not self.base.strip("/") or any(sign in self.base for sign in "+#\0"):
            raise ValueError(f"got base topic {self.base!r}, expected levels without + and #")

    @property
    def root(self) -> str:
        return f"{self.base.strip('/')}/{self.site_id}"

    @property
    def status(self) -> str:
        return f"{self.root}/status"

    @property
    def events(self) -> str:
        return f"{self.root}/events"

    def camera_status(self, camera_id: str) -> str:
        return f"{self.root}/cameras/{camera_id}/status"

    def case(self, case_id: str) -> str:
        return f"{self.root}/cases/{case_id}"

    @property
    def all_cases(self) -> str:
        """The filter for every retained case."""
        return f"{self.root}/cases/+"

    def inbox(self, recipient_id: str) -> str:
        return f"{self.root}/inbox/{recipient_id}"

    def command(self, case_id: str, verb: str) -> str:
        return f"{self.root}/cmd/{case_id}/{verb}"

    @property
    def all_commands(self) -> str:
        """The filter for every command; results match it too, see :meth:`command_of`."""
        return f"{self.root}/cmd/+/+"

    def command_of(self, topic: str) -> tuple[str, str] | None:
        """Case id and verb of a command's topic; None where it is none."""
        prefix = f"{self.root}/cmd/"
        levels = topic.removeprefix(prefix).split("/")
        if not topic.startswith(prefix) or len(levels) != 2 or levels[0] == "result":
            return None
        return levels[0], levels[1]

    def result(self, request_id: str) -> str:
        return f"{self.root}/cmd/result/{request_id}"
