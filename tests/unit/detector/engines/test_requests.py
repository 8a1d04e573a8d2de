"""Many callers share a model's requests."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import openvino as ov
import pytest

from detector.cards import ModelCard
from detector.engines.errors import ModelError
from detector.engines.openvino import OpenVinoEngine, _Requests
from detector.engines.precision import Precision

DEADLINE_S = 10.0
PICTURE = np.zeros((32, 64, 3), np.uint8)
ANSWER = [[[16, 8, 32, 24, 0.5, 0], [0, 0, 0, 0, 0, 0]]]


class FakeCompiled:
    """A model that can do two pictures at once."""

    def __init__(self) -> None:
        self.made = 0

    def get_property(self, name: str) -> int:
        assert name == "OPTIMAL_NUMBER_OF_INFER_REQUESTS"
        return 2

    def create_infer_request(self) -> int:
        self.made += 1
        return self.made


def test_one_request_more_than_can_run_at_once_is_lent_and_each_to_one_caller() -> None:
    requests = _Requests(FakeCompiled(), alone=False)
    with requests.one() as one, requests.one() as other, requests.one() as third:
        assert len({one, other, third}) == 3


def test_a_caller_waits_until_a_request_is_free_and_gets_that_one() -> None:
    requests = _Requests(FakeCompiled(), alone=True)
    got: list[int] = []
    waiting = threading.Event()

    def ask() -> None:
        waiting.set()
        with requests.one() as request:
            got.append(request)

    with requests.one() as held:
        thread = threading.Thread(target=ask)
        thread.start()
        assert waiting.wait(DEADLINE_S)
        assert got == []
    thread.join(DEADLINE_S)
    assert got == [held]


def test_a_request_whose_caller_fails_is_lent_again() -> None:
    requests = _Requests(FakeCompiled(), alone=True)
    with pytest.raises(ValueError, match="broken"), requests.one():
        raise ValueError("broken")
    with requests.one() as again:
        assert again == 1


@pytest.mark.parametrize("one_caller", [False, True])
def test_what_is_seen_does_not_depend_on_how_many_ask(
    one_caller: bool, make_card: Callable[..., ModelCard], write_model: Callable[..., Path]
) -> None:
    path = write_model(ANSWER)
    engine = OpenVinoEngine(make_card(), path, one_caller=one_caller, precision=Precision.F32)
    alone = engine.infer(PICTURE)
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(engine.infer, [PICTURE] * 30))
    assert alone
    assert found == [alone] * 30


def test_a_precision_that_the_processor_lacks_is_refused(
    make_card: Callable[..., ModelCard],
    write_model: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """OpenVINO itself would go on in another one."""
    monkeypatch.setattr(ov.Core, "get_property", lambda *_: ["FP32", "INT8"])
    with pytest.raises(ModelError, match="CPU cannot calculate in bf16: got FP32, INT8, expected"):
        OpenVinoEngine(make_card(), write_model(ANSWER), precision=Precision.BF16)
    OpenVinoEngine(make_card(), write_model(ANSWER)).close()
