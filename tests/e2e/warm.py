"""A Python that has read the libraries; each command that it is asked for is a fork of it.

Reading them is most of what a short command costs. The command is the installed script itself, with
its own arguments, folder, environment and output, and ends as every Python does.
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import sys
from importlib import import_module

LIBRARIES = (
    "alembic.command", "av", "cv2", "kerbwatch.config.load", "numpy", "openpyxl", "orjson",
    "paho.mqtt.client", "psycopg", "pydantic", "rich.progress", "ruamel.yaml", "shapely",
    "sqlalchemy.dialects.postgresql", "sqlalchemy.dialects.sqlite", "structlog", "typer.main",
)  # fmt: skip
"""What commands load; not the engines, whose threads no fork would take along.

Of Kerbwatch only what is the same in every language.
"""


def become(
    command: list[str], folder: str, environment: dict[str, str], files: tuple[str, str]
) -> None:
    """Be that command, with its output in ``files``, to the end of this process."""
    for number, path in enumerate((os.devnull, *files)):
        opened = os.open(path, os.O_WRONLY if number else os.O_RDONLY)
        os.dup2(opened, number)
        os.close(opened)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = command
    sys.path[0] = os.path.dirname(command[0])  # noqa: PTH120  # a path as the interpreter makes it
    runpy.run_path(command[0], run_name="__main__")


def main() -> None:
    """For each line a process: its number at once, and its status when it has ended."""
    for name in LIBRARIES:
        import_module(name)
    threads = len(os.listdir("/proc/self/task"))  # noqa: PTH208  # names are all that is counted
    if threads != 1:
        sys.exit(f"a library has started {threads - 1} thread(s), which no fork would take along")
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if not child:
            become(**asked)
            return
        _tell(child)
        _, status = os.waitpid(child, 0)
        _tell(os.waitstatus_to_exitcode(status))


def _tell(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
