# Completion of popfetch for bash. Asks popfetch itself for accounts and for the UIDs in a ledger: no network, no noise.

# The words up to the cursor as popfetch will get them: readline also cuts at ":" and "=", which UIDs and --tls=none have.
_popfetch_read_words()
{
    local i word
    words=("${COMP_WORDS[0]}")
    for ((i = 1; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ $i -eq $COMP_CWORD && ${COMP_LINE:0:COMP_POINT} == *[[:blank:]] ]]; then
            words+=("$word") # after a blank a new word begins
        elif ((i > 1)) && [[ $word == [:=]* || ${words[-1]} == *[:=] ]]; then
            words[-1]+=$word
        else
            words+=("$word")
        fi
    done
    cur=${words[-1]}
}

# What is on the line already: the command, the words after it, and the options that popfetch itself must be asked with.
_popfetch_read_line()
{
    local i word
    command= places=() asked=()
    for ((i = 1; i < ${#words[@]} - 1; i++)); do
        word=${words[i]}
        case $word in
        --config=* | --state-dir=*) asked+=("${word%%=*}" "$(_popfetch_expanded "${word#*=}")") ;;
        --config | --state-dir)
            i=$((i + 1))
            asked+=("$word" "$(_popfetch_expanded "${words[i]}")")
            ;;
        --color | --progress | --tls | --password-fd | --to | --delete | --jobs | --max-messages | --max-size | --wait | \
            --where | --sort | --lines | -o | --output | --attachments | --messages | --octets | --oldest-new | --time | --certificate | \
            --prometheus | --max | --adopt-from | --exit-code-if-empty) i=$((i + 1)) ;;
        -*) ;;
        fetch | list | show | save | delete | stat | check | info | shell | history | repair | accounts)
            if [[ -z $command && ${#places[@]} -eq 0 ]]; then command=$word; else places+=("$word"); fi
            ;;
        *) places+=("$word") ;;
        esac
    done
}

_popfetch_expanded()
{
    local word=${1//[\'\"]/}
    printf '%s' "${word/#\~/$HOME}"
}

# Adds those of the words that begin with what was typed.
_popfetch_offer()
{
    local word quoted
    for word in "$@"; do
        [[ $word == "$cur"* ]] || continue
        printf -v quoted %q "$word"
        COMPREPLY+=("$quoted")
        [[ $word == *[:\>\<\~=,] ]] && compopt -o nospace 2>/dev/null
    done
}

_popfetch_offer_accounts()
{
    local name
    while IFS= read -r name; do _popfetch_offer "$name"; done < <(
        "$program" "${asked[@]}" --quiet accounts --ndjson 2>/dev/null | sed -n 's/.*"account":"\([^"\\]*\)".*/\1/p')
}

_popfetch_offer_messages()
{
    local uid
    _popfetch_offer last all
    if [[ $cur != uid:* ]]; then
        _popfetch_offer uid:
        return
    fi
    while IFS= read -r uid; do _popfetch_offer "uid:$uid"; done < <(
        "$program" "${asked[@]}" --quiet history --ndjson --max 500 "${places[0]}" 2>/dev/null |
            sed -n -e '/"state":"gone"/d' -e 's/.*,"uid":"\([^"\\]*\)",.*/\1/p')
}

_popfetch_offer_files()
{
    local path before=$1 cur=$2
    compopt -o filenames 2>/dev/null
    while IFS= read -r path; do COMPREPLY+=("$before$path"); done < <(compgen "$3" -- "$cur")
}

# The value of an option; false where the word is none.
_popfetch_offer_value()
{
    case $1 in
    --attachments) _popfetch_offer_files "" "$cur" -d ;;
    --config | -o | --output | --prometheus | --adopt-from) _popfetch_offer_files "" "$cur" -f ;;
    --trace) _popfetch_offer_files "" "$cur" -f ;;
    --state-dir) _popfetch_offer_files "" "$cur" -d ;;
    --color | --progress) _popfetch_offer auto always never ;;
    --tls) _popfetch_offer implicit starttls none ;;
    --delete) _popfetch_offer never fetched 7d 14d 30d ;;
    --sort) _popfetch_offer number size state date from subject ;;
    --where)
        _popfetch_offer 'size>' 'older>' 'newer<' state=new state=fetched state=failed from~ to~ subject~ uid= 'number>'
        ;;
    --to)
        case $cur in
        maildir:* | files:*) _popfetch_offer_files "${cur%%:*}:" "${cur#*:}" -d ;;
        mbox:*) _popfetch_offer_files mbox: "${cur#*:}" -f ;;
        *) _popfetch_offer maildir: mbox: files: stdout: ;;
        esac
        ;;
    --password-fd | --jobs | --max-messages | --max-size | --wait | --lines | --messages | --octets | --oldest-new | \
        --exit-code-if-empty | --time | --certificate | --max) ;;
    *) return 1 ;;
    esac
}

_popfetch_options()
{
    local global="--config --state-dir --json --ndjson -q --quiet -v --verbose --trace --no-sandbox --color --progress --tls \
        --password-fd --allow-plaintext-password -h --help --version"
    local own=
    case ${command:-fetch} in
    fetch) own="--to --delete -n --dry-run --where --all --force --adopt --adopt-from --mark-fetched --accept-new-uids --jobs --max-messages --max-size --wait --exit-code-if-empty" ;;
    list) own="--headers --where --sort --reverse" ;;
    show) own="--raw --headers --lines --where" ;;
    save) own="-o --output --attachments --where" ;;
    delete) own="--where -y --yes -n --dry-run" ;;
    check) own="--messages --octets --oldest-new --time --certificate --prometheus" ;;
    history) own="--max" ;;
    esac
    local IFS=$' \t\n'
    _popfetch_offer $own $global
}

_popfetch_positional()
{
    case $command in
    list | show | save | delete) if ((${#places[@]})); then _popfetch_offer_messages; else _popfetch_offer_accounts; fi ;;
    info | shell | history | repair) ((${#places[@]})) || _popfetch_offer_accounts ;;
    accounts) ;;
    fetch | check | stat) _popfetch_offer_accounts ;;
    *)
        ((${#places[@]})) ||
            _popfetch_offer fetch list show save delete stat check info shell history repair accounts
        _popfetch_offer_accounts
        ;;
    esac
}

# Readline keeps what stands before the last ":" or "=" of the word.
_popfetch_trim()
{
    local kept= i
    [[ $COMP_WORDBREAKS == *:* && $1 == *:* ]] && kept=${1%"${1##*:}"}
    [[ $COMP_WORDBREAKS == *=* && ${1#"$kept"} == *=* ]] && kept=${1%"${1##*=}"}
    for i in "${!COMPREPLY[@]}"; do COMPREPLY[i]=${COMPREPLY[i]#"$kept"}; done
}

_popfetch()
{
    local program=$1 cur typed command
    local -a words places asked
    COMPREPLY=()
    _popfetch_read_words
    _popfetch_read_line
    typed=$cur
    if [[ $cur == --*=* ]]; then
        cur=${cur#*=}
        _popfetch_offer_value "${typed%%=*}" || COMPREPLY=()
        COMPREPLY=("${COMPREPLY[@]/#/${typed%%=*}=}")
    elif [[ ${words[-2]} != --trace ]] && _popfetch_offer_value "${words[-2]}"; then
        :
    elif [[ $cur == -* ]]; then
        _popfetch_options
    else
        _popfetch_positional
    fi
    _popfetch_trim "$typed"
}

complete -F _popfetch popfetch
