"""What EO Fusion must know about a STAC catalogue: a data file, checked (docs/stac-source.md).

The shipped services are such files (``presets/*.json``); a user can write one for any other STAC API.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from ...bands import S1_BANDS, S2_BANDS
from ...errors import SourceError
from ..base import SCL
from ..credentials import SecretField

PRESETS = Path(__file__).parent / "presets"
_MAX_BYTES = 1 << 20
#: ``name``, or ``name#2`` for the second band of a file with several.
_ASSET = re.compile(r"[^#\s]{1,100}(#[1-9]\d{0,2})?")

AssetName = Annotated[str, Field(min_length=1, max_length=104)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True)


class _Collection(_Part):
    """A collection of the catalogue: its id, and which asset holds which band.

    ``scale``, ``offset`` and ``nodata``, where given, replace what the items say.
    """

    id: str = Field(min_length=1, max_length=200)
    #: Band -> the names that its asset may have, the first that an item has wins.
    assets: dict[str, tuple[AssetName, ...]]
    scale: float | None = None
    offset: float | None = None
    nodata: float | None = None

    @field_validator("assets", mode="before")
    @classmethod
    def _short_form(cls, value: object) -> object:
        """``"B02": "blue"`` is short for ``"B02": ["blue"]``."""
        if not isinstance(value, dict):
            return value
        return {band: (names,) if isinstance(names, str) else names for band, names in value.items()}

    @field_validator("assets")
    @classmethod
    def _asset_names(cls, value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        if not value:
            raise ValueError("it names no band")
        for band, names in value.items():
            if not names or any(not _ASSET.fullmatch(name) for name in names):
                raise ValueError(f"{band}: give the name of an asset, with '#2' behind it for its second band")
        return value

    def _only(self, known: tuple[str, ...]) -> None:
        if strange := [band for band in self.assets if band not in known]:
            raise ValueError(f"assets: {strange[0]!r} is none of {', '.join(known)}")


class S2Collection(_Collection):
    """Sentinel-2 scenes. ``offset_rule`` says how the radiometric offset is found (:mod:`.offsets`)."""

    level: Literal["L2A", "L1C"] = "L2A"
    offset_rule: Literal["metadata", "earth-search-v1"] = "metadata"

    @model_validator(mode="after")
    def _bands(self) -> S2Collection:
        self._only((*S2_BANDS, SCL))
        return self


class S1Collection(_Collection):
    """Sentinel-1 backscatter; ``GRD`` must be terrain-corrected (projected) to be used."""

    level: Literal["RTC", "GRD"] = "RTC"
    unit: Literal["dB", "power", "amplitude"]

    @model_validator(mode="after")
    def _bands(self) -> S1Collection:
        self._only(S1_BANDS)
        return self


class DemCollection(_Collection):
    """Heights in metres; the band is called ``elevation``."""

    @model_validator(mode="after")
    def _bands(self) -> DemCollection:
        self._only(("elevation",))
        return self


class Signing(_Part):
    """How a request for an asset is allowed to read it.

    ``planetary-computer`` appends a short-lived token that ``token_url`` gives for a storage account and
    container; ``s3-keys`` signs requests (AWS Signature Version 4); ``basic`` and ``bearer`` send a header.
    Credentials go to ``hosts`` and, for ``basic`` and ``bearer``, to the catalogue's own host; never elsewhere.
    """

    kind: Literal["none", "planetary-computer", "s3-keys", "basic", "bearer"] = "none"
    #: Host names, or ``.domain`` for all of a domain.
    hosts: tuple[str, ...] = ()
    token_url: str | None = None
    region: str = "default"

    @model_validator(mode="after")
    def _complete(self) -> Signing:
        if self.kind in ("planetary-computer", "s3-keys") and not self.hosts:
            raise ValueError(f"hosts: {self.kind} wants the hosts that are signed for")
        if self.kind == "planetary-computer" and not (self.token_url or "").startswith("https://"):
            raise ValueError("token_url: it is missing, or not an https address")
        return self


class Credentials(_Part):
    """Which secrets the catalogue wants, for the dock and the command line.

    ``environment`` names the variables that the command line reads: ``username`` and ``password``, or ``token``. In a
    file it may be a list such as ``["token=EOFUSION_MY_TOKEN"]``, which programs that look for secrets do not mistake.
    """

    needed: bool = False
    about: str = Field(default="", max_length=400)
    environment: dict[SecretField, str] = Field(default_factory=dict)

    @field_validator("environment", mode="before")
    @classmethod
    def _list_form(cls, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        if not all(isinstance(entry, str) and "=" in entry for entry in value):
            raise ValueError("each entry has the form username=EOFUSION_NAME")
        return dict(entry.split("=", 1) for entry in value)

    @field_validator("environment")
    @classmethod
    def _names(cls, value: dict[str, str]) -> dict[str, str]:
        if any(not re.fullmatch(r"EOFUSION_[A-Z0-9_]{1,60}", name) for name in value.values()):
            raise ValueError("the variables' names begin with EOFUSION_")  # else a file could send any variable off
        return value


class Catalogue(_Part):
    """A STAC API and what of it EO Fusion uses.

    The order of the collections is their preference: where two hold the same acquisition, the first wins.
    """

    format: Literal[1] = 1
    id: str = Field(default="", max_length=60)
    title: str = Field(min_length=1, max_length=120)
    api: str
    about: str = Field(default="", max_length=600)
    attribution: str = Field(default="", max_length=400)
    s2: tuple[S2Collection, ...] = ()
    s1: tuple[S1Collection, ...] = ()
    dem: tuple[DemCollection, ...] = ()
    #: Where ``s3://bucket/key`` is read: bucket -> ``https://host/...``, the key is appended.
    s3: dict[str, str] = Field(default_factory=dict)
    #: Hosts (``host`` or ``host:port``) of the files that may lie in a private network.
    hosts: tuple[str, ...] = ()
    signing: Signing = Signing()
    credentials: Credentials = Credentials()
    page_size: int = Field(default=100, ge=1, le=1000)
    #: Use only those of the collections that the API lists: for descriptions that fit many services.
    discover: bool = False

    @field_validator("api")
    @classmethod
    def _address(cls, value: str) -> str:
        return check_api(value)

    @field_validator("s3")
    @classmethod
    def _endpoints(cls, value: dict[str, str]) -> dict[str, str]:
        for bucket, address in value.items():
            parts = urlsplit(address)
            if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
                raise ValueError(f"{bucket}: {address!r} is not an http address")
        return {bucket: address.rstrip("/") for bucket, address in value.items()}

    @model_validator(mode="after")
    def _useful(self) -> Catalogue:
        if not self.s2 and not self.s1:
            raise ValueError("it names no collection of Sentinel-2 or Sentinel-1: give 's2' or 's1'")
        return self

    @property
    def host(self) -> str:
        """Host and port of the catalogue itself."""
        return urlsplit(self.api).netloc.lower()


def check_api(address: str) -> str:
    """``address`` in its plain form; ``ValueError``, without the address, when it is not one of a STAC API."""
    try:
        parts = urlsplit(address.strip())
        _ = parts.port
    except ValueError:
        raise ValueError("it is not an http(s) address") from None
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        raise ValueError("it is not an http(s) address")
    if parts.username is not None or parts.password is not None or parts.query:
        raise ValueError("it holds a user name, a password or a query: credentials are given apart from it")
    return f"{parts.scheme.lower()}://{parts.netloc.lower()}{parts.path}".rstrip("/")


@lru_cache(maxsize=1)
def presets() -> dict[str, Catalogue]:
    """The shipped services by id, in the order of the files' names."""
    found = (read_description(path) for path in sorted(PRESETS.glob("*.json")))
    return {catalogue.id: catalogue for catalogue in found if catalogue.id != "any"}


def for_address(address: str) -> Catalogue:
    """The description of the STAC API at ``address``: a shipped one where it is known, else usual names.

    Raises :class:`SourceError` when ``address`` cannot be one.
    """
    try:
        api = check_api(address)
    except ValueError as error:
        message = f"The address of the STAC catalogue cannot be used: {error}."
        raise SourceError(message, "Give the address of its landing page.", code="source-kind") from None
    for known in presets().values():
        if known.api == api:
            return known
    usual = read_description(PRESETS / "any.json")
    return usual.model_copy(update={"api": api, "title": urlsplit(api).netloc, "id": ""})


def read_description(path: Path) -> Catalogue:
    """The checked content of a catalogue's data file; :class:`SourceError` names the field that is wrong."""
    hint = "docs/stac-source.md shows what the file holds."
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise SourceError(f"{path.name} is too large to describe a catalogue.", hint, code="source-kind")
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SourceError(f"There is no file {path.name}.", hint, code="source-kind") from None
    except (OSError, ValueError):
        raise SourceError(f"{path.name} is not JSON that can be read.", hint, code="source-kind") from None
    try:
        return Catalogue.model_validate(data)
    except ValidationError as error:
        raise SourceError(f"{path.name}: {_sentence(error)}.", hint, code="source-kind") from None


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    field = ".".join(str(part) for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "missing":
        return f"the field '{field}' is missing"
    if first["type"] == "extra_forbidden":
        return f"there is no field '{field}'"
    return f"{field}: {message}" if field else message
