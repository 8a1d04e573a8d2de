"""The topics of the MQTT contract: ``<base>/<site>/…``."""

from __future__ import annotations

from dataclasses import dataclass

NEW_CASE, REPORT = "new", "report"
"""In place of case id and verb: what is published there opens a case. No case id is so short."""


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

    def camera_cases(self, camera_id: str) -> str:
        return f"{self.root}/cameras/{camera_id}/cases"

    def case(self, case_id: str) -> str:
        return f"{self.root}/cases/{case_id}"

    @property
    def all_cases(self) -> str:
        """The filter for every retained case."""
        return f"{self.root}/cases/+"

    def inbox(self, recipient_id: str) -> str:
        return f"{self.root}/inbox/{recipient_id}"

    def command(self, recipient_id: str, case_id: str, verb: str) -> str:
        """Whose it is stands in the topic, so that a broker's ACL can vouch for it."""
        return f"{self.root}/cmd/{recipient_id}/{case_id}/{verb}"

    def report(self, recipient_id: str) -> str:
        """Where somebody reports what no camera has seen; below the own commands."""
        return self.command(recipient_id, NEW_CASE, REPORT)

    @property
    def all_commands(self) -> str:
        """The filter for every command."""
        return self.command("+", "+", "+")

    def command_of(self, topic: str) -> tuple[str, str, str] | None:
        """Recipient id, case id and verb of a command's topic; None where it is none."""
        prefix = f"{self.root}/cmd/"
        levels = topic.removeprefix(prefix).split("/")
        if not topic.startswith(prefix) or len(levels) != 3:
            return None
        return levels[0], levels[1], levels[2]

    def result(self, recipient_id: str, request_id: str) -> str:
        return f"{self.root}/result/{recipient_id}/{request_id}"
