"""What land surface temperature adds as a third sensor at flux towers left out of all training.

``python -m eofusion_engine.evaluation.third_sensor --data FOLDER --work FOLDER --weights FOLDER [--docs PAGE]``:
surface temperature given back at hidden dates, and air temperature told by the embedding with and without it.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ..model.encoders import lst_conditions, s2_conditions
from ..model.fusion import Observations
from ..model.stack import FusionStack
from ..training.places import Place, load_places
from ..training.prepare import CACHE
from .probes import Probe, fit_ridge
from .splits import Score, score, site_clusters

#: Surface temperature this many days around an asked date is hidden.
HIDDEN_DAYS = 10
#: Every so many dates with surface temperature are asked for.
EVERY = 3
MARK = ("<!-- third sensor: begin -->", "<!-- third sensor: end -->")


@dataclass
class Rows:
    """Asked dates (N,) of towers: ``place`` (N, F) day of year, latitude and elevation; ``lst`` of the date, ``near``
    and ``near_place`` of the nearest date that is not hidden; air temperature ``air``; ``told`` surface temperature
    with the date's neighbourhood hidden; ``without``, ``with_lst``, ``shipped`` (N, 64) embeddings."""

    cluster: np.ndarray
    held_out: np.ndarray
    place: np.ndarray
    lst: np.ndarray
    near: np.ndarray
    near_place: np.ndarray
    air: np.ndarray
    told: np.ndarray
    without: np.ndarray
    with_lst: np.ndarray
    shipped: np.ndarray


def about_place(days: np.ndarray, lat: float, elevation: float) -> np.ndarray:
    """(N, 10): two harmonics of the day of year, latitude, its square, elevation, and products with latitude."""
    angle = (days - 719163.0) * (2 * np.pi / 365.2425)
    waves = np.stack([f(k * angle) for k in (1, 2) for f in (np.sin, np.cos)], axis=1)
    north, high = np.full((len(days), 1), lat / 45), np.full((len(days), 1), elevation / 1000)
    return np.hstack([waves, north, north**2, high, waves[:, :2] * north, north * high])


def observe(stack: FusionStack, place: Place) -> dict[str, Observations]:
    """A tower's series as observations of one pixel."""
    s2_days, lst_days = torch.as_tensor(place.s2_days), torch.as_tensor(place.lst_days)
    s2 = torch.from_numpy(place.reflectance()[None, :, :, 0, 0])
    out = {"S2": stack.observe("S2", s2, s2_conditions(s2_days)[None], s2_days)}
    if "LST" in stack.fusion.names:
        lst = torch.from_numpy(place.surface_temperature()[None, :, :, 0, 0])
        out["LST"] = stack.observe("LST", lst, lst_conditions(lst_days)[None], lst_days)
    return out


@torch.inference_mode()
def read_rows(data: Path, places: list[Place], stack: FusionStack, shipped: FusionStack) -> Rows:
    """Rows of every tower year whose position, elevation and temperatures are known."""
    import pandas as pd

    table = pd.read_csv(data / "gpp" / "nbar_daily_gpp.csv.gz", parse_dates=["date"])
    table["day"] = [d.toordinal() for d in table["date"].dt.date]
    known = table.dropna(subset=["lat", "elv", "tmean"]).set_index(["site", "day"])
    clusters = site_clusters(data)
    parts = list(_tower_rows(places, known["tmean"].to_dict(), known.groupby("site")["elv"].first().to_dict(), clusters,
                             stack, shipped))  # fmt: skip
    return Rows(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _tower_rows(
    places: list[Place],
    air: dict[tuple[str, int], float],
    elevation: Mapping[str, float],
    clusters: Mapping[str, str],
    stack: FusionStack,
    shipped: FusionStack,
) -> Iterator[tuple[np.ndarray, ...]]:
    for place in places:
        site = place.name.split("/")[1]
        if place.kind != "tower" or site not in elevation or not np.isfinite(place.lat):
            continue
        celsius = place.surface_temperature()[:, 0, 0, 0]
        days = place.lst_days
        gap = np.abs(days[None] - days[:, None]).astype(float)
        gap[gap <= HIDDEN_DAYS] = np.inf
        nearest = gap.argmin(1)
        asked = [i for i in range(0, len(days), EVERY) if np.isfinite(gap[i].min()) and (site, int(days[i])) in air]
        if not asked:
            continue
        when = torch.as_tensor(days[asked])
        seen = observe(stack, place)
        hidden = {"LST": torch.tensor((float(-HIDDEN_DAYS), float(HIDDEN_DAYS))).expand(len(asked), 2)}
        told = stack.physical("LST", stack.fusion.embed(seen, when, hidden), when)[0][0, :, 0]
        series = about_place(days.astype(float), place.lat, float(elevation[site]))
        yield (
            np.full(len(asked), clusters[site]),
            np.full(len(asked), place.held_out),
            series[asked],
            celsius[asked],
            celsius[nearest[asked]],
            series[nearest[asked]],
            np.array([air[site, int(days[i])] for i in asked]),
            told.numpy(),
            stack.fusion.embed({"S2": seen["S2"]}, when).embedding[0].numpy(),
            stack.fusion.embed(seen, when).embedding[0].numpy(),
            shipped.fusion.embed(observe(shipped, place), when).embedding[0].numpy(),
        )


def surface_scores(rows: Rows) -> dict[str, Score]:
    """Surface temperature at hidden dates of held-out towers; baselines fitted on the training towers."""
    climate = fit_ridge(rows.place[~rows.held_out], rows.lst[~rows.held_out], rows.cluster[~rows.held_out])
    usual, usual_near = climate.predict(rows.place), climate.predict(rows.near_place)
    anomaly, train = rows.near - usual_near, ~rows.held_out
    # How much of the nearest date's anomaly is left at the asked one: least squares over the training towers.
    kept = float((anomaly * (rows.lst - usual))[train].sum() / (anomaly**2)[train].sum())
    best = usual + kept * anomaly
    models = {
        "climatology (day of year, latitude, elevation)": usual,
        "nearest other date": rows.near,
        "climatology + share of the nearest date's anomaly": best,
        "fusion of S2 and LST": rows.told,
    }
    out = rows.held_out
    return {
        name: score(rows.lst[out], predicted[out], rows.cluster[out], best[out]) for name, predicted in models.items()
    }


def air_scores(rows: Rows) -> dict[str, Score]:
    """Air temperature of held-out towers by ridge; each beside the same fusion's embedding without LST."""
    features = {
        "day of year, latitude, elevation alone": rows.place,
        "and the date's LST itself": np.hstack([rows.place, rows.lst[:, None]]),
        "and the shipped embedding (S2)": np.hstack([rows.place, rows.shipped]),
        "and the three-sensor embedding, LST withheld": np.hstack([rows.place, rows.without]),
        "and the three-sensor embedding, with LST": np.hstack([rows.place, rows.with_lst]),
    }
    out, told = rows.held_out, dict[str, np.ndarray]()
    for name, x in features.items():
        probe: Probe = fit_ridge(x[~out], rows.air[~out], rows.cluster[~out])
        told[name] = probe.predict(x[out])
    reference = told["and the three-sensor embedding, LST withheld"]
    return {name: score(rows.air[out], predicted, rows.cluster[out], reference) for name, predicted in told.items()}


def page(rows: Rows) -> str:
    """Both tables as Markdown."""
    lines = []
    for title, scores, reference in (
        (f"Surface temperature, hidden for {HIDDEN_DAYS} days before and after", surface_scores(rows),
         "the third row"),
        ("Air temperature on days with LST, by ridge", air_scores(rows), "LST withheld"),
    ):  # fmt: skip
        first = next(iter(scores.values()))
        lines += [f"{title}: {first.rows} dates of {first.clusters} clusters of towers left out of all training.", ""]
        lines += [f"| | RMSE degC | MAE degC | R2 | RMSE against {reference} [95 %] |", "|---|---|---|---|---|"]
        for name, s in scores.items():
            low, high = s.rmse_difference_interval
            difference = f"{s.rmse_difference:+.2f} [{low:+.2f}, {high:+.2f}]"
            lines.append(f"| {name} | {s.rmse:.2f} | {s.mae:.2f} | {s.r2:.2f} | {difference} |")
        lines.append("")
    return "\n".join(lines)


def main() -> None:
    """Print the tables and, with ``--docs``, write them between the page's marks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True, help="holds the cache of ``prepare``")
    parser.add_argument("--weights", type=Path, required=True, help="of the three sensors")
    parser.add_argument("--docs", type=Path)
    args = parser.parse_args()
    stack, shipped = FusionStack.from_weights(args.weights), FusionStack.from_weights()
    text = page(read_rows(args.data, load_places(args.work / CACHE), stack, shipped))
    print(text)
    if args.docs is not None:
        before, _, rest = args.docs.read_text(encoding="utf-8").partition(MARK[0])
        after = rest.partition(MARK[1])[2]
        args.docs.write_text(f"{before}{MARK[0]}\n{text}{MARK[1]}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
