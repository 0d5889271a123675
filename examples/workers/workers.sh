#!/bin/sh
# Syncs projects with several workers at once on this machine, and shares out the large ones.
#
#   JOBS=4 sh workers.sh --config encord-sync.toml --all-projects --label-rows-per-shard 5000
#
# The arguments are those of `encord-sync plan`. Ends with 0 if every sync did. Run it again after a failure: what is
# there already is not fetched again.
set -eu

plan=$(mktemp)
trap 'rm -f "$plan"' EXIT
encord-sync plan "$@" > "$plan" # no pipe: if the plan fails, nothing shall start

tr '\n' '\0' < "$plan" | xargs -0 -n 1 -P "${JOBS:-4}" sh -c
