"""Addresses of assets: what a catalogue may make us read, and which format it is.

A catalogue is somebody else's text. Only http(s) addresses leave this module; whether a host lies in a
private network is judged when it is connected to (:mod:`..transport`), and here already where the address
says so itself.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Mapping
from typing import Any, Literal
from urllib.parse import quote, urljoin, urlsplit

from ...errors import SourceError

Driver = Literal["GTiff", "JP2OpenJPEG"]
_MAX_LENGTH = 4096
_PORTS = {"http": 80, "https": 443}


class RefusedHref(SourceError):
    """An address that is not followed."""

    code = "href"


def resolve(href: Any, base: str | None, s3: Mapping[str, str], trusted: Collection[str]) -> str:
    """``href`` of an asset as an http(s) address.

    A relative one is taken from ``base`` (the item's own address), ``s3://bucket/key`` from the endpoint that
    ``s3`` names for the bucket. Raises :class:`RefusedHref` for any other scheme, GDAL's ``/vsi`` paths, user
    names in the address, and hosts inside a private network that are not ``trusted`` (``host`` or ``host:port``).
    """
    if not isinstance(href, str) or not 0 < len(href) <= _MAX_LENGTH or any(ord(c) < 33 for c in href) or "\\" in href:
        raise _refused("it is no address")
    if href.startswith("/vsi"):
        raise _refused("it is a path for GDAL, not an address")
    if href.startswith("s3://"):
        href = _from_s3(href, s3)
    elif "://" not in href:
        if base is None or ":" in href.split("/")[0]:
            raise _refused("it is not an http(s) address")
        href = urljoin(base, href)
    try:
        parts = urlsplit(href)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _refused("it is no address") from None
    if parts.scheme.lower() not in ("http", "https") or not host:
        raise _refused("it is not an http(s) address")
    if parts.username is not None or parts.password is not None:
        raise _refused("it holds a user name")
    if not _public(host) and not is_trusted(host, port or _PORTS[parts.scheme.lower()], trusted):
        raise _refused("it leads into a private network")
    return href


def is_trusted(host: str, port: int, trusted: Collection[str]) -> bool:
    """Whether ``trusted`` names this server: ``host:port``, or ``host`` for the ports of http and https."""
    names = {f"{host}:{port}", f"[{host}]:{port}"}
    if port in _PORTS.values():
        names |= {host, f"[{host}]"}
    return not names.isdisjoint(trusted)


def _public(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return host != "localhost" and not host.endswith((".localhost", ".internal", ".local"))


def _from_s3(href: str, s3: Mapping[str, str]) -> str:
    bucket, _, key = href.removeprefix("s3://").partition("/")
    endpoint = s3.get(bucket)
    if endpoint is None or not key or ".." in key.split("/"):
        raise _refused("its S3 bucket is not one that the catalogue's description names")
    return f"{endpoint}/{quote(key, safe='/~')}"


def driver(asset: Mapping[str, Any], href: str) -> Driver:
    """The format of an asset, by its media type, else by its name; :class:`RefusedHref` when it is neither
    GeoTIFF nor JPEG 2000.
    """
    media = asset.get("type")
    kind = media.lower() if isinstance(media, str) else ""
    name = urlsplit(href).path.lower()
    if "jp2" in kind or "jpeg2000" in kind or (not kind and name.endswith((".jp2", ".j2k"))):
        return "JP2OpenJPEG"
    if "tif" in kind or name.endswith((".tif", ".tiff")):
        return "GTiff"
    raise _refused("it is neither GeoTIFF nor JPEG 2000")


def _refused(why: str) -> RefusedHref:
    return RefusedHref(f"An asset's address is not followed: {why}.", "The scene is left out.")
