"""Scale and offset of Sentinel-2: from metadata, exactly once."""

from __future__ import annotations

from typing import Any

import pytest
from eofusion_engine.sources.stac.description import S2Collection
from eofusion_engine.sources.stac.offsets import UnclearOffset, baseline, scale_and_offset

PLAIN = S2Collection(id="s2", assets={"B04": "B04"})
LEGACY = S2Collection(id="s2", assets={"B04": "B04"}, offset_rule="earth-search-v1")
V1 = {"raster:bands": [{"nodata": 0, "scale": 0.0001, "offset": -0.1}]}
V1_ZERO = {"raster:bands": [{"nodata": 0, "scale": 0.0001, "offset": 0}]}
V2 = {"raster:scale": 0.0001, "raster:offset": -0.1}
STAC11 = {"bands": [{"name": "B04", "raster:scale": 0.0002, "raster:offset": -0.2}]}
APPLIED, NOT_APPLIED = {"earthsearch:boa_offset_applied": True}, {"earthsearch:boa_offset_applied": False}


def new(**more: Any) -> dict[str, Any]:
    return {"s2:processing_baseline": "05.09", **more}


@pytest.mark.parametrize(
    ("asset", "properties", "scale", "offset"),
    [
        (V1, new(), 1e-4, -0.1),
        (V1_ZERO, new(), 1e-4, 0.0),  # said by the asset: the service has taken it away
        (V2, new(), 1e-4, -0.1),
        (STAC11, new(), 2e-4, -0.2),
        (V1, {"s2:processing_baseline": "02.14"}, 1e-4, -0.1),  # the asset's own word is stronger than the baseline
        (V1, new(**APPLIED), 1e-4, 0.0),  # Earth Search's flag contradicts its raster:bands, and the flag is right
        (V1, new(**NOT_APPLIED), 1e-4, -0.1),
        ({}, new(**APPLIED), 1e-4, 0.0),
        ({}, new(), 1e-4, -0.1),
        ({}, {"s2:processing_baseline": "04.00"}, 1e-4, -0.1),
        ({}, {"s2:processing_baseline": "03.01"}, 1e-4, 0.0),
        ({}, {"processing:version": "05.11"}, 1e-4, -0.1),
        ({}, {"s2:product_uri": "S2A_MSIL2A_20220126T103321_N0400_R108_T32UNU_20220126T130000.SAFE"}, 1e-4, -0.1),
        ({}, new(**{"s2:boa_add_offset": [-1000, -1000]}), 1e-4, -0.1),
        ({}, {"s2:processing_baseline": "03.01", "BOA_ADD_OFFSET": "-500"}, 1e-4, -0.05),
        ({"raster:bands": [{"scale": 0.0001}]}, new(), 1e-4, -0.1),  # a scale alone says nothing of the offset
        ({"raster:bands": [{"offset": "nan"}]}, {}, 1e-4, 0.0),
        ({"raster:bands": "hostile", "bands": [None]}, {}, 1e-4, 0.0),
    ],
)
def test_offset_rule(asset: dict[str, Any], properties: dict[str, Any], scale: float, offset: float) -> None:
    assert scale_and_offset(PLAIN, asset, properties) == pytest.approx((scale, offset))


def test_the_description_has_the_last_word() -> None:
    fixed = S2Collection(id="s2", assets={"B04": "B04"}, scale=0.001, offset=0.0)
    assert scale_and_offset(fixed, V1, new()) == (0.001, 0.0)


@pytest.mark.parametrize(
    ("properties", "offset"),
    [(new(**APPLIED), 0.0), ({"s2:processing_baseline": "02.14", **NOT_APPLIED}, 0.0)],
)
def test_older_earth_search_items_that_can_be_believed(properties: dict[str, Any], offset: float) -> None:
    assert scale_and_offset(LEGACY, V1, properties) == (1e-4, offset)


@pytest.mark.parametrize("properties", [new(**NOT_APPLIED), new(), NOT_APPLIED])
def test_older_earth_search_items_that_cannot_are_refused(properties: dict[str, Any]) -> None:
    with pytest.raises(UnclearOffset, match="do not say reliably"):
        scale_and_offset(LEGACY, V1, properties)


@pytest.mark.parametrize(
    ("properties", "name", "expected"),
    [
        ({"s2:processing_baseline": "05.09"}, "", "05.09"),
        ({}, "S2B_MSIL2A_20230613T102601_N0509_R108_T32UNU_20230613T130000", "05.09"),
        ({"eopf:datatake_id": "GS2C_20250330T100051_002952_N05.11"}, "x", None),
        ({"s2:processing_baseline": "new"}, "S2B_32UNU_20230613_0_L2A", None),
        ({"s2:processing_baseline": 5}, "", None),
    ],
)
def test_baseline(properties: dict[str, Any], name: str, expected: str | None) -> None:
    assert baseline(properties, name) == expected
