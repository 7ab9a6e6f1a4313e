"""Run benchmarks and write docs/benchmarks.md: ``python -m benchmarks [NAME ...]``.

Figures of benchmarks that are not named stay as they were.
"""

from __future__ import annotations

import importlib
import json
import os
import platform
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_DOCS = Path(__file__).parent.parent / "docs"
_RESULTS = _DOCS / "benchmarks.json"


@dataclass(frozen=True)
class Target:
    """A figure that a benchmark must reach: ``figure <= bound``, or ``>=``."""

    figure: str
    at_most: float | None = None
    at_least: float | None = None

    def verdict(self, measured: float) -> str:
        """Say the target, and whether it is reached."""
        if self.at_most is not None:
            return f"≤ {self.at_most:g} {'✓' if measured <= self.at_most else '✗'}"
        assert self.at_least is not None
        return f"≥ {self.at_least:g} {'✓' if measured >= self.at_least else '✗'}"


BENCHMARKS: dict[str, tuple[Target, ...]] = {
    "preprocess": (
        Target("one_pass_over_encode_then_scenedetect", at_most=0.78),
        Target("one_pass_over_encode_alone", at_most=1.08),
    ),
    "export": (
        Target("export_over_encode", at_least=300),
        Target("export_over_raw_copy", at_least=0.35),
    ),
    "keyframes": (Target("three_keyframes_ms", at_most=100),),
    "player": (
        Target("uncached_p50_over_video", at_most=0.5),
        Target("uncached_p95_over_video", at_most=0.5),
        Target("bytes_over_frames", at_most=1.2),
        Target("cached_seek_p95_ms", at_most=16),
        Target("held_key_p95_ms", at_most=16),
        Target("accelerated_key_p95_ms", at_most=16),
        Target("wrong_frames", at_most=0),
    ),
    "detectors": (),
    "cuts": (),
    "undo": (Target("refused", at_most=0),),
    "desk": (Target("p95_ms_with_200_clips", at_most=50),),
    "start": (),
    "size": (
        Target("largest_p95_cpu_ms", at_most=50),
        Target("largest_peak_mb", at_most=300),
    ),
}


def main(names: list[str]) -> None:
    """Measure, keep the figures, write the page."""
    results: dict[str, Any] = json.loads(_RESULTS.read_text()) if _RESULTS.exists() else {}
    for name in names or BENCHMARKS:
        print(f"measuring {name}", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            figures = importlib.import_module(f"benchmarks.{name}").measure(Path(folder))
        results[name] = {"measured_on": datetime.now(UTC).date().isoformat(), "figures": figures}
        print(json.dumps(figures, indent=2), flush=True)
        _RESULTS.write_text(json.dumps(results, indent=2) + "\n")
        (_DOCS / "benchmarks.md").write_text(_page(results))


def _page(results: dict[str, Any]) -> str:
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`; each script in `benchmarks/` says what it does. Everything that",
        "is compared was measured side by side in one run; seconds mean little, ratios do.",
        f"Ran on {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}.",
    ]
    for name, targets in BENCHMARKS.items():
        if name in results:
            lines += ["", f"## {name}", "", _summary(name), ""]
            lines += _table(results[name], targets)
    return "\n".join(lines) + "\n"


def _summary(name: str) -> str:
    documented = importlib.import_module(f"benchmarks.{name}").__doc__ or ""
    return documented.strip()


def _table(result: dict[str, Any], targets: tuple[Target, ...]) -> list[str]:
    wanted = {target.figure: target for target in targets}
    rows = [f"| figure ({result['measured_on']}) | measured | target |", "|---|---|---|"]
    for figure, value in _flat(result["figures"]):
        target = wanted[figure].verdict(value) if figure in wanted else ""
        rows.append(f"| {figure.replace('_', ' ')} | {value} | {target} |")
    return rows


def _flat(figures: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for key, value in figures.items():
        if isinstance(value, dict) and all(not isinstance(v, dict) for v in value.values()):
            found.append((prefix + key, ", ".join(f"{k} {v}" for k, v in value.items())))
        elif isinstance(value, dict):
            found += _flat(value, f"{prefix}{key}: ")
        else:
            found.append((prefix + key, value))
    return found


if __name__ == "__main__":
    main(sys.argv[1:])
