"""Judges what the broker still holds of us."""

from __future__ import annotations

import json

from alerts.place import Directory
from alerts.store.port import Store


def says_online(payload: bytes) -> bool:
    """Whether a ``status`` payload says that the service is online."""
    body = _object(payload)
    return body is not None and body.get("state") == "online"


def is_stale_case(payload: bytes, directory: Directory, store: Store) -> bool:
    """Whether a retained case is ours and no longer open, so that it must be cleared.

    Another node may watch other cameras of the same site: its cases are left alone, and so
    is anything that is no case.
    """
    body = _object(payload)
    if body is None:
        return False
    camera, case_id = body.get("camera"), body.get("case_id")
    if not isinstance(camera, dict) or not isinstance(case_id, str):
        return False
    if camera.get("id") not in directory.cameras:
        return False
    case = store.case(case_id)
    return case is None or not case.is_open


def _object(payload: bytes) -> dict[str, object] | None:
    try:
        body = json.loads(payload)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None
