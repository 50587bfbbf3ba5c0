"""A stand-in for the engine that speaks its protocol, for tests of the plugin without torch.

usage: fake_worker.py MODE.  Modes: ``ok``, ``dies`` (kills itself in a run), ``deaf`` (ignores cancel),
``fails`` (a plain error), ``babbles`` (garbage between the lines), ``floods`` (an endless line),
``future`` (another protocol version), ``broken`` (ends at once), ``slow`` (a run of many steps).
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
import time
from pathlib import Path

MODE = sys.argv[1] if len(sys.argv) > 1 else "ok"
CANCELLED: set[str] = set()
SECRETS: list[str] = []
LOCK = threading.Lock()


def send(kind: str, key: str, **fields: object) -> None:
    version = 2 if MODE == "future" else 1
    with LOCK:
        sys.stdout.write(json.dumps({"v": version, "id": key, "type": kind, **fields}) + "\n")
        sys.stdout.flush()


def work(tasks: queue.Queue) -> None:
    while (message := tasks.get()) is not None:
        kind, key = message["type"], message["id"]
        if MODE == "babbles":
            print("a library prints this", flush=True)
            print("engine says hello", file=sys.stderr, flush=True)
        if MODE == "floods":
            sys.stdout.write("x" * 5_000_000)
            sys.stdout.flush()
        if kind == "hello":
            devices = [{"id": "cpu", "name": "CPU (fake, 2 threads)"}]
            ready = {"engine": "0.0.1", "protocol": 1, "python": "3.11.2", "torch": "fake", "devices": devices}
            send("ready", key, **ready)
            send("done", key, state="ok")
        elif kind == "plan":
            send("progress", key, stage="plan", done=1, total=3, eta_s=None, text="Looking for scenes")
            send("result", key, result=plan(message["request"]))
            send("done", key, state="ok")
        elif kind == "run":
            run(key, message["request"])
        elif kind == "explore":
            explore(key, message["tool"], message["arguments"])
        else:
            send("error", key, code="protocol", message=f"The engine knows no message of type {kind!r}.", hint="")
            send("done", key, state="error")


def plan(request: dict) -> dict:
    ring = [[10.40, 51.10], [10.42, 51.10], [10.42, 51.12], [10.40, 51.12], [10.40, 51.10]]
    area = request.get("area") or {"type": "Polygon", "coordinates": [ring]}
    dates = ["2021-05-01", "2021-06-10"]
    out = {sensor: set(request.get(f"skip_{sensor}_dates", ())) for sensor in ("s2", "s1")}
    s2, s1 = [], []
    for day, cloud, clear in (("2021-05-01", 12.0, 0.93), ("2021-05-11", 88.4, 0.02), ("2021-06-10", None, 0.71)):
        gone = day in out["s2"]
        s2.append({"date": day, "scenes": 1, "cloud_cover": cloud, "clear_fraction": None if gone else clear,
                   "skipped": gone})  # fmt: skip
    for day, orbit in (("2021-05-02", "ascending"), ("2021-05-02", "descending"), ("2021-05-14", "descending")):
        s1.append({"date": day, "orbit": orbit, "level": "RTC", "scenes": 1, "skipped": day in out["s1"]})
    dates = [day for day in dates if day not in out["s2"]]
    cost = {"seconds": 40.0, "memory_mb": 900, "disk_mb": 61.5, "read_mb": 25.2}
    found = {"scenes_s2": 3, "scenes_s1": 3, "s2": s2, "s1": s1, "clear_dates": dates, "dates": dates}
    span = {"start": request["start"], "end": request["end"]}
    secrets = [f"secrets: {', '.join(sorted(SECRETS)) or 'none'}"]
    return {**span, "km2": 3.7, "area": area, **found, **cost, "notes": secrets}


def run(key: str, request: dict) -> None:
    if MODE == "fails":
        text = "All 9 Sentinel-2 dates are cloudy over this area."
        send("error", key, code="no-scenes", message=text, hint="Choose a longer period.")
        send("done", key, state="error")
        return
    steps = 200 if MODE in ("slow", "deaf") else 4
    for step in range(1, steps + 1):
        send("progress", key, stage="encode", done=step, total=steps, eta_s=1.0, text=f"Tile {step} of {steps}")
        if MODE == "dies" and step == 2:
            print("Segmentation fault somewhere in a library", file=sys.stderr, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        if key in CANCELLED and MODE != "deaf":
            send("error", key, code="cancelled", message="The run was cancelled.", hint="Run it again to go on.")
            send("done", key, state="cancelled")
            return
        time.sleep(0.05)
    send("warning", key, message="Scene S2_20210405 could not be read and was left out.")
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    from small_run import write_small_run

    folder = Path(request["out"])
    products = write_small_run(folder, request)
    for product in products:
        send("product", key, run=str(folder), product=product)
    send("result", key, result={"run": str(folder), "products": products, "seconds": 1.5})
    send("done", key, state="ok")


def explore(key: str, tool: str, arguments: dict) -> None:
    if MODE == "fails":
        send("error", key, code="places", message="The picks lie outside.", hint="Pick inside the run.")
        send("done", key, state="error")
        return
    steps = 200 if MODE == "slow" else 3
    for step in range(1, steps + 1):
        text = f"Tile {step} of {steps}"
        send("progress", key, stage="explore", done=step, total=steps, eta_s=5.0, text=text)
        if key in CANCELLED:
            send("error", key, code="cancelled", message="The run was cancelled.", hint="")
            send("done", key, state="cancelled")
            return
        time.sleep(0.05)
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    from small_answer import write_small_answer

    runs = arguments.get("runs") or [arguments["run"]]
    base = Path(runs[0]) / "explore"
    taken = len(list(base.glob(f"{tool}-*"))) if base.is_dir() else 0
    folder = Path(arguments["out"]) if "out" in arguments else base / f"{tool}-{taken + 1}"
    given = {name: Path(v).name if str(v).endswith(".geojson") else v for name, v in arguments.items()}
    send("result", key, result=write_small_answer(folder, tool, given, runs))
    send("done", key, state="ok")


def main() -> None:
    if MODE == "broken":
        print("ModuleNotFoundError: No module named 'torch'", file=sys.stderr)
        sys.exit(3)
    tasks: queue.Queue = queue.Queue()
    threading.Thread(target=work, args=(tasks,), daemon=True).start()
    for line in sys.stdin:
        message = json.loads(line)
        if message["type"] == "shutdown":
            return
        if message["type"] == "cancel":
            CANCELLED.add(message["target"])
        elif message["type"] == "secret":
            # What arrived is told by its name and the fields' lengths, as a worker must not echo it.
            fields = json.loads(message["value"])
            SECRETS.append(f"{message['name']} " + " ".join(f"{k}={len(v)}" for k, v in sorted(fields.items())))
        else:
            tasks.put(message)


if __name__ == "__main__":
    main()
