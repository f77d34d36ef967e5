#!/bin/sh
# npm runs this before it packs (`--pack`), and after it has installed the packages of a clone: also of the one it makes where a
# project depends on the repository (npm install git+...). Either way the package holds what is built. It builds only what
# changed, so that one after the other builds once. Installed from a registry, nothing of this runs.
set -eu
cd "$(dirname "$0")/.."
# stdout is for `npm pack --json`
exec >&2

# not by the PATH: a program of that name may belong to others
if ! node -e 'require.resolve("rolldown")' 2>/dev/null; then
  if [ "${1:-}" != --pack ]; then
    echo "offhook: not built, as the packages for development were left out; to build: npm ci, npm run build"
    exit 0
  fi
  npm ci --include=dev --no-dry-run --ignore-scripts --no-audit --no-fund
fi
sh .config/build-if-changed.sh
