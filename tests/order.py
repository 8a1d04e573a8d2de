"""Which files are run first, so that no worker is left alone with a long one in the end.

Those that wait, for a demo or for a service that dies and comes back, stand among those that
compute: while three workers share two cores, one of the three had better wait. All others follow as
they are collected; no test may depend on any of this.
"""

from __future__ import annotations

LONG = (
    "tests/e2e/test_benchmarks.py",
    "tests/e2e/test_real_clips.py",
    "tests/test_house_rules.py",
    "tests/e2e/test_demo.py",
    "tests/e2e/test_replay.py",
    "tests/integration/service/test_service.py",
    "tests/e2e/models/test_train.py",
    "tests/integration/service/test_node.py",
    "tests/e2e/test_commands.py",
    "tests/integration/chaos/test_chaos.py",
    "tests/e2e/test_cases.py",
    "tests/faults/test_faults.py",
    "tests/e2e/test_accuracy.py",
    "tests/integration/streams/test_evidence_source.py",
    "tests/unit/detector/obstruction/test_watcher.py",
    "tests/integration/service/test_camera_health.py",
    "tests/e2e/test_scenarios.py",
    "tests/integration/detector/test_ways_in.py",
    "tests/contract/detector/test_engines.py",
    "tests/integration/node/test_supervised_process.py",
    "tests/unit/wire/test_no_leak.py",
    "tests/integration/alerts/test_kill.py",
    "tests/property/fences/test_worlds.py",
    "tests/integration/detector/test_rtsp.py",
    "tests/integration/store/test_evidence.py",
    "tests/integration/benchmarks/test_rtsp.py",
)
