#!/bin/sh
# Syncs, waits EVERY seconds (900), and again. A signal to stop reaches the sync, which finishes or rolls back what it has
# in hand. A sync that fails ends nothing: `encord-sync status` tells, and the next one carries on.
set -u
child=
trap 'trap - TERM INT; kill -TERM "$child" 2>/dev/null; wait "$child"; exit 0' TERM INT
while :; do
    encord-sync sync &
    child=$!
    wait "$child"
    sleep "${EVERY:-900}" &
    child=$!
    wait "$child"
done
