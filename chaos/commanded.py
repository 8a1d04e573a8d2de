"""What became of commands: one that was done is in the log and was answered, each once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from chaos.facts import Facts, Row


def broken_commands(facts: Facts) -> Iterator[str]:
    """Answers without their line in the log, lines of people without an answer, doubled ones.

    A request is known by who asked and its id; an answer may come more than once.
    """
    lines: dict[tuple[str, int], Row] = {
        (row["case_id"], row["version"]): row for row in facts.log if row["actor"] != "camera"
    }
    done: Counter[tuple[str, int]] = Counter()
    for request, answers in facts.results.items():
        answer = next((one for one in answers if one["accepted"]), None)
        if answer is None:
            continue
        key = (answer["case_id"], answer["version"])
        done[key] += 1
        line = lines.get(key)
        who = request.partition("/")[0]
        if line is None or (line["actor"], line["reason"]) != (who, answer["verb"]):
            yield f"{request} was answered as done, and is not in the log of {key[0]}"
    for case_id, version in lines.keys() - done.keys():
        yield f"{case_id} v{version}: nobody was answered"
    yield from (f"{key[0]} v{key[1]} answers {n} requests" for key, n in done.items() if n > 1)
