"""What a plan found, the services' files and the request: the parts of "Find scenes" that know no QGIS."""

from __future__ import annotations

import json
import re
from datetime import date

from plugin_helpers import ROOT

from eofusion_plugin import services
from eofusion_plugin.run_request import SCL_DROPPED, RunRequest, split_list
from eofusion_plugin.scene_dates import SceneDate, read_dates

DAY = date(2021, 5, 1)


def request(**fields: object) -> RunRequest:
    return RunRequest(**{"start": DAY, "end": date(2021, 9, 30), "out": "run", **fields})


def test_the_example_plan_of_the_protocol_is_read() -> None:
    examples = [json.loads(line)["message"] for line in (ROOT / "tests/data/protocol.jsonl").read_text().splitlines()]
    plan = next(message["result"] for message in examples if message["type"] == "result")
    assert read_dates(plan) == [
        SceneDate("S2", DAY, 1, cloud=12.0, clear=0.93),
        SceneDate("S1", date(2021, 5, 2), 1, orbit="ascending", level="RTC"),
        SceneDate("S2", date(2021, 5, 11), 1, skipped=True),
    ]


def test_passes_of_one_day_are_one_row() -> None:
    rows = [
        {"date": "2021-05-01", "orbit": orbit, "level": level, "scenes": 2, "skipped": False}
        for orbit, level in (("ascending", "RTC"), ("descending", "GRD"))
    ]
    assert read_dates({"s1": rows}) == [SceneDate("S1", DAY, 4, orbit="both", level="RTC, GRD")]


def test_a_skipped_date_keeps_the_clear_share_that_was_known() -> None:
    row = {"date": "2021-05-01", "scenes": 1, "cloud_cover": None, "clear_fraction": None, "skipped": True}
    known = [SceneDate("S2", DAY, 1, clear=0.4)]
    assert read_dates({"s2": [row]}, known)[0].clear == 0.4
    assert read_dates({"s2": [{**row, "clear_fraction": 0.0}]}, known)[0].clear == 0.0


def test_an_older_plan_without_dates_has_none() -> None:
    assert read_dates({"km2": 3.7, "dates": ["2021-05-01"]}) == []


def test_the_services_are_those_of_the_engines_files() -> None:
    ids = [service.id for service in services.services()]
    files = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(services.PRESETS.glob("*.json"))]
    assert ids == [data["id"] for data in files if data["id"] != "any"] and len(ids) >= 3
    cdse, earth = services.find("cdse"), services.find("earth-search")
    assert cdse is not None and cdse.needs_credentials and "S3 keys" in cdse.about_credentials
    assert earth is not None and not earth.needs_credentials and earth.title
    assert services.own_service().takes_credentials and not services.own_service().needs_credentials
    assert services.find("nowhere") is None


def test_an_address_and_a_description_are_told_from_a_folder() -> None:
    assert services.is_own("https://example.org/stac") and services.is_own("/data/my.JSON")
    assert not services.is_own("/data/scenes") and not services.is_own("sample")


def test_only_what_differs_from_the_engines_defaults_is_sent() -> None:
    assert set(request().as_dict()) == {
        *("version", "source", "start", "end", "products", "dates", "out", "device", "seed"),
    }
    sent = request(max_cloud=40.0, orbit="ascending", skip_s2_dates=("2021-05-01",), authcfg="abc1234").as_dict()
    assert (sent["max_cloud"], sent["orbit"], sent["skip_s2_dates"]) == (40.0, "ascending", ["2021-05-01"])
    assert sent["authcfg"] == "abc1234" and "skip_s1_dates" not in sent


def test_dates_taken_out_make_another_run_of_the_same_scenes() -> None:
    one, other = request(), request(skip_s2_dates=("2021-05-01",))
    assert not one.same_work(other) and one.same_scenes(other)
    assert one.same_scenes(request(products=("gpp",), dates="every:10")) and not one.same_scenes(request(max_cloud=5.0))
    assert one.same_work(request(out="elsewhere", authcfg="abc1234", cache_gb=1.0))


def test_lists_are_read_as_people_write_them() -> None:
    assert split_list(" 2021-05-01, 2021-05-02;2021-05-03  2021-05-04,") == tuple(
        f"2021-05-0{day}" for day in range(1, 5)
    )
    assert split_list("") == ()


def test_the_masked_classes_are_the_engines() -> None:
    text = (ROOT / "engine/eofusion_engine/bands.py").read_text(encoding="utf-8")
    assert re.findall(r"\d+", re.search(r"SCL_UNCLEAR: Final = \(([^)]*)\)", text)[1]) == list(SCL_DROPPED)
