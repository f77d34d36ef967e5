#!/bin/sh
# Builds unless everything is older than the last build that went to its end. Folders count: a file may be gone.
set -eu
cd "$(dirname "$0")/.."

built=dist/.built
if [ ! -e "$built" ] || [ ! -e dist/program/cli.js ] ||
  [ -n "$(find src package.json tsconfig.json .config node_modules/.package-lock.json -newer "$built" | head -n 1)" ]; then
  echo "setup: npm run build"
  npm run --silent build
fi
