"""Which cases somebody asks for: the parameters of a list."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from alerts.cases import CaseState
from alerts.store.pages import Wanted

MOST = 200
"""Cases on one page."""

Text = Annotated[str | None, Field(min_length=1, max_length=255)]

EXPECTED = {
    "state": ", ".join(CaseState),
    "open": "true, false, any",
    "limit": f"1-{MOST}",
    "camera": "1-255 characters",
    "scenario": "1-255 characters",
    "recipient": "1-255 characters",
    "cursor": "next",
}
"""By parameter, for people who got one wrong."""


class Filters(BaseModel):
    """Other parameters are refused: a misspelt one would show cases that nobody asked for."""

    model_config = ConfigDict(extra="forbid")

    state: Annotated[list[CaseState], Field(description="May be given more than once.")] = Field(
        default_factory=list
    )
    open: Annotated[
        Literal["true", "false", "any"] | None,
        Field(description="Left out: true, or any where states are given."),
    ] = None
    camera: Text = None
    scenario: Text = None
    recipient: Annotated[Text, Field(description="Whoever is told of it.")] = None
    limit: Annotated[int, Field(ge=1, le=MOST)] = 50
    cursor: Annotated[Text, Field(description="next of the page before.")] = None

    def wanted(self) -> Wanted:
        openness = self.open or ("any" if self.state else "true")
        return Wanted(
            is_open={"true": True, "false": False}.get(openness),
            states=frozenset(self.state),
            camera_id=self.camera,
            scenario_id=self.scenario,
            recipients=frozenset() if self.recipient is None else frozenset({self.recipient}),
            after=self.cursor,
        )
