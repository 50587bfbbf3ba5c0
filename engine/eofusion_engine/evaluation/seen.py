"""Whether a place was seen in training: every weights file carries the ids and positions of its training places."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from safetensors import SafetensorError, safe_open

from ..errors import WeightsError
from ..resources import weights_folder
from .splits import LINK_KM, distance_between_km

#: In the header's configuration: a list of [id, latitude, longitude], degrees or null where not known.
HEADER_KEY = "training_places"
#: A folder's list for files that were written without one: {file stem: [[id, lat, lon], ...]}.
LIST_FILE = "training_places.json"


@dataclass(frozen=True)
class TrainingPlaces:
    """Ids (N,), latitudes and longitudes (N,) in degrees, NaN where not known, of the places that trained a model.

    ``unnamed`` lists weights files that do not say where they were trained.
    """

    ids: tuple[str, ...]
    lat: np.ndarray
    lon: np.ndarray
    unnamed: tuple[str, ...] = ()

    @classmethod
    def of(cls, parts: Sequence[str], folder: Path | None = None, more: Iterable[Path] = ()) -> TrainingPlaces:
        """The places that trained the weights files ``parts`` (stems) of ``folder`` and the files ``more``.

        Raises:
            WeightsError: a file's header cannot be read. A file that is not there trained on nothing.
        """
        folder = weights_folder() if folder is None else folder
        listed = _read_list(folder / LIST_FILE)
        places: dict[tuple[str, float | None, float | None], None] = {}
        unnamed = []
        for path in [*(folder / f"{part}.safetensors" for part in parts), *more]:
            if not path.is_file():
                continue
            found = _header_places(path)
            if found is None:
                found = listed.get(path.stem)
            if found is None:
                unnamed.append(path.stem)
            for name, lat, lon in found or ():
                places[(str(name), lat, lon)] = None
        lat, lon = (np.array([np.nan if p[axis] is None else p[axis] for p in places], float) for axis in (1, 2))
        return cls(tuple(p[0] for p in places), lat, lon, tuple(unnamed))

    def near(self, lat: np.ndarray, lon: np.ndarray, within_km: float = LINK_KM) -> np.ndarray:
        """True (M,) where a position in degrees (M,) is within ``within_km`` of a training place.

        A position that is not known counts as seen: nothing vouches for it.
        """
        lat, lon = np.atleast_1d(np.asarray(lat, float)), np.atleast_1d(np.asarray(lon, float))
        unknown = ~np.isfinite(lat) | ~np.isfinite(lon)
        if not len(self.ids):
            return unknown
        return (distance_between_km(lat, lon, self.lat, self.lon) <= within_km).any(axis=1) | unknown

    def label(self, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
        """``seen`` or ``unseen`` (M,) of positions in degrees (M,)."""
        return np.where(self.near(lat, lon), "seen", "unseen")


SeenLabel = Literal["seen", "unseen"]
SEEN_LABELS: tuple[SeenLabel, SeenLabel] = ("unseen", "seen")


def _header_places(path: Path) -> list[list] | None:  # type: ignore[type-arg]
    try:
        with safe_open(str(path), framework="numpy") as file:
            config = json.loads((file.metadata() or {}).get("config", "{}"))
    except (SafetensorError, ValueError, OSError) as error:
        raise WeightsError(f"The weights {path.name} cannot be read ({error}).", "Install EO Fusion again.") from None
    return config.get(HEADER_KEY)


def _read_list(path: Path) -> dict[str, list[list]]:  # type: ignore[type-arg]
    if not path.is_file():
        return {}
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, OSError) as error:
        raise WeightsError(f"{path.name} cannot be read ({error}).", "Install EO Fusion again.") from None


def label_places(known: TrainingPlaces, lat: np.ndarray, lon: np.ndarray, held_out: np.ndarray) -> np.ndarray:
    """``seen`` or ``unseen`` (M,); weights that name no training places are taken to have kept the fixed split, so
    that only ``held_out`` (M,) places are unseen."""
    seen = known.near(lat, lon)
    if known.unnamed:
        seen |= ~np.asarray(held_out, bool)
    return np.where(seen, "seen", "unseen")
