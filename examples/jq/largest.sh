#!/bin/sh
# largest.sh ACCOUNT [COUNT]: the largest messages, with the UIDs by which popfetch show, save and delete take them.
popfetch list "$1" --json |
    jq -r --argjson count "${2:-10}" '.messages | sort_by(-.size)[:$count][] | "\(.size)\tuid:\(.uid)"'
