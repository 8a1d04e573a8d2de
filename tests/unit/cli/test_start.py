"""``--start`` is read as the site's local time."""

from __future__ import annotations

import pytest
import typer

from kerbwatch.cli.replay import _start_ns

MINUTE_NS = 60_000_000_000
NINE_THIRTY_UTC_NS = 1_772_357_400_000_000_000  # 2026-03-01T09:30Z


@pytest.mark.parametrize(
    "text",
    ["2026-03-01T17:30", "2026-03-01 17:30:00", "2026-03-01T09:30Z", "2026-03-01T10:30+01:00"],
)
def test_a_time_without_an_offset_is_the_site_s(text: str) -> None:
    assert _start_ns(text, "Asia/Shanghai", as_json=False) == NINE_THIRTY_UTC_NS


def test_a_date_is_its_midnight_and_fractions_are_kept() -> None:
    midnight = NINE_THIRTY_UTC_NS - (17 * 60 + 30) * MINUTE_NS
    assert _start_ns("2026-03-01", "Asia/Shanghai", as_json=False) == midnight
    exact = _start_ns("2026-03-01T09:30:00.250001Z", "Asia/Shanghai", as_json=False)
    assert exact == NINE_THIRTY_UTC_NS + 250_001_000


def test_left_out_it_is_unknown() -> None:
    assert _start_ns(None, "Asia/Shanghai", as_json=False) is None


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-02-30", "0001-01-01", "9999-12-31T23:59"])
def test_what_is_no_time_of_a_recording_is_misuse(text: str) -> None:
    with pytest.raises(typer.Exit) as ended:
        _start_ns(text, "Asia/Shanghai", as_json=False)
    assert ended.value.exit_code == 2
