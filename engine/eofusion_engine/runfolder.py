"""The run folder: where one run keeps its request, its state, its finished tiles and its products.

``request.json  run.json  tiles/  products/  quicklooks/  log.txt  report.html``, see docs/architecture.md.
"""

from __future__ import annotations

import json
import logging
import math
import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, final

from . import __version__
from .errors import OutputError
from .filelock import RunLock
from .files import write_whole
from .plain_errors import plain_error
from .products.grid import GridLike, RasterGrid
from .redact import redact
from .request import RunRequest
from .runkey import deciding_fields
from .tilestore import TileStore

logger = logging.getLogger(__name__)

#: Version of run.json. Another one is refused, with a sentence.
FORMAT = 1
State = Literal["running", "done", "cancelled", "failed"]

#: What may stand before XML or JSON: a byte order mark, and spaces.
_BEFORE_TEXT = b"\xef\xbb\xbf \t\r\n\v\f"
#: Files that a desktop leaves in any folder.
_DESKTOP_FILES = frozenset({".DS_Store", "Thumbs.db", "desktop.ini", ".directory"})


@final
class RunFolder:
    """One run's folder. :meth:`create` for the run itself (locked), :meth:`open` to read a run.

    ``with RunFolder.create(request) as run:`` ends with the state ``done``, ``cancelled`` or ``failed``
    by itself, according to how the body ends.
    """

    def __init__(self, path: Path, info: dict[str, Any], lock: RunLock | None) -> None:
        self.path = path
        self.info = info
        self._lock = lock
        self._guard = threading.RLock()
        #: True when an earlier, unfinished or finished, run of the same request is taken up.
        self.resumed = False
        self.tiles = TileStore(path / "tiles", str(info.get("key", "")))

    # -- opening -----------------------------------------------------------------------------------

    @classmethod
    def create(cls, request: RunRequest, path: Path | None = None) -> RunFolder:
        """The folder of a run that begins now: new, empty, or of an earlier run of the same request.

        Raises:
            OutputError: not a folder, not writable, full of other things, of another request or
                format, or in use by another run.
        """
        path = Path(request.out if path is None else path).expanduser().resolve()
        _make_folder(path)
        resumed = _check_contents(path, request)
        try:
            lock = RunLock(path / "run.lock")
        except OSError as error:
            raise _unwritable(path, error) from error
        try:
            info = _fresh_info(request)
            if resumed:
                info["key"] = _read_json(path / "run.json").get("key", "") if (path / "run.json").is_file() else ""
            run = cls(path, info, lock)
            run.resumed = resumed
            for folder in ("tiles", "products", "quicklooks"):
                (path / folder).mkdir(exist_ok=True)
            write_whole(path / "request.json", request.as_json() + "\n")
            run._save()
        except OSError as error:
            lock.release()
            raise _unwritable(path, error) from error
        except BaseException:
            lock.release()
            raise
        return run

    @classmethod
    def open(cls, path: Path | str) -> RunFolder:
        """A run folder for reading.

        Raises:
            OutputError: it is not there, not a run folder, or of a format that this version does not know.
        """
        path = Path(path).expanduser().resolve()
        if not path.is_dir():
            raise OutputError(f"There is no run folder {path}.", "Choose the folder that a run was written to.")
        if not (path / "run.json").is_file():
            raise OutputError(
                f"{path} is not a run folder: it holds no run.json.", "Choose the folder that a run was written to."
            )
        info = _read_json(path / "run.json")
        _check_format(path, info)
        for product in info["products"]:
            _check_product(path, product)
        return cls(path, info, None)

    # -- what a run tells ---------------------------------------------------------------------------

    @property
    def state(self) -> State:
        """``running`` (also after a crash), ``done``, ``cancelled`` or ``failed``."""
        state: State = self.info["state"]
        return state

    @property
    def grid(self) -> RasterGrid:
        """The 10 m grid of the run."""
        if "grid" not in self.info:
            raise OutputError(f"The run in {self.path} stopped before it had a grid.", "Run it again.")
        try:
            grid = RasterGrid.from_dict(self.info["grid"])
        except (KeyError, TypeError, ValueError, OverflowError):
            raise _damaged(self.path / "run.json") from None
        numbers = tuple(grid.transform)[:6]
        if grid.width < 1 or grid.height < 1 or not all(map(math.isfinite, numbers)) or 0 in (numbers[0], numbers[4]):
            raise _damaged(self.path / "run.json")
        return grid

    @property
    def products(self) -> list[dict[str, Any]]:
        """The PRODUCT entries of finished files."""
        return list(self.info["products"])

    def request(self) -> dict[str, Any]:
        """request.json as it stands; empty where it is missing."""
        path = self.path / "request.json"
        return _read_json(path) if path.is_file() else {}

    def set_state(self, state: State) -> None:
        """Record how the run stands, with the time when it ends."""
        if state == "running":
            self.update(state=state)
        else:
            self.update(state=state, finished=_now())

    def update(self, **fields: Any) -> None:
        """Set top-level fields of run.json (``device=...``, ``timings=...``) and save it."""
        with self._guard:
            self.info.update(fields)
            self._save()

    def set_grid(self, grid: GridLike) -> None:
        """Record the 10 m grid."""
        self.update(grid=RasterGrid.of(grid).as_dict())

    def set_scenes(self, scenes: Iterable[Mapping[str, Any]]) -> None:
        """Record the scenes used: {id, sensor, date, clear_fraction?} each."""
        self.update(scenes=sorted((dict(scene) for scene in scenes), key=lambda s: (s["date"], s["sensor"], s["id"])))

    def set_drivers(self, **drivers: str) -> None:
        """Record in plain words what drove GPP: ``temperature="..."``, ``radiation="..."``."""
        self.update(drivers={**self.info["drivers"], **drivers})

    def add_note(self, sentence: str) -> None:
        """Keep a plain sentence for the report (once), and log it."""
        sentence = redact(sentence)
        with self._guard:
            if sentence not in self.info["notes"]:
                self.update(notes=[*self.info["notes"], sentence])
                self.log(sentence)

    def add_product(self, product: Mapping[str, Any]) -> None:
        """Record a finished product (PRODUCT); one of the same path is replaced."""
        self.add_products([product])

    def add_products(self, products: Sequence[Mapping[str, Any]]) -> None:
        """Record finished products, and write run.json once for all of them."""
        for product in products:
            if not (self.path / product["path"]).is_file():
                raise OutputError(f"The product {product['path']} was not written.", "Run it again.")
        paths = {product["path"] for product in products}
        with self._guard:
            others = [p for p in self.info["products"] if p["path"] not in paths]
            self.update(products=[*others, *map(dict, products)])

    def log(self, text: str) -> None:
        """Append to log.txt, with the time and without secrets. Logging never stops a run."""
        line = f"{_now()} {redact(text)}\n"
        try:
            with self._guard, (self.path / "log.txt").open("a", encoding="utf-8") as file:
                file.write(line)
        except OSError as error:
            logger.warning("log.txt cannot be written: %s", error)

    def use_key(self, key: str) -> bool:
        """Settle what this run's tiles depend on; True when earlier tiles may be used again.

        With another key than before, earlier tiles and products are removed: they belong to other
        scenes, weights or versions.
        """
        for leftover in self.path.rglob("*.part"):  # of a run that was killed: this one holds the lock
            leftover.unlink(missing_ok=True)
        same = self.resumed and self.info.get("key") == key
        if not same:
            self.tiles.clear()
            for path in (self.path / "products").rglob("*.tif"):
                path.unlink(missing_ok=True)
            for path in (self.path / "quicklooks").glob("*.png"):
                path.unlink(missing_ok=True)
        self.tiles = TileStore(self.path / "tiles", key)
        self.update(key=key)
        return same

    # -- ending ------------------------------------------------------------------------------------

    def close(self) -> None:
        """Give the folder free for the next run."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> RunFolder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._lock is not None:
                self._end(error)
        finally:
            self.close()

    def _end(self, error: BaseException | None) -> None:
        if error is None:
            self.set_state("done")
            return
        cancelled = isinstance(error, KeyboardInterrupt) or getattr(error, "code", "") == "cancelled"
        words = str(plain_error(error) or f"{type(error).__name__}: {error}")
        self.log(words)
        try:
            self.set_state("cancelled" if cancelled else "failed")
        except OutputError as second:  # a full disk: the first error is the one to report
            logger.warning("%s", second)

    def _save(self) -> None:
        try:
            write_whole(self.path / "run.json", json.dumps(self.info, indent=2, sort_keys=True) + "\n")
        except OSError as error:
            raise _unwritable(self.path, error) from error


def _fresh_info(request: RunRequest) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "state": "running",
        "engine": __version__,
        "key": "",
        "weights": {},
        "seed": request.seed,
        "device": request.device,
        "threads": request.threads,
        "started": _now(),
        "finished": None,
        "timings": {},
        "area": request.area,
        "period": [request.start.isoformat(), request.end.isoformat()],
        "source": {"name": redact(request.source), "kind": ""},
        "scenes": [],
        "drivers": {},
        "notes": [],
        "attribution": [],
        "products": [],
    }


def _make_folder(path: Path) -> None:
    """``path`` as a folder that a file was really written to (permissions alone tell little)."""
    if path.exists() and not path.is_dir():
        raise OutputError(f"{path} is a file, not a folder.", "Choose another output folder.")
    probe = path / f".eofusion-{os.getpid()}.part"
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise _unwritable(path, error) from error


def _check_contents(path: Path, request: RunRequest) -> bool:
    """True when the folder holds an earlier run of the same request, False when it is empty."""
    known = path / "request.json"
    names = {entry.name for entry in path.iterdir()} - _DESKTOP_FILES - {"run.lock"}
    if not known.is_file():
        if names:
            raise OutputError(
                f"The folder {path} already holds other files, such as {sorted(names)[0]}.",
                "Choose an empty or a new folder for the run.",
            )
        return False
    if (path / "run.json").is_file():
        _check_format(path, _read_json(path / "run.json"))
    try:
        earlier = RunRequest.model_validate(_read_json(known))
        same = deciding_fields(earlier) == deciding_fields(request)
    except ValueError:  # pydantic's error is one: a request of another version
        same = False
    if not same:
        raise OutputError(
            f"The folder {path} holds another run.",
            "Choose another output folder; only the same request goes on in the same folder.",
            code="other-run",
        )
    return True


def _check_format(path: Path, info: dict[str, Any]) -> None:
    if info.get("format") != FORMAT:
        raise OutputError(
            f"The run in {path} has format {info.get('format')!r}; this version of EO Fusion knows format {FORMAT}.",
            "Update EO Fusion, or choose another folder.",
            code="run-format",
        )
    if not isinstance(info.get("products"), list) or not isinstance(info.get("state"), str):
        raise _damaged(path / "run.json")


def _check_product(folder: Path, product: Any) -> None:
    """A run folder may come from somebody else: its files lie in it, and are what they say.

    GDAL opens XML and JSON that describe a raster under any name, and they name any other file or address.
    """
    name = product.get("path") if isinstance(product, dict) else None
    if not isinstance(name, str) or "\0" in name:
        raise _damaged(folder / "run.json")
    path = (folder / name).resolve()
    if not path.is_relative_to(folder) or name.startswith(("/", "\\")):
        raise OutputError(
            f"The run in {folder} names a file outside the run folder.",
            "It was altered by somebody: do not open it.",
            code="run-altered",
        )
    if path.is_file():
        with path.open("rb") as file:
            if file.read(1024).lstrip(_BEFORE_TEXT).startswith((b"<", b"{")):
                raise OutputError(
                    f"The file {name} of the run in {folder} is no raster but a text.",
                    "It was altered by somebody: do not open it.",
                    code="run-altered",
                )


def _read_json(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise _damaged(path) from None
    if not isinstance(data, dict):
        raise _damaged(path)
    return data


def _damaged(path: Path) -> OutputError:
    return OutputError(f"{path} is damaged and cannot be read.", "Choose another output folder and run again.")


def _unwritable(path: Path, error: OSError) -> OutputError:
    return OutputError(
        f"The folder {path} cannot be written to ({error.strerror or error}).",
        "Choose a folder that you may write to, on a disk with free space.",
    )


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
