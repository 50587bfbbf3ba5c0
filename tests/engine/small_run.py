"""A small finished run of the sample with measured weather, so that no temperature is generated: some seconds."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from eofusion_engine.events import Quiet
from eofusion_engine.inference.runner import run
from eofusion_engine.request import parse_request
from eofusion_engine.sources import open_source
from shapely.geometry import box, mapping

START, END = date(2021, 6, 1), date(2021, 6, 24)


def small_run(folder: Path, source: str) -> tuple[Path, tuple[float, float]]:
    """The run's folder and the middle of its area in degrees: two dates, reflectance and GPP."""
    west, south, east, north = open_source(source).extent().bounds
    x, y = (west + east) / 2, (south + north) / 2
    weather = folder / "weather.csv"
    days = [date(2021, 5, 1) + timedelta(days=i) for i in range(80)]
    weather.write_text("date,tair_degC,ssrd_W_m2\n" + "".join(f"{d},{15 + d.day % 5},220\n" for d in days))
    request = {
        "source": source, "area": mapping(box(x - 0.003, y - 0.002, x + 0.003, y + 0.002)), "start": START, "end": END,
        "dates": "every:12", "products": ["reflectance", "gpp"], "out": folder / "run", "weather": weather,
        "threads": 1, "device": "cpu",
    }  # fmt: skip
    run(parse_request(request), Quiet())
    return folder / "run", (x, y)
