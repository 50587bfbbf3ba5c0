"""Quicklooks and report: colours that mean the values, a page that is whole by itself and shows no secret."""

from __future__ import annotations

import json
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from eofusion_engine.errors import OutputError
from eofusion_engine.products import quicklook
from eofusion_engine.products.chart import band_chart, nice_ticks
from eofusion_engine.products.palette import NODATA_COLOUR, RAMPS, colour, lookup
from eofusion_engine.products.report import write_report
from PIL import Image
from run_example import DATES, write_example

VOID = {"meta", "img", "line", "circle", "polygon", "polyline", "br"}


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_example(tmp_path_factory.mktemp("report") / "run")


class Page(HTMLParser):
    """Collects tags, links and text, and fails on a tag that is not closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def report(folder: Path, **changes: object) -> str:
    """The report of the run, with some fields of run.json changed for it."""
    before = (folder / "run.json").read_text()
    (folder / "run.json").write_text(json.dumps(json.loads(before) | changes))
    try:
        return write_report(folder).read_text(encoding="utf-8")
    finally:
        (folder / "run.json").write_text(before)


def test_report_tells_all_and_needs_nothing_else(example: Path) -> None:
    html = report(example)
    page = Page(html)
    for text in (
        *("2021-05-01 to 2021-06-14", "3.69 km²", "EPSG:32632", "S2_a", "93 %", "the generated series"),
        *("cd" * 32, "Contains modified Copernicus Sentinel data 2021", "does not vary at 10 m", "simulated"),
        *("g C m-2 d-1", "degC", "products/gpp/gpp_sum.tif"),
    ):
        assert text in page.text, text
    assert page.tags.count("img") == 6
    assert all(link.startswith("data:image/png;base64,") for link in page.links)
    assert "script" not in page.tags
    assert "http" not in html.replace("doi.org", "")
    assert "prefers-color-scheme: dark" in html
    assert page.tags.count("svg") == 2
    assert html == report(example)


def test_report_escapes_and_redacts_what_comes_from_outside(example: Path) -> None:
    html = report(
        example,
        notes=["<script>alert(1)</script> https://h/a.tif?sig=Zm9v&x=1"],
        source={"name": "<b>mine</b>", "kind": "folder"},
        scenes=[{"id": '"><img src=x>', "sensor": "S2", "date": "2021-05-01"}],
    )
    assert "Zm9v" not in html
    page = Page(html)
    assert "script" not in page.tags
    assert "<b>mine</b>" in page.text
    assert '"><img src=x>' in page.text
    assert "simulated" not in page.text


def test_report_of_a_run_that_failed_early(tmp_path: Path) -> None:
    info = json.loads((write_example(tmp_path / "run") / "run.json").read_text())
    info |= {"products": [], "scenes": [], "drivers": {}, "attribution": [], "state": "failed", "finished": None}
    del info["grid"]
    (tmp_path / "run" / "run.json").write_text(json.dumps(info))
    (tmp_path / "run" / "request.json").unlink()
    page = Page(write_report(tmp_path / "run").read_text(encoding="utf-8"))
    assert "no product, failed" in page.text
    assert "img" not in page.tags


def test_quicklook_paints_the_values(example: Path) -> None:
    products = json.loads((example / "run.json").read_text())["products"]
    drawn = {sheet.name: sheet for sheet in quicklook.draw_all(example, products)}
    assert sorted(drawn) == ["embeddings", "gpp", "gpp_sum", "quality", "reflectance", "temperature"]
    picture = np.asarray(Image.open(example / drawn["gpp"].path).convert("RGB"))
    # The lower right pixel of the first date's map: 191 / 100 + 191 / 10000 + 2 g C m-2 d-1.
    expected = lookup("gpp")[round((1.91 + 0.0191 + 2) / 18 * 255)]
    bottom, right = quicklook.MARGIN + 38 + 22 + quicklook.PANEL, quicklook.MARGIN + quicklook.PANEL
    found = picture[bottom - 2, right - 2].astype(int)
    assert np.abs(found - expected.astype(int)).max() <= 2
    # The ramp is drawn as legend: its darkest colour is on the page.
    assert (picture == lookup("gpp")[-1]).all(axis=-1).any()
    assert (picture == np.array(NODATA_COLOUR)).all(axis=-1).any()
    again = (example / drawn["gpp"].path).read_bytes()
    quicklook.draw(example, drawn["gpp"])
    assert (example / drawn["gpp"].path).read_bytes() == again


def test_long_series_shows_dates_spread_over_the_period() -> None:
    days = [(date(2021, 1, 1) + timedelta(days=5 * i)).isoformat() for i in range(40)]
    product = {"kind": "gpp", "statistic": "p50", "path": "a.tif", "title": "GPP", "unit": "x", "dates": days}
    (sheet,) = quicklook.sheets([product | {"range": [0, 18], "bands": days, "nodata": -9999}])
    assert len(sheet.panels) == quicklook.MAX_PANELS
    assert [sheet.panels[0].bands, sheet.panels[-1].bands] == [(1,), (40,)]
    assert sheet.panels[0].caption == days[0]


def test_unreadable_product_is_one_sentence(example: Path) -> None:
    sheet = quicklook.Sheet("x", "X", "gpp", "1", (0, 1), (quicklook.Panel("a", "products/gone.tif", (1,)),))
    with pytest.raises(OutputError, match=r"gone\.tif cannot be read"):
        quicklook.draw(example, sheet)


def test_colours_keep_order_and_mark_what_is_unknown() -> None:
    picture = colour(np.array([[np.nan, -5.0, 0.0, 18.0, 99.0]]), "gpp", 0, 18)[0]
    assert tuple(picture[0]) == NODATA_COLOUR
    assert (picture[1] == picture[2]).all()
    assert (picture[3] == picture[4]).all()
    for kind in RAMPS:
        assert lookup(kind).shape == (256, 3)
    stops = np.array([[int(stop[i : i + 2], 16) for i in (1, 3, 5)] for stop in RAMPS["gpp"]])
    assert (np.diff(stops @ [299, 587, 114]) > 0).all()


def test_chart_has_round_ticks_and_skips_what_is_unknown() -> None:
    assert nice_ticks(0.3, 11.2) == [0, 2.5, 5, 7.5, 10, 12.5]
    assert nice_ticks(-4.1, 18.0) == [-5, 0, 5, 10, 15, 20]
    assert nice_ticks(3.0, 3.0)[0] <= 3.0 <= nice_ticks(3.0, 3.0)[-1]
    days = [DATES[0] + timedelta(days=10 * i) for i in range(9)]
    values = [float(i) for i in range(9)]
    values[3] = float("nan")
    chart = band_chart(days, values, [v - 1 for v in values], [v + 1 for v in values], "degC", "T < 3")
    assert chart.count("<circle") == 8
    assert "nan" not in chart
    assert "T &lt; 3" in chart
    assert "Jun 2021" in chart
    assert band_chart(days[:1], [1.0], [0.0], [2.0], "degC", "one") == ""


def test_quicklooks_and_qgis_styles_have_the_same_colours() -> None:
    styles = json.loads((ROOT / "resources" / "styles" / "styles.json").read_text(encoding="utf-8"))
    ramps = {kind: tuple(style["ramp"]) for kind, style in styles.items() if "ramp" in style}
    assert ramps == RAMPS
