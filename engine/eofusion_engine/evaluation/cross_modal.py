"""What one modality tells of another on left-out places: bits that a token of one sensor costs, knowing others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import torch
from numpy.typing import NDArray

from ..model.temperature.complete import temperature_inputs
from ..model.temperature.generate import TemperatureGenerator
from ..model.temperature.image_tokens import ABSENT, CODE_COLUMNS, LEVELS, SENSORS
from ..training.temperature_data import Place
from .resampling import Metrics, with_intervals
from .rows import OURS, Row, make_row
from .seen import SeenLabel
from .temperature_scores import place_conditions

#: The sensor asked, and what is shown of the others; ``days`` is the temperature.
DIRECTIONS = (("S2", ("S1",)), ("S2", ("days",)), ("S2", ("S1", "days")), ("S1", ("S2",)), ("S1", ("days",)))
#: Clusters from which on intervals are over clusters.
MIN_CLUSTERS = 8
_SENSOR = {sensor.name: k for k, sensor in enumerate(SENSORS)}


def cross_modal_rows(
    generator: TemperatureGenerator, title: str, places: Sequence[Place], seen: SeenLabel = "unseen"
) -> list[Row]:
    """One row a direction: bits a token, against the same model that is shown place and season alone, and against the
    tokens' frequencies in training; intervals over clusters of places, over windows where there are few of them."""
    chosen = [place for place in places if place.has_cells]
    by_window = len({place.cluster for place in chosen}) < MIN_CLUSTERS
    rows = []
    for asked, shown in DIRECTIONS:
        if "days" in shown and not any(np.isfinite(place.tmean).any() for place in chosen):
            continue
        parts: dict[str, list[tuple[float, float, float, float]]] = {}
        for place in chosen:
            for number, bits in enumerate(token_bits(generator, place, asked, shown)):
                group = f"{place.name}:{number}" if by_window else place.cluster
                parts.setdefault(group, []).append(bits)
        if len(parts) < 2:
            continue
        # Tokens and their bits: knowing, blind, by frequency.
        table = np.array([np.sum(own, axis=0) for own in parts.values()])

        def metrics(total: NDArray[np.float64]) -> Metrics:
            count, bits = np.moveaxis(total, -1, 0)
            return {"bits_per_token": bits / np.maximum(count, 1)}

        names = {OURS: 1, f"{OURS}, place and season alone": 2, "frequency of the tokens in training": 3}
        part = f"from {' and '.join('temperature' if name == 'days' else name for name in shown)}"
        for name, column in names.items():
            sums = table[:, [0, column]]
            base = None if column == 2 else table[:, [0, 2]]
            found = with_intervals(sums, metrics, base, () if base is None else ("bits_per_token",))
            rows.append(
                make_row("temperature", f"{asked} tokens, {title}", name, int(table[:, 0].sum()), seen, found,
                         part=part, reference="" if base is None else f"{OURS}, place and season alone", unit="bits")
            )  # fmt: skip
    return rows


def token_bits(
    generator: TemperatureGenerator, place: Place, asked: str, shown: Sequence[str]
) -> list[tuple[float, float, float, float]]:
    """Of each window of a place: tokens asked, and their bits with what is ``shown``, with nothing, by frequency."""
    target = _SENSOR[asked]
    columns = CODE_COLUMNS[target]
    dates = [date.fromordinal(place.first + i) for i in range(len(place.tmean))]
    out = []
    for condition in place_conditions(generator, place).values():
        codes = condition.image_codes
        known = codes[:, columns.start] != ABSENT
        if known.sum() < 2:
            continue
        truth = torch.as_tensor(codes[:, columns].astype(np.int64), device=generator.device)
        bits = []
        for use in (tuple(shown), ()):
            series = (dates, place.tmean.astype(np.float64)) if "days" in use else None
            seen = temperature_inputs(generator, condition, series, 1)
            hidden = seen.codes.clone()
            for sensor, own in enumerate(CODE_COLUMNS):
                if SENSORS[sensor].name not in use or sensor == target:
                    hidden[..., own] = torch.tensor(LEVELS[own], device=hidden.device)
            seen.codes = hidden
            with torch.inference_mode():
                tokens, _ = generator.model(seen)
                heads = list(generator.model.code_heads)[columns]
                log_p = sum(
                    torch.log_softmax(head(tokens[0]), -1).gather(
                        1, truth[:, k : k + 1].clamp(max=LEVELS[columns.start + k] - 1)
                    )[:, 0]
                    for k, head in enumerate(heads)
                )
            bits.append(float(-log_p.cpu().numpy()[known].sum() / np.log(2.0)))  # type: ignore[union-attr]
        frequency = sum(
            -np.log2(np.asarray(generator.frequencies[columns.start + k]))[codes[known, columns.start + k]].sum()
            for k in range(columns.stop - columns.start)
        )
        out.append((float(known.sum()), bits[0], bits[1], float(frequency)))
    return out
