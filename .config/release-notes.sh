#!/bin/sh
# Prints the section of docs/changelog.md on a version.
#
#   release-notes.sh 0.2.0
set -eu
cd "$(dirname "$0")/.."
awk -v version="$1" '/^## /{ wanted = $2 == version; next } wanted' docs/changelog.md
