"""The run request: the one description of a run, and its checks.

Dock, Processing and command line only fill it in; it is checked here, once, and every
complaint names the field and the mend. It never holds a secret.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from shapely.geometry import box, mapping, shape
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity

from .bands import SCL_UNCLEAR
from .errors import RequestError
from .scheduler_address import checked_address

REQUEST_VERSION = 1
#: Above this the request is refused: a guard against a slip of the mouse, not a limit of the engine.
MAX_AREA_KM2 = 2500.0
MAX_DAYS = 3 * 366

Product = Literal["embeddings", "reflectance", "gpp", "temperature"]
ALL_PRODUCTS: tuple[Product, ...] = ("embeddings", "reflectance", "gpp", "temperature")


class RunRequest(BaseModel):
    """What to compute, where, when, from what, and into which folder.

    ``area`` is a GeoJSON Polygon or MultiPolygon in EPSG:4326, or None to take the
    source's own extent (folder and sample sources). ``start`` and ``end`` are both included.
    ``dates`` is ``clear`` (each cloud-free Sentinel-2 date), ``every:N`` (days) or a list.
    """

    model_config = ConfigDict(extra="forbid", validate_assignment=False)

    version: Literal[1] = 1
    source: str = "sample"
    area: dict[str, Any] | None = None
    start: date
    end: date
    products: tuple[Product, ...] = ALL_PRODUCTS
    dates: Literal["clear"] | str | tuple[date, ...] = "clear"
    out: Path
    weather: Path | None = None
    elevation: Path | None = None
    #: A local calibration of GPP, as ``eofusion tower --calibrate`` writes it.
    gpp_calibration: Path | None = None
    weights: Path | None = None
    #: Id of the credentials in QGIS' authentication database; never the credentials themselves.
    authcfg: str | None = Field(default=None, pattern=r"^[A-Za-z0-9]{7}$")
    #: How per-date GeoTIFF files of a folder are named (docs/folder-source.md); None: the known forms.
    file_pattern: str | None = Field(default=None, max_length=300)
    #: Sentinel-2 scenes with a higher cloud cover (percent, by their metadata) are left out.
    max_cloud: float = Field(default=100.0, ge=0.0, le=100.0)
    #: Sentinel-1 passes to use.
    orbit: Literal["both", "ascending", "descending"] = "both"
    #: Dates that the user unticked in the plan.
    skip_s2_dates: tuple[date, ...] = ()
    skip_s1_dates: tuple[date, ...] = ()
    #: SCL classes that are no view of the ground.
    scl_drop: tuple[int, ...] = SCL_UNCLEAR
    #: A second cloud test from the reflectance itself, for scenes without a classification or with a wrong one.
    cloud_test: bool = False
    #: How gridded weather is brought to the area.
    weather_method: Literal["nearest", "interpolate"] = "nearest"
    #: Limit of the disk cache of what was read from a service.
    cache_gb: float = Field(default=10.0, ge=0.0, le=10_000.0)
    device: str = Field(default="auto", pattern=r"^(auto|cpu|cuda(:\d+)?|mps)$")
    #: None: this computer; else the address of a Dask scheduler.
    scheduler: str | None = Field(default=None, max_length=300)
    threads: int | None = Field(default=None, ge=1, le=256)
    seed: int = Field(default=0, ge=0, lt=2**31)
    #: A Sentinel-2 date is "clear" when at least this share of the area is.
    min_clear: float = Field(default=0.2, ge=0.0, le=1.0)
    #: Clouds and shadows are grown by this many metres.
    cloud_margin_m: float = Field(default=20.0, ge=0.0, le=1000.0)
    #: "all" writes one 64-band raster a date; "preview" only the three-colour previews.
    embedding_rasters: Literal["all", "preview"] = "all"
    #: Generated temperature series per condition, from which mean, p10 and p90 are taken.
    samples: int = Field(default=16, ge=4, le=256)

    @field_validator("products")
    @classmethod
    def _products_named_once(cls, value: tuple[Product, ...]) -> tuple[Product, ...]:
        if not value:
            raise ValueError("choose at least one product: " + ", ".join(ALL_PRODUCTS))
        return tuple(p for p in ALL_PRODUCTS if p in value)

    @field_validator("dates", mode="before")
    @classmethod
    def _dates_form(cls, value: Any) -> Any:
        if isinstance(value, str) and value != "clear":
            if value.startswith("every:"):
                step = value.removeprefix("every:")
                if not step.isdigit() or not 1 <= int(step) <= 366:
                    raise ValueError("'every:N' wants a whole number of days from 1 to 366")
                return value
            try:
                return tuple(sorted({date.fromisoformat(d.strip()) for d in value.split(",")}))
            except ValueError:
                raise ValueError("give 'clear', 'every:N' or dates such as 2019-05-01,2019-06-01") from None
        return value

    @field_validator("scheduler")
    @classmethod
    def _scheduler_address(cls, value: str | None) -> str | None:
        return None if value is None else checked_address(value)

    @field_validator("scl_drop")
    @classmethod
    def _scl_classes(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if any(not 0 <= code <= 11 for code in value):
            raise ValueError("SCL classes are numbers from 0 to 11")
        return tuple(sorted(set(value)))

    @field_validator("skip_s2_dates", "skip_s1_dates")
    @classmethod
    def _each_date_once(cls, value: tuple[date, ...]) -> tuple[date, ...]:
        return tuple(sorted(set(value)))

    @model_validator(mode="after")
    def _period(self) -> RunRequest:
        if self.end < self.start:
            raise ValueError(f"the end {self.end} lies before the start {self.start}: swap them")
        if (self.end - self.start).days + 1 > MAX_DAYS:
            raise ValueError("the period is longer than three years: split it into several runs")
        if isinstance(self.dates, tuple):
            outside = [d for d in self.dates if not self.start <= d <= self.end]
            if outside or not self.dates:
                raise ValueError("every date must lie between the start and the end")
        return self

    @field_validator("area")
    @classmethod
    def _area_form(cls, value: dict[str, Any] | None) -> dict[str, Any] | None:
        if value is not None:
            check_area(_geometry(value))
        return value

    def days(self) -> list[date]:
        """Every day of the period, both ends included."""
        return [self.start + timedelta(days=i) for i in range((self.end - self.start).days + 1)]

    def geometry(self) -> BaseGeometry | None:
        """The area as a shapely geometry in EPSG:4326, or None for the source's own extent."""
        return None if self.area is None else _geometry(self.area)

    def as_json(self) -> str:
        """The request as text, stable from run to run."""
        return json.dumps(self.model_dump(mode="json"), indent=2, sort_keys=True)


def _geometry(geojson: dict[str, Any]) -> BaseGeometry:
    """A GeoJSON geometry, Feature or FeatureCollection as one geometry (``ValueError`` otherwise)."""
    kind = geojson.get("type")
    try:
        if kind == "FeatureCollection":
            from shapely import union_all

            return union_all([shape(f["geometry"]) for f in geojson["features"]])
        return shape(geojson["geometry"] if kind == "Feature" else geojson)
    except Exception:
        raise ValueError("the area is not GeoJSON that can be read: give a Polygon in EPSG:4326") from None


def check_area(area: BaseGeometry) -> None:
    """Raise ``ValueError`` with a plain sentence when ``area`` (EPSG:4326) cannot be processed."""
    from pyproj import Geod

    if area.geom_type not in ("Polygon", "MultiPolygon"):
        raise ValueError(f"the area is a {area.geom_type}: draw a polygon")
    if area.is_empty:
        raise ValueError("the area is empty: draw a polygon with some extent")
    if not area.is_valid:
        raise ValueError(
            f"the area is not a valid polygon ({explain_validity(area)}): draw it again without crossing lines"
        )
    if area.area == 0:
        raise ValueError("the area is empty: draw a polygon with some extent")
    west, south, east, north = area.bounds
    if west < -180 or east > 180 or south < -90 or north > 90:
        raise ValueError("the area is not in degrees of longitude and latitude (EPSG:4326)")
    if south < -80 or north > 84:
        raise ValueError(
            "the area reaches beyond 80 S or 84 N, where there is no UTM grid: choose one nearer the equator"
        )
    if east - west > 180:
        raise ValueError("the area crosses the 180 degree meridian: split it there into two runs")
    km2 = abs(Geod(ellps="WGS84").geometry_area_perimeter(area)[0]) / 1e6
    if km2 > MAX_AREA_KM2:
        raise ValueError(f"the area has {km2:,.0f} km2, more than the {MAX_AREA_KM2:,.0f} km2 of one run: split it")


def parse_request(data: dict[str, Any]) -> RunRequest:
    """Check ``data`` and return the request; raise :class:`RequestError` naming the field and the mend."""
    if data.get("version", REQUEST_VERSION) != REQUEST_VERSION:
        raise RequestError(
            f"This request has version {data.get('version')!r}; this engine understands version {REQUEST_VERSION}.",
            "Update EO Fusion, or write the request again with this version.",
            code="request-version",
        )
    try:
        return RunRequest.model_validate(data)
    except ValidationError as error:
        raise RequestError(_sentence(error), "Mend the named field and run again.") from None


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"] if isinstance(part, str) and "[" not in part and part.islower())
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        message = "there is no such field"
    elif first["type"] == "missing":
        message = "it is missing"
    return f"{field}: {message}." if field else f"{message[0].upper()}{message[1:]}."


def read_area(text: str) -> dict[str, Any]:
    """An area from the command line: ``W,S,E,N`` in degrees, or the path of a GeoJSON file."""
    parts = text.split(",")
    if len(parts) == 4:
        try:
            west, south, east, north = (float(p) for p in parts)
        except ValueError:
            raise RequestError(
                f"The area {text!r} is not four numbers W,S,E,N.", "For example --area 4.0,50.7,4.1,50.8"
            ) from None
        if not (west < east and south < north):
            raise RequestError(f"The area {text!r} is empty.", "Give west, south, east, north in this order.")
        return dict(mapping(box(west, south, east, north)))
    path = Path(text)
    if not path.is_file():
        raise RequestError(f"There is no file {text}.", "Give a GeoJSON file or W,S,E,N in degrees.")
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise RequestError(f"{path.name} is not a GeoJSON file.", "Save the area as GeoJSON in EPSG:4326.") from None
    if not isinstance(data, dict):
        raise RequestError(f"{path.name} is not a GeoJSON file.", "Save the area as GeoJSON in EPSG:4326.")
    return data
