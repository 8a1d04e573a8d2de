"""The ACL gives everybody what is theirs, and nothing else."""

from __future__ import annotations

import pytest

from alerts.acl import Users, mosquitto_acl
from tests.alerts_kit import TOPICS


def test_the_file_names_every_user_with_what_is_theirs() -> None:
    users = Users("kerb watch", ("wenshao", "duty-east"), ("wall",))
    assert mosquitto_acl(TOPICS, users) == (
        "# Written by: kerbwatch mqtt acl. Write it again when recipients change.\n"
        "\n"
        "user kerb watch\n"
        "topic write kerbwatch/linzi/status\n"
        "topic write kerbwatch/linzi/cameras/+/status\n"
        "topic write kerbwatch/linzi/cases/+\n"
        "topic write kerbwatch/linzi/events\n"
        "topic write kerbwatch/linzi/inbox/+\n"
        "topic write kerbwatch/linzi/result/+/+\n"
        "topic read kerbwatch/linzi/status\n"
        "topic read kerbwatch/linzi/cases/+\n"
        "topic read kerbwatch/linzi/cmd/+/+/+\n"
        "topic read kerbwatch/linzi/inbox/+\n"
        "\n"
        "user wall\n"
        "topic read kerbwatch/linzi/status\n"
        "topic read kerbwatch/linzi/cameras/+/status\n"
        "topic read kerbwatch/linzi/cases/+\n"
        "topic read kerbwatch/linzi/events\n"
        "\n"
        "user wenshao\n"
        "topic write kerbwatch/linzi/cmd/wenshao/+/+\n"
        "topic read kerbwatch/linzi/inbox/wenshao\n"
        "topic read kerbwatch/linzi/result/wenshao/+\n"
        "\n"
        "user duty-east\n"
        "topic write kerbwatch/linzi/cmd/duty-east/+/+\n"
        "topic read kerbwatch/linzi/inbox/duty-east\n"
        "topic read kerbwatch/linzi/result/duty-east/+\n"
    )


def test_with_discovery_the_service_may_publish_it_and_readers_may_read_it() -> None:
    users = Users("kerb", ("wenshao",), ("wall",))
    without = mosquitto_acl(TOPICS, users).splitlines()
    more = [it for it in mosquitto_acl(TOPICS, users, "ha/x").splitlines() if it not in without]
    both = ("kerbwatch/linzi/cameras/+/cases", "ha/x/+/kerbwatch_linzi/+/config")
    assert more == [f"topic {verb} {topic}" for verb in ("write", "read") for topic in both]


@pytest.mark.parametrize(
    ("service", "recipients", "readers"),
    [
        ("a\ntopic readwrite #", (), ()),
        ("a\x00", (), ()),
        (" a", (), ()),
        ("", (), ()),
        ("wenshao", ("wenshao",), ()),
        ("a", ("wenshao",), ("wenshao",)),
        ("a", (), ("b", "b")),
    ],
)
def test_a_name_that_says_more_than_a_name_or_means_two_is_refused(
    service: str, recipients: tuple[str, ...], readers: tuple[str, ...]
) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Users(service, recipients, readers)
