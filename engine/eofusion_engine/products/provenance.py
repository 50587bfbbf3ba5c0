"""Where a product comes from, as tags inside each file: no product is orphaned from its making.

Only what is the same for the same request goes in (no clock times, no paths): equal runs give
equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from .. import __version__

#: The licence of Copernicus data asks for this sentence, with the years of the imagery.
SENTINEL_NOTICE = "Contains modified Copernicus Sentinel data {years}"
#: AgERA5 and ERA5 are products of the Copernicus Climate Change Service.
CLIMATE_NOTICE = "Generated using Copernicus Climate Change Service information {years}"
TOWERS_NOTICE = "Model trained on FLUXNET2015 data (Pastorello et al. 2020, doi:10.1038/s41597-020-0534-3)"


@dataclass(frozen=True)
class Provenance:
    """Engine version, weights (name -> SHA-256), the request's hash, and who must be named."""

    request_key: str
    weights: Mapping[str, str] = field(default_factory=dict)
    attribution: tuple[str, ...] = ()
    engine: str = __version__

    def tags(self) -> dict[str, str]:
        """GDAL dataset tags; TIFFTAG_* become real TIFF tags."""
        tags = {
            "TIFFTAG_SOFTWARE": f"EO Fusion {self.engine}",
            "EOFUSION_ENGINE": self.engine,
            "EOFUSION_REQUEST": self.request_key,
        }
        for name, digest in sorted(self.weights.items()):
            tags[f"EOFUSION_WEIGHTS_{name.upper()}"] = digest
        if self.attribution:
            tags["TIFFTAG_COPYRIGHT"] = tags["EOFUSION_ATTRIBUTION"] = "; ".join(self.attribution)
        return tags


def attribution(
    dates: Iterable[date], *, simulated: bool = False, climate_service: bool = False, towers: bool = False
) -> tuple[str, ...]:
    """The sentences that must go with the products.

    ``dates`` are those of the scenes; ``simulated`` scenes need no notice and are called what they
    are; ``climate_service`` when AgERA5 or ERA5 drove the run; ``towers`` when GPP was made.
    """
    years = sorted({day.year for day in dates})
    span = "" if not years else str(years[0]) if len(years) == 1 else f"{years[0]}-{years[-1]}"
    lines = []
    if simulated:
        lines.append("Simulated scenes: not an observation of any place")
    elif years:
        lines.append(SENTINEL_NOTICE.format(years=span))
    if climate_service and years:
        lines.append(CLIMATE_NOTICE.format(years=span))
    if towers:
        lines.append(TOWERS_NOTICE)
    return tuple(lines)
