"""What goes with an exported raster, so that it explains itself: ``.json`` for programs, ``.txt`` for people."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..layers.metadata import limits
from ..layers.styles import legend_entries
from ..texts import tr

if TYPE_CHECKING:
    from .export_work import ExportJob


def describe_export(job: ExportJob) -> dict[str, Any]:
    """Everything that a reader of the file needs, as JSON."""
    product, info = job.product, job.run.info
    first, last = job.run.period
    scenes = info.get("scenes", [])
    return {
        "file": job.out.name,
        "title": product.title,
        "kind": product.kind,
        "statistic": product.statistic or "",
        "unit": product.unit,
        "dates": [day.isoformat() for day in job.dates],
        "bands": [product.bands[n - 1] for n in job.numbers if n <= len(product.bands)],
        "crs": job.crs or tr("that of the run"),
        "clipped": job.clip is not None,
        "values": "value = stored x scale + offset; scale, offset and nodata are in the file",
        "legend": [{"value": value, "colour": colour} for value, colour in legend_entries(product)],
        "limits": limits(product.kind),
        "provenance": {
            "software": f"EO Fusion {info.get('engine', '?')}",
            "run": info.get("key", ""),
            "source": info.get("source", {}).get("name", ""),
            "period": [first.isoformat(), last.isoformat()],
            "scenes": len(scenes),
            "seed": info.get("seed"),
            "weights": info.get("weights", {}),
            "drivers": info.get("drivers", {}),
            "notes": info.get("notes", []),
        },
        "attribution": info.get("attribution", []),
        "citation": citation(job),
        **job.extra,
    }


def citation(job: ExportJob) -> str:
    """How to cite the file."""
    info, product = job.run.info, job.product
    year = str(info.get("finished", ""))[:4] or str(job.run.period[1].year)
    days = job.dates
    span = f"{days[0]} to {days[-1]}" if len(days) > 1 else (str(days[0]) if days else "")
    return (
        f"EO Fusion {info.get('engine', '?')} ({year}): {product.title}"
        f"{', ' + span if span and span not in product.title else ''}. "
        f"Run {str(info.get('key', ''))[:12] or job.run.folder.name}. "
        f"{'. '.join(str(line).rstrip('.') for line in info.get('attribution', []))}."
    )


def write_sidecar(job: ExportJob) -> list[Path]:
    """Write ``NAME.json`` and ``NAME.txt`` beside ``job.out``. Raises ``OSError``."""
    found = describe_export(job)
    machine, people = job.out.with_suffix(".json"), job.out.with_suffix(".txt")
    machine.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    origin = found["provenance"]
    dates = found["dates"]
    shown = ", ".join(dates) if len(dates) <= 12 else f"{dates[0]} to {dates[-1]}, {len(dates)} dates"
    lines = [
        found["title"],
        "",
        f"{tr('Unit')}: {found['unit']}",
        f"{tr('Dates')}: {shown}",
        f"{tr('Coordinate system')}: {found['crs']}",
        f"{tr('Statistic')}: {found['statistic'] or '-'}",
        "",
        f"{tr('What it must not be read as')}: {found['limits']}",
        "",
        f"{tr('Made by')}: {origin['software']}, {tr('run')} {str(origin['run'])[:12]}, {tr('seed')} {origin['seed']}",
        f"{tr('From')}: {origin['source']}, {origin['scenes']} {tr('scenes')}, {' to '.join(origin['period'])}",
        *(f"  {name}: {words}" for name, words in origin["drivers"].items()),
        *(f"  {note}" for note in origin["notes"]),
        "",
        f"{tr('To be named')}: {'; '.join(found['attribution'])}",
        f"{tr('Citation')}: {found['citation']}",
        "",
        f"{tr('Legend')}:",
        *(f"  {value:g}  {colour}" for value, colour in ((e["value"], e["colour"]) for e in found["legend"])),
    ]
    people.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [machine, people]
