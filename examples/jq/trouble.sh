#!/bin/sh
# trouble.sh [ACCOUNT ...]: fetches, and prints one line for every error: account, class, text.
popfetch fetch "$@" --json |
    jq -r 'select(.event == "error" or .event == "failed") | [.account // "", .class, .text] | @tsv'
