#!/bin/sh
# arrived.sh [ACCOUNT ...]: fetches, and prints the path of every message that arrived, as it arrives.
popfetch fetch "$@" --json |
    jq --unbuffered -r 'select(.event == "delivered" or .event == "recovered") | .path'
