"""The cross-section of the street: the same for every scene, in metres.

```
   facades | pavement | fire lane |  road  : road  | pavement | wall
  x -13.5     -13.5..-8.2   -8..-4.2   -4.2..0  0..4.2   4.4..9      9
```
"""

from replay.scenes.spec import GroundFence

FACADE_X_M = -13.5
LEFT_KERB_X_M = -8.2
LANE_EDGE_X_M = -4.2
RIGHT_KERB_X_M = 4.2
WALL_X_M = 9.0
NEAR_Y_M = 4.0
FAR_Y_M = 90.0

CROSSING_NEAR_M = 37.0
CROSSING_FAR_M = 41.0

FIRE_LANE = GroundFence("fire-lane", "blocked_fire_lane", -8.0, -4.3, 19.5, 30.5)
NO_VENDING = GroundFence("no-vending", "street_vending", -13.0, -8.8, 14.2, 18.9)
NO_DUMPING = GroundFence("no-dumping", "construction_waste", 4.9, 7.7, 12.8, 18.0)
FENCES = (FIRE_LANE, NO_VENDING, NO_DUMPING)
