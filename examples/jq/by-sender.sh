#!/bin/sh
# by-sender.sh ACCOUNT: how many messages and octets each sender has on the server, the most first.
popfetch list "$1" --headers --json |
    jq -r '.messages | group_by(.from[0].address // "")
        | map({sender: (.[0].from[0].address // "(nobody)"), count: length, octets: (map(.size) | add)})
        | sort_by(-.octets)[] | "\(.octets)\t\(.count)\t\(.sender)"'
