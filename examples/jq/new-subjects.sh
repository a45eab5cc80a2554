#!/bin/sh
# new-subjects.sh ACCOUNT: number, sender and subject of what is not fetched yet.
popfetch list "$1" --headers --where state=new --json |
    jq -r '.messages[] | "\(.number)\t\(.from[0].address // "")\t\(.subject)"'
