"""Periods that ecologists ask for again and again. No QGIS in here."""

from __future__ import annotations

from datetime import date, timedelta

#: Within the tropics there is no one growing season: a whole year is offered there.
TROPIC = 23.5


def usual_periods(today: date, latitude: float | None = None) -> list[tuple[str, date, date]]:
    """Periods that are over by ``today``, as (name, first day, last day), the likeliest first.

    ``growing`` is April to September north of the tropics and October to March south of them (the last one that is
    over, or nearly); ``year`` the last two calendar years; ``recent`` the last twelve months. ``latitude`` in degrees;
    the north is taken where it is not known.
    """
    found: list[tuple[str, date, date]] = []
    if latitude is None or latitude >= TROPIC:
        year = today.year if today > date(today.year, 9, 30) else today.year - 1
        found.append(("growing", date(year, 4, 1), date(year, 9, 30)))
    elif latitude <= -TROPIC:
        year = today.year if today > date(today.year, 3, 31) else today.year - 1
        found.append(("growing", date(year - 1, 10, 1), date(year, 3, 31)))
    found += [("year", date(y, 1, 1), date(y, 12, 31)) for y in (today.year - 1, today.year - 2)]
    return [*found, ("recent", today - timedelta(days=365), today - timedelta(days=1))]
