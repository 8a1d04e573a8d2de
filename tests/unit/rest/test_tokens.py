from __future__ import annotations

import hashlib

from structlog.testing import capture_logs

from fences.clock import SECOND_NS
from kerbwatch.rest.options import SOON_NS, RestOptions, TokenOptions
from kerbwatch.rest.tokens import PREFIX, Doorkeeper, new_token, sha256_of
from tests.alerts_kit import FakeClock


def test_tokens_are_long_their_own_and_known_by_their_hash_alone() -> None:
    made = {new_token() for _ in range(50)}
    assert len(made) == 50
    assert all(token.startswith(PREFIX) and len(token) >= 43 for token in made)
    token = made.pop()
    assert sha256_of(token) == hashlib.sha256(token.encode()).hexdigest()


def test_whoever_has_several_tokens_is_let_in_with_each() -> None:
    one, two, other = new_token(), new_token(), new_token()
    tokens = [TokenOptions("a", sha256_of(one)), TokenOptions("a", sha256_of(two))]
    door = Doorkeeper([*tokens, TokenOptions("b", sha256_of(other))], FakeClock())
    known = [door.known(it) for it in (one, two, other)]
    assert [it and it.recipient for it in known] == ["a", "a", "b"]
    assert door.known(new_token()) is None
    assert door.known(sha256_of(one)) is None


def test_wrong_tokens_are_worth_one_line_a_minute_and_are_not_in_it() -> None:
    clock = FakeClock()
    door = Doorkeeper([], clock)
    with capture_logs() as lines:
        for _ in range(500):
            door.failed("10.0.0.9")
        clock.pass_s(61)
        door.failed("10.0.0.9")
    assert [(line["event"], line["client"]) for line in lines] == [
        ("token_refused", "10.0.0.9")
    ] * 2


def test_a_token_is_good_to_its_end_and_its_use_after_that_is_told_once() -> None:
    clock, token = FakeClock(), new_token()
    given = TokenOptions("a", sha256_of(token), clock.wall_ns() + 60 * SECOND_NS)
    door = Doorkeeper([given], clock)
    with capture_logs() as lines:
        assert door.ended(given) is None
        clock.pass_s(59)
        assert door.ended(given) is None
        assert lines == []
        clock.pass_s(1)
        assert [door.ended(given), door.ended(given)] == [given.end_wall_ns] * 2
    assert [line["event"] for line in lines] == ["token_expired"]
    assert token not in str(lines)
    assert TokenOptions("a", sha256_of(token)).is_over(2**62) is False


def test_tokens_that_end_within_two_weeks_are_told() -> None:
    def ending(at_ns: int | None) -> bool:
        return RestOptions(tokens=(TokenOptions("a", "0" * 64, at_ns),)).ending(0) != ()

    assert [ending(it) for it in (None, -1, 0, SOON_NS, SOON_NS + 1)] == [
        False,
        True,
        True,
        True,
        False,
    ]


def test_tokens_cross_a_network_in_the_clear_only_without_a_certificate() -> None:
    assert not RestOptions().in_the_clear
    assert not RestOptions(host="localhost").in_the_clear
    assert RestOptions(host="0.0.0.0").in_the_clear
