"""The schema of ``rest`` in ``streams.yaml``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from kerbwatch.config.addresses import check_metrics_host
from kerbwatch.config.duty_checks import check_day
from kerbwatch.config.fields import Expect, Id, PathText, StrictModel
from kerbwatch.rest.options import REST_PORT


class TokenModel(StrictModel):
    """Whose token is good; the token itself is nowhere."""

    recipient: Id
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$"), Expect("token_sha256")]
    until: Annotated[str | None, Expect("day")] = None

    _until = field_validator("until")(check_day)


class RestModel(StrictModel):
    """Where the case book is served over REST, and to whom."""

    host: Annotated[str, Expect("metrics_host")] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535), Expect("port")] = REST_PORT
    cert_file: PathText | None = None
    key_file: PathText | None = None
    tokens: Annotated[list[TokenModel], Field(max_length=1000), Expect("tokens")] = Field(
        default_factory=list
    )

    _host = field_validator("host")(check_metrics_host)
