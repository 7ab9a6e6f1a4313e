#!/bin/sh
# Resolves pyproject.toml into requirements/*.lock: every version and hash, for every platform and
# Python from 3.11 on, and no address of any registry. Usage: scripts/lock.sh UV [PACKAGE...]
set -eu
uv=$1
shift
cd "$(dirname "$0")/.."
upgrade=
for package; do upgrade="$upgrade --upgrade-package $package"; done
compile() {
    # shellcheck disable=SC2086
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
        --no-annotate --no-emit-index-url $upgrade "$@"
}
compile requirements/bootstrap.in -o requirements/bootstrap.lock
compile pyproject.toml -o requirements/runtime.lock
compile pyproject.toml --group dev -c requirements/runtime.lock -o requirements/dev.lock
compile --group data --no-deps -o requirements/data.lock
