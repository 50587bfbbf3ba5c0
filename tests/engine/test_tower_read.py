"""Tower files: six real ones, the forms of three networks, and malformed ones with a sentence each."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from eofusion_engine.towers.read import UMOL_TO_G_A_DAY, read_tower
from eofusion_engine.towers.table import TowerError

SHARED = Path(__file__).resolve().parents[3] / "shared"
FILES = SHARED / "data" / "gpp" / "fluxnet2015"


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def daily(rows: list[tuple[str, float, float, float]]) -> str:
    lines = ["TIMESTAMP,TA_F,SW_IN_F,VPD_F,NEE_VUT_REF_QC,GPP_NT_VUT_REF,GPP_DT_VUT_REF"]
    return "\n".join([*lines, *(f"{day},15.5,200,12,{qc},{nt},{dt}" for day, nt, dt, qc in rows)]) + "\n"


def half_hours(days: int, noon_hour: float, qc: int = 0) -> str:
    """A half-hourly file from 2020-06-01 whose sun is highest at ``noon_hour`` of its clock; GPP peaks at 20."""
    start = np.datetime64("2020-06-01T00:00")
    lines = ["TIMESTAMP_START,TIMESTAMP_END,SW_IN_F,NEE_VUT_REF_QC,GPP_NT_VUT_REF"]
    for step in range(48 * days):
        begin = start + np.timedelta64(30 * step, "m")
        hour = (step % 48) / 2 + 0.25
        away = (hour - noon_hour + 12) % 24 - 12
        light = max(0.0, np.cos(np.pi * away / 14))
        stamps = (str(t).replace("-", "").replace("T", "").replace(":", "") for t in (begin, begin + 30))
        lines.append(",".join([*stamps, f"{800 * light:.2f}", str(qc), f"{20 * light:.4f}"]))
    return "\n".join(lines) + "\n"


@pytest.mark.skipif(not SHARED.is_dir(), reason="no ../shared beside this checkout")
@pytest.mark.parametrize(
    ("site", "years", "mean"),
    [
        ("DE-Geb", (2001, 2014), 3.03),
        ("DE-Gri", (2004, 2014), 4.52),
        ("FR-Pue", (2000, 2014), 3.34),
        ("IT-Tor", (2008, 2014), 2.58),
        ("NL-Hor", (2004, 2011), 4.29),
        ("US-MMS", (1999, 2014), 4.45),
    ],
)
def test_real_files(site: str, years: tuple[int, int], mean: float) -> None:
    (path,) = FILES.glob(f"FLX_{site}_*")
    tower = read_tower(path)
    assert tower.site == site
    assert (tower.days[0].item().year, tower.days[-1].item().year) == years
    assert (np.diff(tower.days) == np.timedelta64(1, "D")).all()
    assert tower.gpp[tower.known].mean() == pytest.approx(mean, abs=0.01)
    assert tower.column == "GPP_NT_VUT_REF"
    assert 2 < np.nanmean(tower.tair) < 20
    assert 100 < np.nanmean(tower.ssrd) < 250
    assert 0.1 < np.nanmean(tower.vpd) < 2
    assert 0 < np.nanmean(np.abs(tower.gpp - tower.other)) < 1.5
    assert any("less than 50%" in remark for remark in tower.remarks)
    assert any("longest gap" in remark for remark in tower.remarks)


def test_values_missing_quality_and_partitioning(tmp_path: Path) -> None:
    rows = [("20200601", 8.0, 7.0, 1.0), ("20200602", -9999, 7.0, 1.0), ("20200604", 9.0, 8.0, 0.3)]
    path = write(tmp_path / "FLX_XX-Abc_FLUXNET2015_SUBSET_DD.csv", daily(rows))
    tower = read_tower(path)
    assert tower.site == "XX-Abc"
    np.testing.assert_array_equal(tower.gpp, [8.0, np.nan, np.nan, np.nan])  # missing, no row, poor
    assert tower.vpd[0] == pytest.approx(1.2)  # hPa to kPa
    assert any("3 of 4 days have no GPP" in remark for remark in tower.remarks)
    assert read_tower(path, partitioning="dt").gpp[0] == 7.0
    assert read_tower(path, partitioning="mean").gpp[0] == 7.5
    assert read_tower(path, good=0.2).gpp[3] == 9.0


def test_half_hours_become_days(tmp_path: Path) -> None:
    tower = read_tower(write(tmp_path / "hh.csv", half_hours(3, noon_hour=12.0)))
    # Mean over a day of 20 cos(pi h / 14) within 7 h of noon: 20 x 14 x 2 / pi / 24 umol m-2 s-1.
    assert tower.gpp == pytest.approx([20 * 28 / np.pi / 24 * UMOL_TO_G_A_DAY] * 3, rel=2e-3)
    assert pytest.approx(1.0377, abs=1e-3) == UMOL_TO_G_A_DAY
    assert tower.step_minutes == 30


def test_a_day_needs_enough_half_hours(tmp_path: Path) -> None:
    lines = half_hours(3, noon_hour=12.0).splitlines()
    cut = lines[:1] + lines[1:49] + lines[49 + 20 :]  # 20 of 48 steps of the second day are gone
    tower = read_tower(write(tmp_path / "hh.csv", "\n".join(cut)))
    assert np.isfinite(tower.gpp).tolist() == [True, False, True]
    with pytest.raises(TowerError, match="no day with enough"):
        read_tower(write(tmp_path / "poor.csv", half_hours(3, noon_hour=12.0, qc=3)))


def test_utc_is_noticed_and_moved(tmp_path: Path) -> None:
    west = -90.0  # the sun is highest at 18:00 UTC
    path = write(tmp_path / "utc.csv", half_hours(6, noon_hour=18.0))
    tower = read_tower(path, lon=west)
    assert any("are UTC" in remark and "-6 h" in remark for remark in tower.remarks)
    local = read_tower(write(tmp_path / "local.csv", half_hours(6, noon_hour=12.0)), lon=west)
    # What the file calls 2 June in UTC is 2 June at the tower, too, once moved.
    day = np.datetime64("2020-06-02")
    assert tower.gpp[tower.days == day] == pytest.approx(local.gpp[local.days == day], rel=1e-6)
    with pytest.raises(TowerError, match="sun is highest at 18:00"):
        read_tower(path, lon=10.0)
    with pytest.raises(TowerError, match="position"):
        read_tower(path)


def test_ameriflux_base(tmp_path: Path) -> None:
    lines = half_hours(2, noon_hour=12.0).splitlines()
    body = [",".join(line.split(",")[:3] + line.split(",")[4:]) for line in lines[1:]]
    header = "# Site: US-Xyz\n# Version: 3-5\nTIMESTAMP_START,TIMESTAMP_END,SW_IN_1_1_1,GPP_PI_F_1_1_1\n"
    tower = read_tower(write(tmp_path / "base.csv", header + "\n".join(body)))
    assert (tower.site, tower.column) == ("US-Xyz", "GPP_PI_F_1_1_1")
    assert any("no QC column" in remark for remark in tower.remarks)
    assert np.isfinite(tower.gpp).all()


def test_units_line_tabs_and_end_stamps(tmp_path: Path) -> None:
    start = np.datetime64("2020-06-01T00:00")
    lines = ["Date Time\tGPP_f\tRg_f", "-\tumol m-2 s-1\tW m-2"]
    for step in range(96):
        hour = (step % 48) / 2 + 0.25
        light = max(0.0, np.cos(np.pi * (hour - 12) / 14))
        lines.append(
            f"{str(start + np.timedelta64(30 * (step + 1), 'm')).replace('T', ' ')}\t{20 * light}\t{500 * light}"
        )
    tower = read_tower(write(tmp_path / "rep.txt", "\n".join(lines)))
    # The last half-hour is stamped 00:00 of the third day and belongs to the second.
    assert len(tower.days) == 2
    assert np.isfinite(tower.gpp).all()


BAD = {
    "no GPP": ("TIMESTAMP,TA_F\n20200601,3\n", "no column of GPP"),
    "net flux": ("TIMESTAMP,NEE_VUT_REF\n20200601,3\n", "no column of GPP"),
    "no time": ("day,GPP_NT_VUT_REF\n20200601,3\n", "no column of time"),
    "wrong delimiter": ("TIMESTAMP|GPP_NT_VUT_REF\n20200601|3\n", "single column"),
    "duplicate day": (daily([("20200601", 1, 1, 1), ("20200601", 2, 2, 1)]), "2020-06-01 twice"),
    "decimal commas": ("TIMESTAMP;GPP_NT_VUT_REF\n20200601;3,5\n", "no number in column GPP_NT_VUT_REF, line 2.*point"),
    "cut off": ("TIMESTAMP,GPP_NT_VUT_REF\n20200601,3\n202006\n", "1 cells in line 3"),
    "no date": ("TIMESTAMP,GPP_NT_VUT_REF\n20200601,3\n1.6.2020,4\n", "no date in column TIMESTAMP, line 3"),
    "monthly": ("TIMESTAMP,GPP_NT_VUT_REF\n20200101,3\n20200201,3\n20200301,4\n", "months or years"),
    "weekly": ("TIMESTAMP,GPP_NT_VUT_REF\n20200101,3\n20200108,3\n20200115,4\n", "holds weeks"),
    "grams in umol": (daily([("20200601", 60, 60, 1)]), "reaches 60 g C m-2 d-1"),
    "empty": ("", "is empty"),
    "header only": ("TIMESTAMP,GPP_NT_VUT_REF\n", "no rows"),
    "column twice": ("TIMESTAMP,GPP,GPP\n20200601,3,4\n", "column GPP twice"),
}


@pytest.mark.parametrize("name", BAD)
def test_malformed_files_have_a_sentence_each(tmp_path: Path, name: str) -> None:
    text, sentence = BAD[name]
    with pytest.raises(TowerError, match=sentence) as error:
        read_tower(write(tmp_path / "tower.csv", text))
    assert "tower.csv" in error.value.message
    assert error.value.hint


def test_an_hour_twice_is_summer_time(tmp_path: Path) -> None:
    lines = half_hours(2, noon_hour=12.0).splitlines()
    with pytest.raises(TowerError, match=r"2020-06-01 10:00 twice.*summer time"):
        read_tower(write(tmp_path / "hh.csv", "\n".join([*lines[:22], lines[21], *lines[22:]])))


def test_no_file_and_no_text(tmp_path: Path) -> None:
    with pytest.raises(TowerError, match="no file"):
        read_tower(tmp_path / "none.csv")
    (tmp_path / "tower.zip").write_bytes(b"PK\x03\x04\xff\xfe\x00")
    with pytest.raises(TowerError, match="not a text file"):
        read_tower(tmp_path / "tower.zip")
