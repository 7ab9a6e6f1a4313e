"""A worker that the kernel allows only small files, as if its disk were full.

Usage: python -m tests.support.limited_worker BYTES, with HEATERS_* variables.
"""

from __future__ import annotations

import resource
import signal
import sys

from heaters.cli import main

if __name__ == "__main__":
    limit_bytes = int(sys.argv[1])
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # writing more fails with EFBIG instead
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))
    sys.argv[1:] = ["worker"]
    main()
