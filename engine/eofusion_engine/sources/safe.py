"""Sentinel-2 products in ESA's SAFE form: a folder ``S2?_MSIL?_...SAFE``, or a zip with such folders.

``reflectance = (stored + offset) / 10000``, the offset as the product's metadata say it; the stored
number 0 means that nothing was measured. Products that were thinned out (bands or metadata missing)
are read as far as they go.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath

import numpy as np
from rasterio.errors import RasterioError

from ..bands import S2_BANDS
from ..errors import SourceError
from .base import CHUNK, SCL, Frame, Scene, Warn
from .geotiff import TiffBand, open_raster
from .safe_archive import Container, Folder, Zip, zip_names
from .safe_manifest import COMPARISONS, MANIFEST, MAX_BYTES, Original, Stated, stated
from .safe_metadata import MAX_METADATA_BYTES, METADATA_NAME, About, compact_time, from_name, from_xml
from .store import ReadCache

_TEN_METRES = ("B02", "B03", "B04", "B08")
_IMAGE = re.compile(
    r"(?P<product>.*?)(?:^|/)GRANULE/(?P<granule>[^/]+)/IMG_DATA/(?:R(?P<folder>[126]0)m/)?"
    r"(?P<stem>[^/]+)_(?P<band>B\d[\dA]|SCL)(?:_(?P<metres>[126]0)m)?\.(?:jp2|tiff?)$",
    re.IGNORECASE,
)
_LEVELS = ("L1C", "L2A")
_STEM_TIME = re.compile(r"T[0-9A-Z]{5}_(\d{8}T\d{6})$")
#: A tile has 10980 x 10980 pixels of 10 m.
_MAX_PIXELS = 11_000**2
#: Blocks of a JPEG 2000 up to this side are decoded and kept as one: part of one costs as much as all of it.
_MAX_BLOCK = 1536
_HINT = "It is left out; download the product again, or read docs/folder-source.md."


@dataclass(frozen=True, kw_only=True)
class SafeBand(TiffBand):
    """One band file of a product, opened as JPEG 2000 or GeoTIFF by its name's ending and as nothing else."""

    product: str
    #: What the product's manifest or zip says of the file, None where it says nothing.
    original: Original | None = None

    @property
    def label(self) -> str:
        return f"{self.product}/{PureWindowsPath(self.path).name}"  # it splits at both kinds of slashes

    def chunk_shape(self, cache: ReadCache) -> tuple[int, int]:
        return cache.fact(("blocks", self.path), lambda: self._blocks(cache))

    def _blocks(self, cache: ReadCache) -> tuple[int, int]:
        try:
            with cache.handle(self.path, lambda: open_raster(self.path)) as file:
                rows, cols = file.block_shapes[0]
        except (RasterioError, OSError) as error:
            raise self._damaged("it is missing or damaged") from error
        return (rows, cols) if min(rows, cols) >= CHUNK and max(rows, cols) <= _MAX_BLOCK else (CHUNK, CHUNK)

    def _read(self, cache: ReadCache, row: int, col: int) -> np.ndarray:
        original = self.original
        if original is not None and cache.fact(("altered", self.path), lambda: COMPARISONS.is_altered(original)):
            raise self._damaged("its bytes were altered, as the checksums of its product tell")
        return super()._read(cache, row, col)

    def _find_frame(self, cache: ReadCache) -> Frame:
        frame = super()._find_frame(cache)
        if frame.height * frame.width > _MAX_PIXELS:
            raise self._damaged("it claims more pixels than a Sentinel-2 tile has")
        return frame


@dataclass
class _Product:
    """The image files of one granule: members by band and metres (0: the level has one resolution a band)."""

    root: str
    granule: str
    images: dict[str, dict[int, str]] = field(default_factory=dict)
    stem: str = ""
    metadata: str | None = None


def is_safe(path: Path) -> bool:
    """Whether ``path`` is a SAFE product by its name or its metadata file, or a zip with one; nothing is read."""
    if path.is_dir():
        return path.suffix.upper() == ".SAFE" or any((path / f"MTD_MSI{level}.xml").is_file() for level in _LEVELS)
    if path.suffix.lower() == ".zip":
        return any(_names_safe(name) for name in zip_names(path))
    return METADATA_NAME.match(path.name) is not None


def _names_safe(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return any(part.upper().endswith(".SAFE") for part in parts[:3]) or bool(
        parts and len(parts) <= 3 and METADATA_NAME.match(parts[-1])
    )


def scan(paths: list[Path], cache: ReadCache, warn: Warn) -> list[Scene]:
    """One scene for each product (each granule of an old product) in ``paths``, which :func:`is_safe` found.

    A product of which nothing can be read is told to ``warn`` and left out; of two copies one is taken.
    """
    scenes: dict[str, Scene] = {}
    for path in sorted(paths, key=lambda path: (path.is_file(), path)):
        try:
            for scene in _read(path, cache, warn):
                if scene.id in scenes:
                    warn(f"{scene.id} is there twice; the copy in {path.name} is left out.")
                else:
                    scenes[scene.id] = scene
        except SourceError as error:
            warn(str(error))
    return list(scenes.values())


def _read(path: Path, cache: ReadCache, warn: Warn) -> list[Scene]:
    container: Container = (
        Zip(path) if path.suffix.lower() == ".zip" else Folder(path if path.is_dir() else path.parent)
    )
    products = _products(container)
    if not products:
        if path.name.startswith("S1"):
            why = "it is Sentinel-1, which must be terrain-corrected first"
        else:
            why = "it holds no GRANULE/.../IMG_DATA with bands of Sentinel-2"
        raise SourceError(f"{path.name} is a SAFE product that cannot be read: {why}.", _HINT)
    several = {product.root for product in products if sum(p.root == product.root for p in products) > 1}
    scenes = []
    for product in products:
        try:
            scenes.append(_scene(product, container, product.root in several, cache, warn))
        except SourceError as error:
            warn(str(error))
    return scenes


def _products(container: Container) -> list[_Product]:
    """The granules in a container, by the names of their image files."""
    found: dict[tuple[str, str], _Product] = {}
    metadata: dict[str, str] = {}
    for name in sorted(container.names()):
        parent, _, file = name.rpartition("/")
        if METADATA_NAME.match(file):
            metadata[parent] = name
        if (match := _IMAGE.match(name)) is None:
            continue
        key = match["product"], match["granule"]
        product = found.setdefault(key, _Product(*key, stem=match["stem"]))
        metres = int(match["metres"] or match["folder"] or 0)
        product.images.setdefault(match["band"].upper(), {}).setdefault(metres, name)
    for product in found.values():
        product.metadata = metadata.get(product.root)
    return list(found.values())


def _scene(product: _Product, container: Container, one_of_several: bool, cache: ReadCache, warn: Warn) -> Scene:
    place = PurePosixPath(product.root).name or container.path.name
    about = _about(product, container, place, warn)
    name = about.name or place.removesuffix(".SAFE")
    if about.time is None or about.level is None:
        missing = "its level (L1C or L2A)" if about.level is None else "its time"
        raise SourceError(f"{place}: neither its name nor its metadata tell {missing}.", _HINT)
    said = _stated(product, container, place, warn)
    bands: dict[str, SafeBand] = {}
    for band in (*S2_BANDS, SCL):
        if (member := _choice(band, product.images.get(band, {}))) is None:
            continue
        try:
            original = container.original(member, said.get(PurePosixPath(member).relative_to(product.root).as_posix()))
            bands[band] = _band(band, container.open_path(member), name, about, original)
        except SourceError as error:
            warn(str(error))
    frame = _first_frame(bands, place, cache)
    scene_id = f"{name} {product.granule}" if one_of_several else name
    return Scene(
        scene_id, "S2", about.level, about.time, frame.crs, frame.bounds, bands,
        cloud_cover=about.cloud_cover, baseline=about.baseline,
    )  # fmt: skip


def _about(product: _Product, container: Container, place: str, warn: Warn) -> About:
    """What metadata, names and the files' layout tell of a product, in this order."""
    told = About()
    if product.metadata is not None:
        try:
            data = container.read(product.metadata, MAX_METADATA_BYTES)
            told = from_xml(data, f"{place}/{PurePosixPath(product.metadata).name}")
        except SourceError as error:
            warn(str(error))
    names = from_name(place).over(from_name(container.path.name))
    match = _STEM_TIME.search(product.stem)
    levels = {"L2A" if any(metres) else "L1C" for metres in product.images.values()}
    laid_out = About(
        level="L2A" if "L2A" in levels else "L1C",
        time=compact_time(match[1]) if match else None,
    )
    if told == About() and names.baseline is None:
        warn(f"{place} tells no processing baseline; its numbers are taken to have no offset.")
    return told.over(names).over(laid_out)


def _stated(product: _Product, container: Container, place: str, warn: Warn) -> dict[str, Stated]:
    """What the product's manifest says of its files; nothing where there is none, or none that can be read."""
    name = f"{product.root}/{MANIFEST}" if product.root else MANIFEST
    if name not in container.names():
        return {}
    try:
        return stated(container.read(name, MAX_BYTES), f"{place}/{MANIFEST}")
    except SourceError as error:
        warn(str(error))
        return {}


def _choice(band: str, images: dict[int, str]) -> str | None:
    """The image of a band to be read: 10 m where the instrument has 10 m, else 20 m, else what is there."""
    order = (10, 20, 60, 0) if band in _TEN_METRES else (20, 10, 60, 0)
    return next((images[metres] for metres in order if metres in images), None)


def _band(band: str, path: str, product: str, about: About, original: Original | None) -> SafeBand:
    if band == SCL:
        return SafeBand(unit="class", path=path, index=1, product=product, original=original)
    scale = 1 / about.quantification
    return SafeBand(
        unit="reflectance",
        scale=scale,
        offset=about.offset(band) * scale,
        nodata=0,
        path=path,
        index=1,
        product=product,
        original=original,
    )


def _first_frame(bands: dict[str, SafeBand], place: str, cache: ReadCache) -> Frame:
    """Where the product is: the frame of the first band that opens. SCL alone is no scene."""
    first: SourceError | None = None
    for name, band in bands.items():
        try:
            if name != SCL:
                return band.frame(cache)
        except SourceError as error:
            first = first or error
    raise SourceError(f"{place} is left out: {first.message if first else 'it has no band that can be read.'}")
