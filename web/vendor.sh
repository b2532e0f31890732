#!/usr/bin/env bash
# Puts what the page takes from npm, pinned in package-lock.json, into page/vendor/ (or into the
# folder that is named), with its licences. A test runs this again and compares.
set -euo pipefail
cd "$(dirname "$0")"
modules=$(./modules)/node_modules
to=${1:-page/vendor}
mkdir -p "$to"

# A browser knows no package names without an import map, and the policy of the page allows none.
module() { sed -e 's#from"preact"#from"./preact.js"#' -e '/^\/\/# sourceMappingURL=/d' "$modules/$1" >"$to/$2"; }
module preact/dist/preact.mjs preact.js
module preact/hooks/dist/hooks.mjs hooks.js
module htm/dist/htm.module.js htm.js
cp "$modules/preact/LICENSE" "$to/LICENSE-preact"
cp "$modules/htm/LICENSE" "$to/LICENSE-htm"
chmod 644 "$to"/*
