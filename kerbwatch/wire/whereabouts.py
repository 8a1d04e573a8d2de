"""Which camera a thread works for, told by the stack that a crash leaves behind.

A decoder that crashes takes the process along, and nothing of ours runs any more. But
``faulthandler`` still writes the Python stack of the thread that crashed. So work for a camera
is called through a function that bears the camera's name: no file to keep up to date, and it
works with any number of threads, where a list of all of them would be cut off at 100.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from types import FunctionType
from typing import Any, TypeVar

T = TypeVar("T")

_MARK = "camera:"
_FRAME = re.compile(rf'^  File ".*", line \S+ in {_MARK}([a-z0-9][a-z0-9-]{{0,63}})$', re.MULTILINE)


def working_for(camera_id: str, work: Callable[[], T]) -> T:
    """What ``work()`` gives; if it crashes the process, the camera is to blame.

    Costs less than half a microsecond. What it calls counts, in this thread: a generator only
    while it is run from here, other threads only if they say so themselves. The innermost call
    counts.
    """
    worked: T = _named(camera_id)(work)
    return worked


def blamed(report: str) -> str | None:
    """The camera that the crashed thread worked for, by what ``faulthandler`` wrote.

    None where it worked for none, or was a thread of a library's own.
    """
    found = _FRAME.search(report)  # the most recent call comes first
    return None if found is None else found[1]


def _call(work: Callable[[], Any]) -> Any:
    return work()


@cache
def _named(camera_id: str) -> FunctionType:
    name = f"{_MARK}{camera_id}"
    return FunctionType(_call.__code__.replace(co_name=name, co_qualname=name), {}, name)
