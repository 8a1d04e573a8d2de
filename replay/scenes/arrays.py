"""Names for the arrays that scenes are made of."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
"""Coordinates, directions and gains."""

Indices: TypeAlias = npt.NDArray[np.int64]

Image: TypeAlias = npt.NDArray[Any]
"""Rows by columns, by channels BGR(A) where there are several; uint8 unless said otherwise."""

Point: TypeAlias = Floats | tuple[float, float, float]
"""x, y, z in metres."""

Colour: TypeAlias = tuple[float, float, float]
"""Blue, green, red, each 0-255."""
