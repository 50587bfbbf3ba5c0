"""A STAC catalogue as a source of scenes and heights."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

from shapely.geometry.base import BaseGeometry

from ...errors import NoScenesError, SourceError
from ..base import BandRef, Scene
from ..credentials import SECRETS
from ..options import SourceOptions
from ..store import ReadCache
from ..transport import DiskCache, Transport
from .description import Catalogue, DemCollection, S1Collection, S2Collection, presets
from .fields import clean_id, mapping
from .items import BandMaker, asset_of, cloud_cover, dem_band, frame_of, rises, s1_scene, s2_scene, time_of
from .reprocessed import newest, outline
from .search import Searcher, slim
from .signing import Access

#: Headers are read this many at a time, where items do not say where their pixels are.
_READERS = 8
_MAX_NAMED = 3
#: Errors that pass: the service is out of reach or overloaded.
_AWAY = ("network", "service", "offline")

AnyCollection = S2Collection | S1Collection | DemCollection


class StacSource:
    """The scenes of one STAC API (a :class:`~..base.Source`).

    ``transport`` carries every request, of the search as of the files; its ``stats()`` go into run.json.
    """

    kind = "stac"

    def __init__(
        self,
        catalogue: Catalogue,
        options: SourceOptions | None = None,
        *,
        cache: DiskCache | None = None,
        transport: Transport | None = None,
    ) -> None:
        """Raises :class:`SourceError` (``credentials``) when the service needs some that are not there."""
        self.catalogue = catalogue
        self.options = options or SourceOptions()
        self.name = catalogue.id or catalogue.api
        self.notes: list[str] = []
        trusted = _trusted(catalogue)
        self._cache = cache
        self.transport = transport or Transport(cache=cache, trusted_hosts=trusted, warn=self._note)
        secret = SECRETS.find(self.options.authcfg, catalogue.credentials.environment)
        access = Access(catalogue, secret, self.transport.session)
        self._maker = BandMaker(catalogue, access, self.transport, trusted)
        self._search = Searcher(catalogue, self.transport.session, access.api_auth)
        self._listed: set[str] | None = None

    def extent(self) -> BaseGeometry:
        """A service covers the world, which is no area to process: raises :class:`SourceError`."""
        raise SourceError(
            f"{self.catalogue.title} has scenes everywhere: it needs an area.",
            "Draw an area, or give one with --area.",
            code="no-area",
        )

    def scenes(self, area: BaseGeometry, start: date, end: date) -> list[Scene]:
        """The scenes that touch ``area`` (EPSG:4326) from ``start`` to ``end``, oldest first.

        Raises :class:`NoScenesError` when there is none, :class:`SourceError` when the service cannot be asked
        and was not asked the same before, or gives Sentinel-2 of two levels.
        """
        period = (start, end)
        found = [*self._s2_scenes(area, period), *self._s1_scenes(area, period)]
        if not found:
            why = f" {self.notes[-1]}" if self.notes else ""
            raise NoScenesError(
                f"{self.catalogue.title} has no scene of the area from {start} to {end} that can be used.{why}",
                "Choose other dates, a higher cloud limit, both orbits, or another service.",
            )
        if len({scene.level for scene in found if scene.sensor == "S2"}) > 1:
            raise SourceError(
                f"{self.catalogue.title} mixes Sentinel-2 levels L1C and L2A in this area and period.",
                "Keep one of them in the catalogue's description: they are not the same measurement.",
                code="mixed-levels",
            )
        return sorted(found, key=lambda scene: (scene.time, scene.id))

    def weather(self, area: BaseGeometry | None = None) -> Path | None:
        """Catalogues of imagery have no weather."""
        return None

    def elevation(self, area: BaseGeometry) -> Sequence[BandRef]:
        """The tiles of the service's elevation model that touch ``area``; empty, with a note, where it has none."""
        bands: list[BandRef] = []
        for collection in self._used(self.catalogue.dem):
            try:
                bands += [dem_band(item, collection, self._maker) for item in self._items(collection, area, None, {})]
            except SourceError as error:
                self._note(f"The elevation model of {self.catalogue.title} is not used: {error.message}")
                return []
            if bands:
                break
        return bands

    def close(self) -> None:
        """Close the connections."""
        self.transport.close()

    def _s2_scenes(self, area: BaseGeometry, period: tuple[date, date]) -> list[Scene]:
        limit = self.options.max_cloud
        filters = {"eo:cloud_cover": {"lte": limit}} if limit < 100 else {}
        wanted: list[tuple[dict[str, Any], S2Collection]] = []
        collections = self._used(self.catalogue.s2)
        for collection in collections:
            for item in self._items(collection, area, period, filters):
                cover = cloud_cover(item)
                if cover is None or cover <= limit:
                    wanted.append((item, collection))
        preference = {collection.id: number for number, collection in enumerate(collections)}
        of_item = {id(item): collection for item, collection in wanted}
        kept, repeated = newest([item for item, _ in wanted], preference, area)
        if repeated:
            self._note(
                f"{self.catalogue.title} has {repeated} Sentinel-2 item{'s' if repeated > 1 else ''} more, older "
                "processings of the same scenes; the newest of each scene is used."
            )
        return self._read(kept, lambda item, cache: s2_scene(item, of_item[id(item)], self._maker, cache))

    def _s1_scenes(self, area: BaseGeometry, period: tuple[date, date]) -> list[Scene]:
        orbit = self.options.orbit
        filters = {} if orbit == "both" else {"sat:orbit_state": {"eq": orbit}}
        scenes: list[Scene] = []
        for collection in self._used(self.catalogue.s1):
            items = self._items(collection, area, period, filters)
            items = [item for item in items if orbit == "both" or rises(item) in (None, orbit == "ascending")]
            if collection.level == "GRD":
                items = self._terrain_corrected(items, collection)

            def read(item: Mapping[str, Any], cache: ReadCache, chosen: S1Collection = collection) -> Scene:
                return s1_scene(item, chosen, self._maker, cache)

            found = self._read(items, read)
            scenes += [scene for scene in found if orbit == "both" or scene.ascending == (orbit == "ascending")]
        return scenes

    def _terrain_corrected(self, items: list[dict[str, Any]], collection: S1Collection) -> list[dict[str, Any]]:
        """``items`` of a GRD collection that are on a map. Raw GRD is in radar geometry: hills lie metres to
        kilometres beside their place, and no resampling mends that.
        """
        vague = [item for item in items if _frame(item, collection) is None]
        if not vague:
            return items
        cache = ReadCache(idle_handles=0)
        try:
            s1_scene(vague[0], collection, self._maker, cache)
            return items
        except SourceError as error:
            if error.code != "no-projection":
                return items  # each says itself what is wrong with it
        finally:
            cache.close()
        self._note(
            f"{len(vague)} Sentinel-1 GRD scenes of {self.catalogue.title} are not terrain-corrected (radar geometry, "
            "no map projection) and are not used: choose a service with RTC, or a folder of corrected scenes."
        )
        return [item for item in items if _frame(item, collection) is not None]

    def _read(
        self, items: Iterable[Mapping[str, Any]], make: Callable[[Mapping[str, Any], ReadCache], Scene]
    ) -> list[Scene]:
        """Scenes of ``items``; those that cannot be are noted, alike reasons once."""
        cache = ReadCache(idle_handles=0)
        reasons: dict[str, list[str]] = {}

        def attempt(item: Mapping[str, Any]) -> Scene | SourceError:
            try:
                return make(item, cache)
            except SourceError as error:
                return error

        ordered = list(items)
        with ThreadPoolExecutor(_READERS) as pool:
            results = list(pool.map(attempt, ordered))
        cache.close()
        scenes = []
        for item, result in zip(ordered, results, strict=True):
            if isinstance(result, SourceError):
                reasons.setdefault(result.message, []).append(_id(item))
            else:
                scenes.append(result)
        for reason, ids in reasons.items():
            named = ", ".join(ids[:_MAX_NAMED]) + (
                f" and {len(ids) - _MAX_NAMED} more" if len(ids) > _MAX_NAMED else ""
            )
            self._note(f"Left out: {named}. {reason}")
        return scenes

    def _items(
        self,
        collection: AnyCollection,
        area: BaseGeometry,
        period: tuple[date, date] | None,
        filters: dict[str, dict[str, Any]],
    ) -> list[dict[str, Any]]:
        """Items of ``collection`` that touch ``area`` in ``period``, from the service, or from an earlier answer
        where it cannot be reached.
        """
        names = {name.partition("#")[0] for names in collection.assets.values() for name in names}
        dates = None if period is None else [day.isoformat() for day in period]
        key = _key(self.catalogue.api, collection.id, area.normalize().wkt, dates, filters)
        answer = self._kept(key, lambda: slim(self._search.items(collection.id, area, period, filters), names))
        return [item for item in json.loads(answer) if self._belongs(item, area, period)]

    def _kept(self, key: str, ask: Callable[[], bytes]) -> bytes:
        """What ``ask`` gives, kept on disk; what it gave in an earlier run where the service cannot answer now."""
        try:
            answer = ask()
        except SourceError as error:
            kept = self._cache.get(key) if self._cache is not None and error.code in _AWAY else None
            if kept is None:
                raise
            self._note(f"{error.message} What it answered in an earlier run is used.")
            return kept
        if self._cache is not None:
            self._cache.put(key, answer)
        return answer

    def _belongs(self, item: Mapping[str, Any], area: BaseGeometry, period: tuple[date, date] | None) -> bool:
        """Whether an item is of ``area`` and ``period``: servers differ in how exactly they filter."""
        if period is not None:
            when = time_of(item)
            if when is not None and not period[0] <= when.date() <= period[1]:
                return False
        ground = outline(item)
        return ground is None or bool(ground.intersects(area))

    def _used(self, collections: Sequence[Any]) -> list[Any]:
        """``collections``; of a description that fits many services, those that this one has."""
        if not self.catalogue.discover or not collections:
            return list(collections)
        if self._listed is None:
            api = self.catalogue.api
            answer = self._kept(
                _key(api, "collections"), lambda: json.dumps(sorted(self._search.collections())).encode()
            )
            self._listed = set(json.loads(answer))
            every = (*self.catalogue.s2, *self.catalogue.s1)
            if not any(collection.id in self._listed for collection in every):
                raise SourceError(
                    f"{self.catalogue.title} has none of the collections {', '.join(c.id for c in every)}.",
                    "Describe its own collections in a file, as docs/stac-source.md shows.",
                    code="no-collections",
                )
        return [collection for collection in collections if collection.id in self._listed]

    def _note(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)


def _frame(item: Mapping[str, Any], collection: S1Collection) -> Any:
    """Where the item says that its pixels are."""
    for names in collection.assets.values():
        if (found := asset_of(item, names)) is not None:
            return frame_of(found[0], mapping(item.get("properties")))
    return None


def _trusted(catalogue: Catalogue) -> frozenset[str]:
    """Hosts that may lie in a private network: those that the user named, none of a shipped service."""
    if presets().get(catalogue.id) == catalogue:
        return frozenset()
    return frozenset({catalogue.host, *(host.lower() for host in catalogue.hosts)})


def _id(item: Mapping[str, Any]) -> str:
    return clean_id(item.get("id")) or "an item without id"


def _key(*what: Any) -> str:
    return f"search-{hashlib.sha256(_json(what)).hexdigest()}"


def _json(what: Any) -> bytes:
    return json.dumps(what, sort_keys=True).encode()
