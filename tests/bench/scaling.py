"""How much there is to do for a large region: runs, tiles, bytes, hours and money, from measured rates and stated
assumptions. Everything here is arithmetic; the tables are made in scaling_page.py."""

from __future__ import annotations

import math
from dataclasses import dataclass

from eofusion_engine.inference.tiles import TILE_PIXELS

#: Side of a tile in km at most, as inference/tiles.py cuts them.
TILE_KM = TILE_PIXELS / 100
#: Side of a file's block of 512 pixels in km: bands of 10 m and of 20 m.
BLOCK_KM = {10: 5.12, 20: 10.24}
#: Bytes that a stored pixel takes in real files, by what it holds (inference/estimate.py, measured there).
REFLECTANCE, CLASS, BACKSCATTER = 1.1, 0.05, 3.3
S2_DATES, S1_DATES = 24, 30


@dataclass(frozen=True)
class Region:
    """``km2`` of land, ``outline_km`` around it, and ``zone_km`` of UTM zones' borders that cross it."""

    name: str
    km2: float
    outline_km: float
    zone_km: float


#: Germany: area, borders and coast (2,389 km of islands and inlets taken as 900 km at this scale); 6 and 12 degrees
#: east cross it. Land without Antarctica: the coast as the World Factbook gives it; 60 zone borders cross 4,800 km of
#: land each.
GERMANY = Region("Germany", 358_000, 3_700 + 900, 1_050)
LAND = Region("the land surface without Antarctica", 135_000_000, 356_000, 290_000)


def squares(region: Region, side: float) -> float:
    """Squares of ``side`` km, in a grid laid at random, that touch the region, and those cut once more by a UTM zone's
    border.

    A convex region of area A and outline P is touched by A/a2 + 2P/(pi a) + 1 on average (Steiner's formula over all
    directions); for one with bays and islands that is an upper estimate.
    """
    inside = region.km2 / side**2 + 2 * region.outline_km / (math.pi * side) + 1
    return inside + region.zone_km / side


@dataclass(frozen=True)
class Rates:
    """What a km2 costs in core-seconds by part, with what is written and kept in MB, and a run's fixed seconds."""

    parts: dict[str, float]
    products_mb: float
    tiles_mb: float
    fixed_s: float

    @property
    def core_seconds(self) -> float:
        """Core-seconds a km2."""
        return sum(self.parts.values())


@dataclass(frozen=True)
class Job:
    """A region cut into runs of ``side`` km."""

    region: Region
    side: float
    rates: Rates
    cores: int

    @property
    def runs(self) -> int:
        """Run folders."""
        return math.ceil(squares(self.region, self.side))

    @property
    def computed_km2(self) -> float:
        """At most: a run at the border computes the box around its part of the region, here taken whole."""
        border = self.runs - self.region.km2 / self.side**2
        # Squares cut by a zone's border are computed in two parts, not twice.
        twice = self.region.zone_km / self.side
        return self.region.km2 + max(border - twice, 0.0) * self.side**2

    @property
    def tiles(self) -> int:
        """Tiles of the runs."""
        return math.ceil(self.computed_km2 / TILE_KM**2)

    @property
    def core_hours(self) -> float:
        """Of all runs, the fixed part of each with its cores waiting."""
        fixed = self.runs * self.rates.fixed_s * self.cores
        return (self.computed_km2 * self.rates.core_seconds + fixed) / 3600


def read_mb(side: float) -> float:
    """MB a km2 that a run of ``side`` km reads of real files: whole blocks, of which it touches (1 + b / side)2 times
    its own area on average."""
    ten = S2_DATES * 4 * REFLECTANCE + S1_DATES * 2 * BACKSCATTER
    twenty = S2_DATES * (6 * REFLECTANCE + CLASS) / 4
    return (ten * (1 + BLOCK_KM[10] / side) ** 2 + twenty * (1 + BLOCK_KM[20] / side) ** 2) * 1e4 / 1e6


def requests(side: float) -> float:
    """Blocks that a run of ``side`` km asks for, each band and date by itself."""
    ten, twenty = S2_DATES * 4 + S1_DATES * 2, S2_DATES * 7
    return ten * (side / BLOCK_KM[10] + 1) ** 2 + twenty * (side / BLOCK_KM[20] + 1) ** 2


def gpu_seconds(mflop: float, tflops: float, utilisation: float) -> float:
    """Seconds of a GPU a km2: floating point operations of 10,000 px-years at a share of its peak rate."""
    return mflop * 1e6 * 1e4 / (tflops * 1e12 * utilisation)
