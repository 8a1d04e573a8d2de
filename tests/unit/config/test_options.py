"""A good file becomes the options that wiring consumes, with every default in its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from detector.engines.precision import Precision
from detector.sources.access import Access, Transport
from fences.catalogue import CATALOGUE
from fences.clock import SECOND_NS
from fences.fence import Fence, Rule
from fences.geometry import parse_polygon
from fences.hours import ALWAYS, parse_hours
from fences.observation import Seeing
from kerbwatch.config.cards import known_cards
from kerbwatch.config.load import find_problems, load_options
from kerbwatch.config.problem import Problem
from kerbwatch.options import (
    CameraOptions,
    CaseOptions,
    EvidenceOptions,
    HealthOptions,
    MetricsOptions,
    MqttOptions,
    RecipientOptions,
    Secret,
    ServiceOptions,
    SiteOptions,
)

ROOT = Path(__file__).resolve().parents[3]
Load = Callable[..., ServiceOptions]
Find = Callable[..., tuple[Problem, ...]]
SHORTEST = """\
site: {id: test, timezone: Asia/Shanghai}
cameras:
  - id: gate
    url: clips/gate.mp4
    fences:
      - {id: lane, polygon: [[0, 0], [1, 0], [1, 1]], scenarios: {blocked_fire_lane: }}
"""


@pytest.fixture
def load(tmp_path: Path, env: dict[str, str]) -> Load:
    def write_and_load(text: str) -> ServiceOptions:
        path = tmp_path / "streams.yaml"
        path.write_text(text, encoding="utf-8")
        return load_options(path, env=env)

    return write_and_load


def only_rule(options: ServiceOptions) -> Rule:
    return options.cameras[0].fences[0].fence.rules[0]


def test_the_good_file_round_trips_into_options(load: Load, good: str, tmp_path: Path) -> None:
    options = load(good)
    assert options.site == SiteOptions("linzi", "临淄区", "Asia/Shanghai")
    assert options.mqtt == MqttOptions(
        host="broker.example",
        port=8883,
        tls=True,
        username="kerbwatch",
        password=Secret("hunter2-mqtt"),
        embedded=False,
    )
    assert options.store_url.reveal() == f"sqlite:///{tmp_path}/data/kerbwatch.db"
    assert options.data_dir == tmp_path / "data"
    assert (options.models.dir, options.models.use) == (tmp_path / "models", ("yolox-nano-416",))
    assert options.recipients[1] == RecipientOptions("wenshao-property", "闻韶物业", "property")
    (camera,) = options.cameras
    assert (camera.id, camera.name, camera.every_ns) == ("gate-3", "闻韶社区3号门", 2 * SECOND_NS)
    assert options.camera("gate-3") is camera
    assert options.camera("gate-4") is None


def test_a_fence_becomes_the_core_s_own(load: Load, good: str) -> None:
    fire_lane = load(good).cameras[0].fences[0]
    assert (fire_lane.id, fire_lane.name, fire_lane.notify) == (
        "fire-lane", "fire-lane", ("duty-east",),
    )  # fmt: skip
    points = ((0.12, 0.55), (0.48, 0.52), (0.61, 0.93), (0.05, 0.95))
    assert fire_lane.fence == Fence(
        camera_id="gate-3",
        id="fire-lane",
        polygon=parse_polygon(points),
        rules=(
            Rule(
                scenario=CATALOGUE["blocked_fire_lane"],
                dwell_ns=60 * SECOND_NS,
                clear_after_ns=30 * SECOND_NS,
                grace_ns=5 * SECOND_NS,
                bridge_ns=30 * SECOND_NS,
                min_area=0.0005,
                open_score=0.35,
                keep_score=0.25,
                hours=ALWAYS,
            ),
        ),
        see=frozenset(Seeing),
        report_known=False,
        max_interval_ns=24 * SECOND_NS,
    )


def test_models_are_calculated_in_the_precision_that_is_asked_for(load: Load) -> None:
    assert load(f"{SHORTEST}models: {{precision: bf16}}\n").models.precision is Precision.BF16


def test_the_shortest_file_takes_every_default(load: Load, tmp_path: Path) -> None:
    options = load(SHORTEST)
    assert options.site.name == "test"
    assert options.mqtt == MqttOptions(host="127.0.0.1", port=21883, embedded=True)
    assert options.store_url.reveal() == f"sqlite:///{tmp_path}/data/kerbwatch.db"
    assert (options.models.use, options.models.precision) == ((), Precision.F32)
    assert options.recipients == ()
    assert options.evidence == EvidenceOptions(10 * SECOND_NS, 10 * SECOND_NS, 8_000_000)
    camera = options.cameras[0]
    assert (camera.name, camera.url.reveal()) == ("gate", f"{tmp_path}/clips/gate.mp4")
    assert camera.every_s == 2
    assert camera.fences[0].fence.report_known
    rule = only_rule(options)
    assert (rule.dwell_ns, rule.clear_after_ns) == (60 * SECOND_NS, 30 * SECOND_NS)


def test_clips_may_be_longer_shorter_or_none_at_all(load: Load) -> None:
    settings = "evidence: {clip_before_s: 20, clip_after_s: 2.5, clip_memory_mb: 24}"
    evidence = load(f"{SHORTEST}{settings}\n").evidence
    assert evidence == EvidenceOptions(20 * SECOND_NS, 5 * SECOND_NS // 2, 24_000_000)
    assert evidence.clips
    settings = "evidence: {clip_before_s: 0, clip_after_s: 0}"
    assert not load(f"{SHORTEST}{settings}\n").evidence.clips


def test_how_a_handled_case_is_verified(load: Load) -> None:
    assert load(SHORTEST).cases == CaseOptions(20 * SECOND_NS, 300 * SECOND_NS)
    assert CaseOptions() == load(SHORTEST).cases
    settings = "cases: {verify_after_s: 60, verify_within_s: 900}"
    assert load(f"{SHORTEST}{settings}\n").cases == CaseOptions(60 * SECOND_NS, 900 * SECOND_NS)


def test_an_operator_may_be_told_too(load: Load) -> None:
    settings = "recipients: [{id: centre, role: operator}]"
    (centre,) = load(f"{SHORTEST}{settings}\n").recipients
    assert centre == RecipientOptions("centre", "centre", "operator")


def test_how_a_camera_is_reached(load: Load, tmp_path: Path) -> None:
    assert load(SHORTEST).cameras[0].access == Access()
    reached = "url: rtsps://gate/1\n    transport: udp\n    ca_file: ca.pem"
    access = load(SHORTEST.replace("url: clips/gate.mp4", reached)).cameras[0].access
    assert access == Access(Transport.UDP, tmp_path / "ca.pem")
    assert access.trusted == tmp_path / "ca.pem"


@pytest.mark.parametrize(
    ("dwell_s", "every_s", "grace_s", "bridge_s"),
    [
        (60, 2, 5, 30),  # a long dwell: the longest grace
        (6, 1, 3, 3),  # half of it
        (1, 0.2, 1.5, 2),  # a short one: the shortest grace and bridge
        (60, 10, 25, 30),  # rare looks: two and a half of them
        (3600, 2, 5, 300),  # the longest bridge
    ],
)
def test_grace_and_bridge_follow_the_dwell(
    dwell_s: float, every_s: float, grace_s: float, bridge_s: float, load: Load
) -> None:
    text = SHORTEST.replace("lane: }", f"lane: {{dwell_s: {dwell_s}}}}}")
    text = text.replace("    fences:", f"    every_s: {every_s}\n    fences:")
    rule = only_rule(load(text))
    assert (rule.grace_ns / SECOND_NS, rule.bridge_ns / SECOND_NS) == (grace_s, bridge_s)


@pytest.mark.parametrize(("every_s", "longest_s"), [(0.04, 10), (2, 24), (10, 45), (3600, 10_800)])
def test_looks_may_be_three_intervals_apart(every_s: float, longest_s: float, load: Load) -> None:
    text = SHORTEST.replace("    fences:", f"    every_s: {every_s}\n    fences:")
    camera: CameraOptions = load(text).cameras[0]
    assert camera.every_ns == round(every_s * SECOND_NS)
    assert camera.fences[0].fence.max_interval_ns >= 3 * camera.idle_ns
    assert camera.fences[0].fence.max_interval_ns == longest_s * SECOND_NS


@pytest.mark.parametrize(
    ("dwell_s", "every_s", "idle_s"),
    [
        (60, 2, 8),  # four looks that nobody needs
        (10, 2, 2.5),  # four looks in a dwell
        (5, 2, 2),  # never more often than when something happens
    ],
)
def test_looks_at_quiet_fences_are_four_times_rarer_but_four_in_a_dwell(
    dwell_s: float, every_s: float, idle_s: float, load: Load
) -> None:
    text = SHORTEST.replace("lane: }", f"lane: {{dwell_s: {dwell_s}}}}}")
    text = text.replace("    fences:", f"    every_s: {every_s}\n    fences:")
    assert load(text).cameras[0].idle_ns == round(idle_s * SECOND_NS)
    own = text.replace("    fences:", "    idle_every_s: 30\n    fences:")
    assert load(own).cameras[0].idle_ns == 30 * SECOND_NS


def test_a_rule_s_own_hours_people_and_numbers_win(load: Load, good: str) -> None:
    own = (
        "{dwell_s: 10, clear_after_s: 20, min_area: 0.5, min_score: 0.9, keep_score: 0.8,"
        " grace_s: 7, bridge_s: 0, hours: [Sun 01:00-02:00], notify: [wenshao-property]}"
    )
    options = load(good.replace("street_vending: {dwell_s: 120}", f"street_vending: {own}"))
    fence = options.cameras[0].fences[1]
    assert fence.told("street_vending") == ("wenshao-property",)
    assert fence.told("construction_waste") == ()
    assert fence.fence.rules == (
        Rule(
            scenario=CATALOGUE["street_vending"],
            dwell_ns=10 * SECOND_NS,
            clear_after_ns=20 * SECOND_NS,
            grace_ns=7 * SECOND_NS,
            bridge_ns=0,
            min_area=0.5,
            open_score=0.9,
            keep_score=0.8,
            hours=parse_hours(("Sun 01:00-02:00",), "Asia/Shanghai"),
        ),
    )


def test_a_fence_s_hours_hold_for_its_rules_in_the_site_s_zone(load: Load, good: str) -> None:
    rule = load(good).cameras[0].fences[1].fence.rules[0]
    assert rule.hours == parse_hours(("Mon-Fri 07:00-19:00",), "Asia/Shanghai")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{embedded_port: 0}", MqttOptions(port=0)),
        ("{base: city/kerb}", MqttOptions(base="city/kerb")),
        ("{url: 'mqtt://broker'}", MqttOptions(host="broker", port=1883, embedded=False)),
        ("{url: 'mqtts://b'}", MqttOptions(host="b", port=8883, tls=True, embedded=False)),
        ("{url: 'mqtt://[::1]:99'}", MqttOptions(host="::1", port=99, embedded=False)),
        ("{discovery: true}", MqttOptions(discovery_prefix="homeassistant")),
        ("{discovery: true, discovery_prefix: h/a}", MqttOptions(discovery_prefix="h/a")),
        ("{discovery: false, discovery_prefix: h/a}", MqttOptions()),
        (
            "{url: 'mqtt://b', discovery: true}",
            MqttOptions(host="b", port=1883, embedded=False, discovery_prefix="homeassistant"),
        ),
    ],
)
def test_brokers(written: str, expected: MqttOptions, load: Load) -> None:
    assert load(f"mqtt: {written}\n{SHORTEST}").mqtt == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("", None),
        ("metrics:\n", None),
        ("metrics: {}\n", MetricsOptions("127.0.0.1", 9464)),
        ("metrics: {port: 0}\n", MetricsOptions("127.0.0.1", 0)),
        ("metrics: {host: 0.0.0.0}\n", MetricsOptions("0.0.0.0", 9464)),
        ("metrics: {host: '::1', port: 1}\n", MetricsOptions("::1", 1)),
        ("metrics: {host: localhost}\n", MetricsOptions("localhost", 9464)),
    ],
)
def test_metrics_are_served_where_the_file_says_so(
    written: str, expected: MetricsOptions | None, load: Load
) -> None:
    assert load(f"{written}{SHORTEST}").metrics == expected


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("::", False)],
)
def test_only_this_machine_reaches_the_loopback_interface(host: str, loopback: bool) -> None:
    assert MetricsOptions(host).is_loopback == loopback


def test_a_password_may_be_in_a_file_beside(load: Load, good: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter2\n", encoding="utf-8")
    text = good.replace("password: ${MQTT_PASSWORD}", "password_file: secret\n  ca_file: ca.pem")
    text = text.replace("  ca_file:", "  cert_file: own.pem\n  key_file: own.key\n  ca_file:")
    mqtt = load(text).mqtt
    assert mqtt.password == Secret("hunter2")
    assert mqtt.ca_file == tmp_path / "ca.pem"
    assert (mqtt.cert_file, mqtt.key_file) == (tmp_path / "own.pem", tmp_path / "own.key")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("rtsp://viewer:${CAMERA_PASSWORD}@cam/1", "rtsp://viewer:hunter2%40camera%2F@cam/1"),
        ("rtsps://cam:322/${CAMERA_PASSWORD}", "rtsps://cam:322/hunter2@camera/"),
        ("https://cam/live.m3u8?key=1", "https://cam/live.m3u8?key=1"),
        ("/clips/a b.mp4", "/clips/a b.mp4"),
        ("file:///clips/a%20b.mp4", "/clips/a b.mp4"),
        ("/clips/$${x}.mp4", "/clips/${x}.mp4"),
    ],
)
def test_camera_addresses(written: str, expected: str, load: Load) -> None:
    options = load(SHORTEST.replace("clips/gate.mp4", written))
    assert options.cameras[0].url.reveal() == expected


def test_a_relative_path_starts_from_the_file_s_folder_not_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "streams.yaml").write_text(SHORTEST, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    options = load_options(Path("etc/streams.yaml"), env={})
    assert options.data_dir == tmp_path / "etc" / "data"


def test_words_of_yaml_1_1_are_text(load: Load) -> None:
    options = load(
        SHORTEST.replace("id: gate", "id: no").replace("site: {id: test", "site: {id: on")
    )
    assert (options.site.id, options.cameras[0].id) == ("on", "no")


def test_the_working_example_is_good() -> None:
    assert find_problems(ROOT / "streams.yaml", env={}, known_models=known_cards({})) == ()


def test_the_shape_that_users_start_from_is_good(shared_dir: Path) -> None:
    env = {"KERBWATCH_MQTT_PASSWORD": "x", "CAMERA_PASSWORD": "y"}
    assert find_problems(shared_dir / "streams.example.yaml", env=env) == ()


def test_a_camera_has_its_own_health_settings_or_the_general_ones(load: Load, good: str) -> None:
    assert load(good).cameras[0].health == HealthOptions(60 * SECOND_NS, ())
    general = good + "health: {after_s: 90, notify: [duty-east]}\n"
    assert load(general).cameras[0].health == HealthOptions(90 * SECOND_NS, ("duty-east",))
    own = general.replace("    every_s: 2\n", "    every_s: 2\n    health: {notify: []}\n")
    assert load(own).cameras[0].health == HealthOptions(90 * SECOND_NS, ())


@pytest.mark.parametrize("place", ["", "cameras[0]."])
def test_a_stranger_cannot_be_told_of_a_camera(good: str, place: str, find: Find) -> None:
    text = good + "health: {notify: [nobody]}\n"
    if place:
        text = good.replace("    every_s: 2\n", "    every_s: 2\n    health: {notify: [nobody]}\n")
    assert [problem.key for problem in find(text)] == [f"{place}health.notify[0]"]
