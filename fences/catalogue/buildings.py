"""In and at buildings: ways out, lobbies, corridors."""

from __future__ import annotations

from fences.catalogue.labels import BLOCKERS, NOTHING, ONLY_PEOPLE
from fences.observation import Label
from fences.scenario import Attendance, Scenario

BUILDINGS = (
    Scenario(
        id="blocked_fire_lane",
        name_zh="消防通道被占",
        name_en="Blocked fire lane",
        category="fire_safety",
        means_zh="消防车通道上停有车辆、两轮车、摊位，或堆有物品。",
        means_en="Vehicles, two-wheelers, stalls or piles stand in the way of fire engines.",
        labels=BLOCKERS,
        obstruction=Attendance.ANY,
        never=ONLY_PEOPLE,
        dwell_s=60.0,
        clear_after_s=30.0,
    ),
    Scenario(
        id="blocked_exit",
        name_zh="安全出口堵塞",
        name_en="Blocked emergency exit",
        category="fire_safety",
        means_zh="安全出口、疏散通道前有物品或车辆遮挡。",
        means_en="Something stands before an emergency exit or in a way of escape.",
        labels=BLOCKERS,
        obstruction=Attendance.ANY,
        never=ONLY_PEOPLE,
        dwell_s=120.0,
        clear_after_s=30.0,
    ),
    Scenario(
        id="open_fire",
        name_zh="明火",
        name_en="Open fire",
        category="fire_safety",
        means_zh="画面中出现明火。",
        means_en="Flames are seen.",
        labels=frozenset({Label.FLAME}),
        obstruction=Attendance.NONE,
        never=NOTHING,
        dwell_s=5.0,
        clear_after_s=60.0,
        min_area=0.0002,
        min_count=1,
    ),
    Scenario(
        id="e_bike_in_lobby",
        name_zh="电动车进楼入户",
        name_en="E-bike in a lobby",
        category="building_safety",
        means_zh="电动自行车推入门厅、楼道或电梯厅停放；自行车也会计入。",
        means_en="An e-bike, or any two-wheeler, is brought into a lobby, stairwell or lift hall.",
        labels=frozenset({Label.TWO_WHEELER}),
        obstruction=Attendance.NONE,
        never=NOTHING,
        dwell_s=5.0,
        clear_after_s=30.0,
        min_count=1,
    ),
    Scenario(
        id="corridor_clutter",
        name_zh="楼道堆物",
        name_en="Clutter in a corridor",
        category="building_safety",
        means_zh="楼道、走廊内堆放杂物或停放两轮车。",
        means_en="Belongings or two-wheelers are left in a corridor or on stairs.",
        labels=BLOCKERS,
        obstruction=Attendance.ANY,
        never=ONLY_PEOPLE,
        dwell_s=1800.0,
        clear_after_s=300.0,
    ),
)
