"""Every kind of malformed file: one line each, at the right place, in both languages.

The tests of whole files that cannot be parsed are in ``test_unreadable_files.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from alerts.texts import Language
from kerbwatch.config.problem import Problem

Find = Callable[..., tuple[Problem, ...]]

FENCE = "cameras[0].fences[0]"
RULE = f"{FENCE}.scenarios.blocked_fire_lane"


@dataclass(frozen=True)
class Row:
    """``old`` of the good file becomes ``new``; then this is told, and nothing else."""

    name: str
    old: str
    new: str
    place: str
    key: str
    en: str
    zh: str


ROWS = [
    Row(
        "unknown key, near one known", "dwell_s: 60,", "dwel_s: 60,",
        "23:31", f"{RULE}.dwel_s",
        "unknown key, got 'dwel_s', expected 'dwell_s' (the nearest known)",
        "未知的键，实际为“dwel_s”，应为“dwell_s”（最接近的已知名称）",
    ),
    Row(
        "unknown key, near none", "dwell_s: 60,", "zzz: 60,",
        "23:31", f"{RULE}.zzz",
        "unknown key, got 'zzz', expected one of: dwell_s, clear_after_s,",
        "未知的键，实际为“zzz”，应为以下之一：dwell_s, ",
    ),
    Row(
        "unknown key at the top", "store:", "stores:",
        "6:1", "stores",
        "unknown key, got 'stores', expected 'store' (the nearest known)",
        "未知的键，实际为“stores”，应为“store”（最接近的已知名称）",
    ),
    Row(
        "required key misspelt", "polygon: [[0.12", "poligon: [[0.12",
        "18:9", f"{FENCE}.poligon",
        "unknown key, got 'poligon', expected 'polygon' (the nearest known)",
        "未知的键，实际为“poligon”，应为“polygon”（最接近的已知名称）",
    ),
    Row(
        "missing key", "id: linzi, ", "",
        "1:1", "site.id",
        "the key is missing, got nothing, expected at most 64 of a-z",
        "缺少此键，实际为空缺，应为不超过 64 个字符的 a-z",
    ),
    Row(
        "camera without address", "    url: rtsp://viewer:${CAMERA_PASSWORD}@10.1.2.3/stream1\n",
        "",
        "12:5", "cameras[0].url",
        "the key is missing, got nothing, expected rtsp://",
        "缺少此键，实际为空缺，应为带主机名的 rtsp://",
    ),
    Row(
        "key twice", "known_at_start: ignore", "see: [learned]",
        "20:9", f"{FENCE}.see",
        "the key stands here a second time, got the same key as in line 19, expected each",
        "键重复出现，实际为与第 19 行相同的键，应为每个键只出现一次",
    ),
    Row(
        "text for a number", "every_s: 2", "every_s: 2s",
        "15:5", "cameras[0].every_s",
        "wrong type, got '2s', expected seconds, a number from 0.04 to 3600",
        "类型不对，实际为“2s”，应为秒数，0.04 至 3600",
    ),
    Row(
        "true for a number", "every_s: 2", "every_s: true",
        "15:5", "cameras[0].every_s",
        "wrong type, got true, expected seconds",
        "类型不对，实际为 true，应为秒数",
    ),
    Row(
        "nothing for a number", "every_s: 2", "every_s:",
        "15:5", "cameras[0].every_s",
        "wrong type, got an empty value, expected seconds",
        "类型不对，实际为空值，应为秒数",
    ),
    Row(
        "number too small", "every_s: 2", "every_s: 0.01",
        "15:5", "cameras[0].every_s",
        "out of range, got 0.01, expected seconds, a number from 0.04 to 3600",
        "超出范围，实际为 0.01，应为秒数，0.04 至 3600",
    ),
    Row(
        "not a number", "dwell_s: 60,", "dwell_s: .nan,",
        "23:31", f"{RULE}.dwell_s",
        "out of range, got .nan, expected seconds",
        "超出范围，实际为 .nan，应为秒数",
    ),
    Row(
        "a year of dwell", "dwell_s: 60,", "dwell_s: 31536000,",
        "23:31", f"{RULE}.dwell_s",
        "out of range, got 31536000, expected seconds, a number from 0.1 to 2592000",
        "超出范围，实际为 31536000，应为秒数，0.1 至 2592000",
    ),
    Row(
        "list for a mapping",
        "site: {id: linzi, name: 临淄区, timezone: Asia/Shanghai}", "site: [1, 2]",
        "1:1", "site",
        "wrong type, got a list of 2, expected a mapping (key: value)",
        "类型不对，实际为含 2 项的列表，应为映射（键: 值）",
    ),
    Row(
        "text for a list", "notify: [duty-east]", "notify: duty-east",
        "21:9", f"{FENCE}.notify",
        "wrong type, got 'duty-east', expected a list of recipients' ids",
        "类型不对，实际为“duty-east”，应为接收人编号的列表",
    ),
    Row(
        "number for an id", "id: gate-3", "id: 3",
        "12:5", "cameras[0].id",
        "wrong type, got 3, expected at most 64 of a-z, 0-9 and '-'",
        "类型不对，实际为 3，应为不超过 64 个字符的 a-z、0-9",
    ),
    Row(
        "capitals in an id", "id: gate-3", "id: Gate_3",
        "12:5", "cameras[0].id",
        "wrong form, got 'Gate_3', expected at most 64",
        "格式不对，实际为“Gate_3”，应为不超过 64 个字符",
    ),
    Row(
        "Chinese in an id", "id: gate-3", "id: 三号门",
        "12:5", "cameras[0].id",
        "wrong form, got '三号门'",
        "格式不对，实际为“三号门”",
    ),
    Row(
        "id too long", "id: gate-3", "id: " + 65 * "a",
        "12:5", "cameras[0].id",
        "wrong form, got 'aaaaaaaaaa",
        "格式不对，实际为“aaaaaaaaaa",
    ),
    Row(
        "recipient's id twice", "id: wenshao-property", "id: duty-east",
        "10:6", "recipients[1].id",
        "the id is taken, got 'duty-east', expected an id that no other one in this list has",
        "编号已被占用，实际为“duty-east”，应为同一列表中不重复的编号",
    ),
    Row(
        "fence's id twice", "id: no-vending", "id: fire-lane",
        "24:9", "cameras[0].fences[1].id",
        "the id is taken, got 'fire-lane'",
        "编号已被占用，实际为“fire-lane”",
    ),
    Row(
        "unknown scenario", "street_vending:", "street_wending:",
        "28:11", "cameras[0].fences[1].scenarios.street_wending",
        "unknown scenario, got 'street_wending', expected 'street_vending' (the nearest known)",
        "未知的场景，实际为“street_wending”，应为“street_vending”",
    ),
    Row(
        "fence without scenarios",
        "scenarios:\n          street_vending: {dwell_s: 120}", "scenarios: {}",
        "27:9", "cameras[0].fences[1].scenarios",
        "too few items, got a mapping with 0 keys, expected at least one scenario",
        "项数太少，实际为含 0 个键的映射，应为至少一个场景",
    ),
    Row(
        "recipient named as the camera's doings", "id: wenshao-property", "id: camera",
        "10:6", "recipients[1].id",
        "the id is taken, got 'camera', expected another id, for what cameras do is told as done",
        "编号已被占用，实际为“camera”，应为其他编号（camera 代表摄像机自身的操作）",
    ),
    Row(
        "unknown recipient", "notify: [duty-east]", "notify: [duty-eats]",
        "21:18", f"{FENCE}.notify[0]",
        "unknown recipient, got 'duty-eats', expected 'duty-east' (the nearest known)",
        "未知的接收人，实际为“duty-eats”，应为“duty-east”",
    ),
    Row(
        "recipient twice", "notify: [duty-east]", "notify: [duty-east, duty-east]",
        "21:29", f"{FENCE}.notify[1]",
        "named twice, got 'duty-east', expected each name once",
        "重复指定，实际为“duty-east”，应为每个名称只写一次",
    ),
    Row(
        "model twice",
        "use: [yolox-nano-416]", "use: [yolox-nano-416, yolox-nano-416]",
        "7:45", "models.use[1]",
        "named twice, got 'yolox-nano-416', expected each name once",
        "重复指定，实际为“yolox-nano-416”，应为每个名称只写一次",
    ),
    Row(
        "unknown role", "role: officer", "role: oficer",
        "9:34", "recipients[0].role",
        "no such value, got 'oficer', expected 'officer' (the nearest known)",
        "没有这个取值，实际为“oficer”，应为“officer”",
    ),
    Row(
        "edges cross", "[0.48, 0.52], [0.61, 0.93]", "[0.61, 0.93], [0.48, 0.52]",
        "18:9", f"{FENCE}.polygon",
        "the polygon's edges cross or touch, got a crossing at [",
        "多边形的边相交或相接，实际为在 [",
    ),
    Row(
        "polygon without area",
        "[[0.12, 0.55], [0.48, 0.52], [0.61, 0.93], [0.05, 0.95]]", "[[0, 0], [0.5, 0.5], [1, 1]]",
        "18:9", f"{FENCE}.polygon",
        "the polygon has no area, got points on one line, expected corners that span an area",
        "多边形没有面积，实际为同一直线上的点，应为能围出面积的顶点",
    ),
    Row(
        "two corners",
        "[[0.12, 0.55], [0.48, 0.52], [0.61, 0.93], [0.05, 0.95]]", "[[0, 0], [0.5, 0.5]]",
        "18:9", f"{FENCE}.polygon",
        "too few items, got a list of 2, expected at least 3 points",
        "项数太少，实际为含 2 项的列表，应为至少 3 个点",
    ),
    Row(
        "one corner thrice",
        "[[0.12, 0.55], [0.48, 0.52], [0.61, 0.93], [0.05, 0.95]]", "[[0, 0], [0, 0], [0, 0]]",
        "18:9", f"{FENCE}.polygon",
        "the polygon has too few corners, got 1 different points, expected at least 3",
        "多边形顶点不足，实际为 1 个不同的点，应为至少 3 个不同的点",
    ),
    Row(
        "pixels for shares", "[0.61, 0.93]", "[610, 0.93]",
        "18:48", f"{FENCE}.polygon[2][0]",
        "out of range, got 610, expected a number from 0 to 1, a share of the frame",
        "超出范围，实际为 610，应为 0 至 1 的数字（占画面的比例）",
    ),
    Row(
        "a corner of one number", "[0.61, 0.93]", "[0.61]",
        "18:47", f"{FENCE}.polygon[2]",
        "wrong form, got a list of 1, expected a point [x, y], each from 0 to 1",
        "格式不对，实际为含 1 项的列表，应为点 [x, y]",
    ),
    Row(
        "a corner of three numbers", "[0.61, 0.93]", "[0.61, 0.93, 0.5]",
        "18:47", f"{FENCE}.polygon[2]",
        "wrong form, got a list of 3, expected a point",
        "格式不对，实际为含 3 项的列表，应为点",
    ),
    Row(
        "a polygon in words",
        "[[0.12, 0.55], [0.48, 0.52], [0.61, 0.93], [0.05, 0.95]]", "everything",
        "18:9", f"{FENCE}.polygon",
        "wrong type, got 'everything', expected at least 3 points",
        "类型不对，实际为“everything”，应为至少 3 个点",
    ),
    Row(
        "hours out of the day", "Mon-Fri 07:00-19:00", "Mon-Fri 07:00-25:00",
        "26:17", "cameras[0].fences[1].hours[0]",
        "unreadable hours, got 'Mon-Fri 07:00-25:00', expected a window such as",
        "时段无法识别，实际为“Mon-Fri 07:00-25:00”，应为“Mon-Fri 07:00-19:00”这样的时段",
    ),
    Row(
        "hours without days", "Mon-Fri 07:00-19:00", "07:00-19:00",
        "26:17", "cameras[0].fences[1].hours[0]",
        "unreadable hours, got '07:00-19:00'",
        "时段无法识别，实际为“07:00-19:00”",
    ),
    Row(
        "no hours at all", '["Mon-Fri 07:00-19:00"]', "[]",
        "26:9", "cameras[0].fences[1].hours",
        "too few items, got a list of 0, expected a window such as",
        "项数太少，实际为含 0 项的列表，应为“Mon-Fri",
    ),
    Row(
        "time zone misspelt", "Asia/Shanghai", "Asia/Shangai",
        "1:30", "site.timezone",
        "unknown time zone, got 'Asia/Shangai', expected 'Asia/Shanghai' (the nearest known)",
        "未知的时区，实际为“Asia/Shangai”，应为“Asia/Shanghai”",
    ),
    Row(
        "time zone that is a path", "Asia/Shanghai", "../../etc/passwd",
        "1:30", "site.timezone",
        "unknown time zone, got '../../etc/passwd', expected an IANA time zone",
        "未知的时区，实际为“../../etc/passwd”，应为 IANA 时区名",
    ),
    Row(
        "unknown way of seeing", "[learned, obstruction]", "[learnt]",
        "19:15", f"{FENCE}.see[0]",
        "no such value, got 'learnt', expected 'learned' (the nearest known)",
        "没有这个取值，实际为“learnt”，应为“learned”",
    ),
    Row(
        "no way of seeing", "[learned, obstruction]", "[]",
        "19:9", f"{FENCE}.see",
        "too few items, got a list of 0, expected a list of learned, obstruction",
        "项数太少，实际为含 0 项的列表，应为由 learned、obstruction 组成的列表",
    ),
    Row(
        "known at start", "known_at_start: ignore", "known_at_start: ignored",
        "20:9", f"{FENCE}.known_at_start",
        "no such value, got 'ignored', expected 'ignore' (the nearest known)",
        "没有这个取值，实际为“ignored”，应为“ignore”",
    ),
    Row(
        "unknown scheme", "rtsp://viewer", "rtps://viewer",
        "14:5", "cameras[0].url",
        "not a camera's address, got 'rtps://***@10.1.2.3/stream1', expected rtsp://",
        "不是有效的摄像头地址，实际为“rtps://***@10.1.2.3/stream1”，应为带主机名的 rtsp://",
    ),
    Row(
        "address without host", "@10.1.2.3/stream1", "@/stream1",
        "14:5", "cameras[0].url",
        "not a camera's address, got 'rtsp://***@/stream1'",
        "不是有效的摄像头地址，实际为“rtsp://***@/stream1”",
    ),
    Row(
        "address with a bad port", "@10.1.2.3/stream1", "@10.1.2.3:port/stream1",
        "14:5", "cameras[0].url",
        "not a camera's address, got 'rtsp://***@10.1.2.3:port/stream1'",
        "不是有效的摄像头地址，实际为“rtsp://***@10.1.2.3:port/stream1”",
    ),
    Row(
        "login without scheme", "rtsp://viewer:${CAMERA_PASSWORD}@", "viewer:hunter2@",
        "14:5", "cameras[0].url",
        "not a camera's address, got '***@10.1.2.3/stream1'",
        "不是有效的摄像头地址，实际为“***@10.1.2.3/stream1”",
    ),
    Row(
        "file address of another machine",
        "rtsp://viewer:${CAMERA_PASSWORD}@10.1.2.3/stream1", "file://nas/clip.mp4",
        "14:5", "cameras[0].url",
        "not a file's address, got 'file://nas/clip.mp4', expected file:///absolute/path",
        "不是有效的文件地址，实际为“file://nas/clip.mp4”，应为 file:///绝对路径",
    ),
    Row(
        "broker by http", "mqtts://broker.example:8883", "https://broker.example",
        "3:3", "mqtt.url",
        "not a broker's address, got 'https://broker.example', expected mqtt://host",
        "不是有效的 MQTT 服务器地址，实际为“https://broker.example”，应为 mqtt://主机",
    ),
    Row(
        "login in the broker's address", "mqtts://broker", "mqtts://u:hunter2@broker",
        "3:3", "mqtt.url",
        "login inside the address, got 'mqtts://***@broker.example:8883', expected username",
        "地址里带有账号密码，实际为“mqtts://***@broker.example:8883”，应为单独的 username",
    ),
    Row(
        "metrics by name", "store:", "metrics: {host: metrics.example}\nstore:",
        "6:11", "metrics.host",
        "not an address to listen on, got 'metrics.example', expected an IP address",
        "不是可监听的地址，实际为“metrics.example”，应为本机的 IP 地址",
    ),
    Row(
        "metrics port out of range", "store:", "metrics: {port: 70000}\nstore:",
        "6:11", "metrics.port",
        "out of range, got 70000, expected a port from 0 to 65535, 0 for any free one",
        "超出范围，实际为 70000，应为端口号 0 至 65535（0 表示任意空闲端口）",
    ),
    Row(
        "own and embedded broker", "  username:", "  embedded_port: 0\n  username:",
        "4:3", "mqtt.embedded_port",
        "two keys that exclude each other, got both, expected either url or embedded_port",
        "两个键不能同时使用，实际为两者都有，应为 url 与 embedded_port 二者之一",
    ),
    Row(
        "password without user", "  username: kerbwatch\n", "",
        "4:3", "mqtt.password",
        "a key that needs another one, got no username, expected username beside password",
        "缺少配套的键，实际为没有 username，应为与 password 配套写上 username",
    ),
    Row(
        "password file absent", "password: ${MQTT_PASSWORD}", "password_file: absent",
        "5:3", "mqtt.password_file",
        "cannot use the password file, got 'No such file or directory', expected a readable",
        "密码文件无法使用，实际为“No such file or directory”，应为可读取的",
    ),
    Row(
        "certificate without its key", "  username:", "  cert_file: a.pem\n  username:",
        "4:3", "mqtt.cert_file",
        "a key that needs another one, got no key_file, expected key_file beside cert_file",
        "缺少配套的键，实际为没有 key_file，应为与 cert_file 配套写上 key_file",
    ),
    Row(
        "certificate for a broker without TLS", "mqtts://broker.example:8883",
        "mqtt://broker.example\n  ca_file: a.pem",
        "4:3", "mqtt.ca_file",
        "a key that has no effect with this url, got 'a.pem', expected a url of mqtts://",
        "该键对此 url 不起作用，实际为“a.pem”，应为以 mqtts:// 开头的 url",
    ),
    Row(
        "wildcard in the topic base", "  username:", "  base: kerb/#\n  username:",
        "4:3", "mqtt.base",
        "wrong form, got 'kerb/#', expected letters, digits",
        "格式不对，实际为“kerb/#”，应为字母、数字",
    ),
    Row(
        "store of another make", "sqlite:///data/kerbwatch.db", "mysql://db/kerbwatch",
        "6:9", "store.url",
        "not a store's address, got 'mysql://db/kerbwatch', expected sqlite:///path",
        "不是有效的数据库地址，实际为“mysql://db/kerbwatch”，应为 sqlite:///路径",
    ),
    Row(
        "variable not set", "${CAMERA_PASSWORD}", "${CAMERA_PASWORD}",
        "14:5", "cameras[0].url",
        "a variable of the environment is missing, got no value for it, "
        "expected the variable CAMERA_PASWORD in the environment",
        "缺少环境变量，实际为未设置，应为环境中的变量 CAMERA_PASWORD",
    ),
    Row(
        "variable without a name", "id: gate-3", "id: '${}'",
        "12:5", "cameras[0].id",
        "not the name of a variable, got '${}', expected '${NAME}' of letters",
        "变量名不合规，实际为“${}”，应为由字母、数字和“_”组成的“${NAME}”",
    ),
    Row(
        "grace shorter than a look", "dwell_s: 60,", "grace_s: 1,",
        "23:31", f"{RULE}.grace_s",
        "shorter than the time between two looks, got 1, expected at least 2, the came",
        "短于两次检查的间隔，实际为 1，应为不小于 2（该摄像头的 every_s）",
    ),
    Row(
        "rarer looks that are more often", "every_s: 2", "every_s: 2\n    idle_every_s: 1.5",
        "16:5", "cameras[0].idle_every_s",
        "shorter than the time between two looks while something happens, got 1.5, expected at le",
        "短于有情况时的检查间隔，实际为 1.5，应为不小于 2（该摄像头的 every_s）",
    ),
    Row(
        "transport unknown", "every_s: 2", "transport: multicast",
        "15:5", "cameras[0].transport",
        "no such value, got 'multicast', expected one of: auto, tcp, udp",
        "没有这个取值，实际为“multicast”，应为以下之一：auto, tcp, udp",
    ),
    Row(
        "transport of a file", "url: rtsp://viewer:${CAMERA_PASSWORD}@10.1.2.3/stream1\n",
        "url: a.mp4\n    transport: udp\n",
        "15:5", "cameras[0].transport",
        "a key that has no effect with this url, got 'udp', expected a url of rtsp://, rtsps://",
        "该键对此 url 不起作用，实际为“udp”，应为以 rtsp://, rtsps:// 开头的 url",
    ),
    Row(
        "certificate without TLS", "every_s: 2", "ca_file: ca.pem",
        "15:5", "cameras[0].ca_file",
        "a key that has no effect with this url, got 'ca.pem', expected a url of rtsps://, https",
        "该键对此 url 不起作用，实际为“ca.pem”",
    ),
    Row(
        "certificates believed and not", "url: rtsp://viewer:${CAMERA_PASSWORD}@10.1.2.3/stream1\n",
        "url: rtsps://10.1.2.3/1\n    ca_file: ca.pem\n    insecure_tls: true\n",
        "16:5", "cameras[0].insecure_tls",
        "two keys that exclude each other, got both, expected either ca_file or insecure_tls",
        "两个键不能同时使用，实际为两者都有，应为 ca_file 与 insecure_tls 二者之一",
    ),
    Row(
        "keep above open", "dwell_s: 60,", "keep_score: 0.5,",
        "23:31", f"{RULE}.keep_score",
        "the score to keep is above the score to open, got 0.5, expected at most 0.35",
        "保持分数高于立案分数，实际为 0.5，应为不大于 0.35（min_score）",
    ),
    Row(
        "open under keep", "dwell_s: 60,", "min_score: 0.1,",
        "23:31", f"{RULE}.min_score",
        "the score to keep is above the score to open, got 0.1, expected at least 0.25",
        "保持分数高于立案分数，实际为 0.1，应为不小于 0.25（keep_score）",
    ),
    Row(
        "tag", "id: gate-3", "id: !python/object:os.system gate-3",
        "12:9", "cameras[0].id",
        "a YAML tag, got '!' with a name, expected no tags",
        "使用了 YAML 标签，实际为“!”加名称，应为不使用标签",
    ),
    Row(
        "list as key", "    every_s: 2", "    ? [a]\n    : 2",
        "15:7", "cameras[0]",
        "a key that is not plain text, got a list or a mapping as key",
        "键不是普通文字，实际为以列表或映射作键",
    ),
    Row(
        "invisible characters stay on one line", "id: gate-3", r'id: "a\n\u2028\e[31m"',
        "12:5", "cameras[0].id",
        r"wrong form, got 'a\n\u2028\x1b[31m'",
        r"格式不对，实际为“a\n\u2028\x1b[31m”",
    ),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_mistake_is_told_in_one_line_at_its_place(row: Row, good: str, find: Find) -> None:
    assert good.count(row.old) >= 1
    problems = find(good.replace(row.old, row.new, 1))
    assert [problem.key for problem in problems] == [row.key]
    (problem,) = problems
    for language, told in ((Language.EN, row.en), (Language.ZH, row.zh)):
        line = problem.text(language)
        assert line.splitlines() == [line]
        assert line.startswith(f"{problem.file}:{row.place} {row.key}: {told}")


def test_the_good_file_has_no_problem(good: str, find: Find) -> None:
    assert find(good, known_models={"yolox-nano-416"}) == ()


def test_every_mistake_is_told_at_once_in_the_order_of_the_file(good: str, find: Find) -> None:
    text = good
    for old, new in (
        ("Asia/Shanghai", "Mars"),
        ("id: gate-3", "id: Gate"),
        ("[duty-east]", "[nobody]"),
        ("dwell_s: 120", "dwell: 120"),
    ):
        text = text.replace(old, new)
    problems = find(text, env={})
    assert [problem.line for problem in problems] == [1, 5, 12, 14, 21, 28]


@pytest.mark.parametrize(
    ("cut_at", "added", "key"),
    [
        ("    fences:", "", "cameras[0].fences"),
        ("    fences:", "    fences: []\n", "cameras[0].fences"),
        ("cameras:", "", "cameras"),
        ("cameras:", "cameras: []\n", "cameras"),
    ],
    ids=["no fences", "empty fences", "no cameras", "empty cameras"],
)
def test_nothing_to_watch_is_a_problem(
    cut_at: str, added: str, key: str, good: str, find: Find
) -> None:
    problems = find(good.split(cut_at, maxsplit=1)[0] + added)
    assert [problem.key for problem in problems] == [key]


def test_a_camera_twice_is_a_problem(good: str, find: Find) -> None:
    camera = good[good.index("  - id: gate-3") :]
    (problem,) = find(good + camera)
    assert (problem.line, problem.key) == (29, "cameras[1].id")


def test_an_unknown_model_is_told_with_the_nearest_known(good: str, find: Find) -> None:
    (problem,) = find(good, known_models=["yolox-nano-614", "other"])
    assert (problem.line, problem.column, problem.key) == (7, 29, "models.use[0]")
    assert "expected 'yolox-nano-614'" in problem.text(Language.EN)


def test_models_are_not_judged_where_none_are_known(good: str, find: Find) -> None:
    assert find(good, known_models=None) == ()


def test_a_fence_that_only_models_may_see_needs_one(good: str, find: Find) -> None:
    text = good.replace("use: [yolox-nano-416]", "use: []").replace("[learned, obs", "[learned] #")
    (problem,) = find(text)
    assert (problem.line, problem.key) == (19, f"{FENCE}.see")


def test_a_problem_as_json_has_the_same_code_in_both_languages(good: str, find: Find) -> None:
    (problem,) = find(good.replace("id: gate-3", "id: Gate"))
    english, chinese = (problem.to_json(language) for language in (Language.EN, Language.ZH))
    assert english["code"] == chinese["code"] == "malformed"
    assert english["key"] == "cameras[0].id"
    assert (english["line"], english["column"]) == (12, 5)
    assert english["got"] == "'Gate'"
    assert chinese["got"] == "“Gate”"
