"""Asking a STAC API for items, page by page, with bounded answers and over the guarded connection only."""

from __future__ import annotations

import json
import warnings
from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timezone
from typing import Any
from urllib.parse import urlsplit

import requests
from pystac.errors import STACError
from pystac_client import Client
from pystac_client.conformance import ConformanceClasses
from pystac_client.errors import ClientTypeError
from pystac_client.exceptions import APIError, ParametersError
from pystac_client.stac_api_io import StacApiIO
from shapely import get_num_coordinates
from shapely.geometry import box, mapping
from shapely.geometry.base import BaseGeometry

from ...errors import SourceError
from .description import Catalogue

#: A page of 100 of the largest items known (90 kB each) has 9 MB.
_MAX_PAGE_BYTES = 64 << 20
#: More than three years of one area can have, with every tile and its reprocessings.
MAX_ITEMS = 20_000
#: Servers refuse very long outlines; then the box is asked for and the outline compared here.
_MAX_VERTICES = 300
_TIMEOUT_S = 60.0
#: What pystac and pystac-client raise on JSON of another kind.
_STRANGE = (
    ClientTypeError, ParametersError, STACError, NotImplementedError,
    ValueError, KeyError, TypeError, AttributeError, RecursionError,
)  # fmt: skip
_HINT = "Try again later, or choose another service or a folder."


class GuardedIO(StacApiIO):
    """pystac-client's input and output, over our session, for http(s) addresses only.

    The original reads an address without a scheme as a local file and answers of any size. Credentials
    go to the catalogue's own host alone.
    """

    def __init__(self, session: requests.Session, host: str, auth: Any = None) -> None:
        super().__init__(max_retries=None)
        self.session = session
        self._host, self._auth = host, auth

    def read_text(self, source: Any, *args: Any, **kwargs: Any) -> str:
        """The answer of ``source``, an address or a link; :class:`SourceError` for anything but http(s)."""
        href = source.get_href() if hasattr(source, "get_href") else str(source)
        self._check(href)
        return str(super().read_text(source, *args, **kwargs))

    @staticmethod
    def _check(href: Any) -> None:
        if not isinstance(href, str) or urlsplit(href).scheme.lower() not in ("http", "https"):
            message = "The catalogue gives a link that is not an http(s) address; it is not followed."
            raise SourceError(message, _HINT, code="href")

    def request(
        self,
        href: str,
        method: str | None = None,
        headers: dict[str, str] | None = None,
        parameters: dict[str, Any] | None = None,
    ) -> str:
        """The decoded answer. Raises :class:`APIError` with its status, :class:`SourceError` otherwise."""
        self._check(href)
        verb = (method or "GET").upper()
        if verb not in ("GET", "POST"):
            raise SourceError("The catalogue gives a link that would change something.", _HINT, code="href")
        del headers  # somebody else's headers are not sent
        auth = self._auth if urlsplit(href).netloc.lower() == self._host else None
        content = {"json": parameters} if verb == "POST" else {"params": parameters}
        with self.session.request(
            verb,
            href,
            auth=auth,
            timeout=_TIMEOUT_S,
            stream=True,
            **content,  # type: ignore[arg-type]
        ) as answer:
            if not answer.ok:
                error = APIError(f"status {answer.status_code}")
                error.status_code = answer.status_code
                raise error
            return _bounded(answer).decode("utf-8")


def _bounded(answer: requests.Response) -> bytes:
    found = bytearray()
    for piece in answer.iter_content(1 << 16):
        found += piece
        if len(found) > _MAX_PAGE_BYTES:
            message = "The catalogue's answer is larger than any page of scenes can be."
            raise SourceError(message, _HINT, code="not-stac")
    return bytes(found)


class Searcher:
    """Finds the items of a catalogue. Every failure is a :class:`SourceError` with a plain sentence.

    Its codes: ``network`` (not reached), ``credentials`` (401, 403), ``service`` (429, 5xx and others),
    ``not-stac`` (the answer is not one of a STAC API).
    """

    def __init__(self, catalogue: Catalogue, session: requests.Session, auth: Any = None) -> None:
        self._catalogue = catalogue
        self._io = GuardedIO(session, catalogue.host, auth)
        self._client: Client | None = None

    def collections(self) -> set[str]:
        """The ids of all collections that the API lists."""
        return self._guarded(lambda: {found.id for found in self._open().get_collections()})

    def items(
        self,
        collection: str,
        area: BaseGeometry,
        period: tuple[date, date] | None,
        filters: dict[str, dict[str, Any]] | None = None,
    ) -> list[dict[str, Any]]:
        """All items of ``collection`` that touch ``area`` (EPSG:4326) in ``period``, each once, as dictionaries.

        ``filters`` (query extension) are sent only where the API says that it understands them: others answer
        with nothing at all instead of an error. The caller applies them again in any case.
        """
        return self._guarded(lambda: self._items(collection, area, period, filters or {}))

    def _items(
        self,
        collection: str,
        area: BaseGeometry,
        period: tuple[date, date] | None,
        filters: dict[str, dict[str, Any]],
    ) -> list[dict[str, Any]]:
        client = self._open()
        understood = bool(filters) and client.conforms_to(ConformanceClasses.QUERY)
        search = client.search(
            collections=[collection],
            intersects=_outline(area),
            datetime=None if period is None else _instants(period),
            query=filters if understood else None,
            limit=self._catalogue.page_size,
        )
        found: dict[str, dict[str, Any]] = {}
        for number, item in enumerate(search.items_as_dicts()):
            if number >= MAX_ITEMS:
                message = f"{self._catalogue.title} answers with more than {MAX_ITEMS:,} scenes."
                raise SourceError(message, "Choose a smaller area or a shorter period.", code="too-many")
            if isinstance(item, dict) and isinstance(item.get("id"), str):
                found.setdefault(item["id"], item)  # pages may overlap while scenes are added
        return list(found.values())

    def _open(self) -> Client:
        if self._client is None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                client = Client.open(self._catalogue.api, stac_io=self._io)
            if not client.conforms_to(ConformanceClasses.ITEM_SEARCH):
                raise self._not_stac("it has no search")
            self._client = client
        return self._client

    def _guarded(self, ask: Any) -> Any:
        title = self._catalogue.title
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ask()
        except APIError as error:
            raise self._refused(getattr(error, "status_code", None)) from None
        except requests.RequestException as error:
            message = f"{title} cannot be reached ({type(error).__name__})."
            hint = "Check the connection, or choose another service or a folder."
            raise SourceError(message, hint, code="network") from None
        except _STRANGE:
            raise self._not_stac("its answer is of another kind") from None

    def _refused(self, status: int | None) -> SourceError:
        title = self._catalogue.title
        if status in (401, 403):
            hint = "Check the credentials, and whether the account may use the service."
            return SourceError(f"{title} refuses access (status {status}).", hint, code="credentials")
        if status == 404:
            return self._not_stac("there is nothing at its address or in the named collection (status 404)")
        if status == 429:
            return SourceError(f"{title} is asked too often (status 429).", _HINT, code="service")
        return SourceError(f"{title} cannot answer now (status {status}).", _HINT, code="service")

    def _not_stac(self, why: str) -> SourceError:
        message = f"{self._catalogue.title} cannot be used as a STAC catalogue: {why}."
        return SourceError(message, "Check the address: it is the API's landing page.", code="not-stac")


def _outline(area: BaseGeometry) -> dict[str, Any]:
    return dict(mapping(area if get_num_coordinates(area) <= _MAX_VERTICES else box(*area.bounds)))


def _instants(period: tuple[date, date]) -> tuple[datetime, datetime]:
    first, last = period
    return datetime.combine(first, time.min, timezone.utc), datetime.combine(last, time(23, 59, 59), timezone.utc)


def slim(items: Collection[dict[str, Any]], assets: Collection[str]) -> bytes:
    """Items as JSON for the disk cache, with those ``assets`` only: the others are most of an answer."""
    kept = [
        {
            "id": item.get("id"),
            "collection": item.get("collection"),
            "geometry": item.get("geometry"),
            "bbox": item.get("bbox"),
            "properties": item.get("properties"),
            "assets": dict(_some(item.get("assets"), assets)),
            "links": [link for link in item.get("links") or [] if isinstance(link, dict) and link.get("rel") == "self"],
        }
        for item in items
    ]
    return json.dumps(kept, separators=(",", ":")).encode()


def _some(assets: Any, names: Collection[str]) -> Iterator[tuple[str, Any]]:
    if isinstance(assets, dict):
        yield from ((name, asset) for name, asset in assets.items() if name in names)
