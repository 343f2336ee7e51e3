"""A jersey about the base mesh's hull of the body: it covers the cut of the neck and ends below the slope of the shoulders."""

import numpy as np

from .attach import Piece, between_rows, first_hit

COLOUR = (0.20, 0.25, 0.33)
AXIS = np.array([0.0, 0.0, -26.0])  # of the neck; its height is that of each row
SECTORS = 40
# Rows from inside the collar down to the hem: height in mm (at the front, at the back), distance from the hull, mm.
ROWS = (((-139, -116), -2.5), ((-134, -110), 1.5), ((-133, -109), 5.5), ((-140, -117), 7.5), ((-148, -128), 5.5), ((-158, -142), 5.0),
        ((-170, -158), 5.0), ((-186, -178), 5.0), ((-204, -204), 5.0))
REACH_MM = (132.0, 112.0)  # to the sides, to the front and back: further away, sleeves are cut


def piece(hull, faces):
    """The jersey; hull: vertices [V, 3] of the average body in the asset's space, faces: of its garment, lists of vertices."""
    triangles = np.array([[f[0], f[k], f[k + 1]] for f in faces for k in range(1, len(f) - 1)])
    azimuth = np.linspace(-np.pi, np.pi, SECTORS, endpoint=False)
    flat = np.stack([np.sin(azimuth), 0 * azimuth, np.cos(azimuth)], 1)
    back = (1 - np.cos(azimuth)) / 2
    rows = []
    for (front_mm, back_mm), out in ROWS:
        height = front_mm + (back_mm - front_mm) * back
        reach = np.array([first_hit(AXIS + [0, y, 0], d[None], hull, triangles)[0] for y, d in zip(height, flat)])
        limit = 1 / np.hypot(np.sin(azimuth) / REACH_MM[0], np.cos(azimuth) / REACH_MM[1])
        reach = np.minimum(np.where(np.isnan(reach), limit, reach + out), limit)
        reach = (np.roll(reach, 1) + 2 * reach + np.roll(reach, -1)) / 4
        rows.append(AXIS + flat * reach[:, None] + np.stack([0 * height, height, 0 * height], 1))
    points = np.concatenate(rows)
    return Piece("jersey", points, between_rows(len(ROWS), SECTORS, closed=True), "head", COLOUR)
