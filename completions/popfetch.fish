# Completion of popfetch for fish. Asks popfetch itself for accounts and for the UIDs in a ledger: no network, no noise.

set -g __popfetch_commands fetch list show save delete stat check info shell history repair accounts

# The words before the cursor without options and their values; a missing command is fetch.
function __popfetch_places
    set -l with_value --config --state-dir --color --progress --tls --password-fd --to --delete --jobs --max-messages \
        --max-size --wait --where --sort --lines -o --output --attachments --messages --octets --oldest-new --time --certificate \
        --prometheus --max --adopt-from --exit-code-if-empty
    set -l skip no
    set -l places
    for word in (commandline -opc)[2..-1]
        if test $skip = yes
            set skip no
        else if contains -- $word $with_value
            set skip yes
        else if not string match -q -- '-*' $word
            set -a places $word
        end
    end
    if set -q places[1]; and contains -- $places[1] $__popfetch_commands
        string join \n -- $places
    else
        string join \n -- fetch- $places
    end
end

# One of these commands is on the line; "fetch-" is fetch without being named.
function __popfetch_using
    set -l command (__popfetch_places)[1]
    contains -- (string trim -r -c - -- $command) $argv
end

function __popfetch_wants_command
    set -l places (__popfetch_places)
    test "$places[1]" = fetch- -a (count $places) -eq 1
end

function __popfetch_wants_account
    set -l places (__popfetch_places)
    switch $places[1]
        case accounts
            return 1
        case fetch fetch- check stat
            return 0
    end
    test (count $places) -eq 1
end

function __popfetch_wants_message
    set -l places (__popfetch_places)
    contains -- $places[1] list show save delete; and test (count $places) -ge 2
end

# popfetch, with the configuration and the folder that the line names.
function __popfetch_ask
    set -l words (commandline -opc)
    set -l named
    for i in (seq 2 (count $words))
        switch $words[$i]
            case --config --state-dir
                set -a named $words[$i] (string replace -r '^~(?=/|$)' $HOME -- $words[(math $i + 1)])
            case '--config=*' '--state-dir=*'
                set -l parts (string split -m 1 = -- $words[$i])
                set -a named $parts[1] (string replace -r '^~(?=/|$)' $HOME -- $parts[2])
        end
    end
    command $words[1] $named --quiet $argv 2>/dev/null
end

function __popfetch_accounts
    __popfetch_ask accounts --ndjson | string replace -rf '.*"account":"([^"\\\\]*)".*' '$1'
end

function __popfetch_messages
    printf '%s\n' last all uid:
    string match -q 'uid:*' -- (commandline -ct); or return
    __popfetch_ask history --ndjson --max 500 (__popfetch_places)[2] | string match -v '*"state":"gone"*' |
        string replace -rf '.*,"uid":"([^"\\\\]*)",.*' 'uid:$1'
end

function __popfetch_targets
    set -l word (commandline -ct | string replace -r -- '^--to=' '')
    switch $word
        case 'maildir:*' 'mbox:*' 'files:*'
            set -l parts (string split -m 1 : -- $word)
            __fish_complete_path $parts[2] | string replace -r '^' $parts[1]:
        case '*'
            printf '%s\n' maildir: mbox: files: stdout:
    end
end

complete -c popfetch -f

complete -c popfetch -n __popfetch_wants_command -a fetch -d 'Fetch new mail'
complete -c popfetch -n __popfetch_wants_command -a list -d 'What is on the server'
complete -c popfetch -n __popfetch_wants_command -a show -d 'Print messages'
complete -c popfetch -n __popfetch_wants_command -a save -d 'Download single messages'
complete -c popfetch -n __popfetch_wants_command -a delete -d 'Delete messages on the server'
complete -c popfetch -n __popfetch_wants_command -a stat -d 'Number and size of the messages'
complete -c popfetch -n __popfetch_wants_command -a check -d 'For monitoring'
complete -c popfetch -n __popfetch_wants_command -a info -d 'Look at a server and a login'
complete -c popfetch -n __popfetch_wants_command -a shell -d 'A session by hand'
complete -c popfetch -n __popfetch_wants_command -a history -d 'What was fetched when, and where it was put'
complete -c popfetch -n __popfetch_wants_command -a repair -d 'Save every readable record of a damaged ledger'
complete -c popfetch -n __popfetch_wants_command -a accounts -d 'The configured accounts'
complete -c popfetch -n __popfetch_wants_account -a '(__popfetch_accounts)' -d Account
complete -c popfetch -n __popfetch_wants_message -k -a '(__popfetch_messages)' -d Message

complete -c popfetch -l config -r -F -d 'Configuration file'
complete -c popfetch -l state-dir -x -a '(__fish_complete_directories)' -d 'Folder of the ledgers'
complete -c popfetch -l json -d 'Print JSON'
complete -c popfetch -l ndjson -d 'Print JSON, one object a line'
complete -c popfetch -s q -l quiet -d 'Only errors'
complete -c popfetch -s v -l verbose -d 'Say more'
complete -c popfetch -l trace -d 'Show the protocol, secrets hidden'
complete -c popfetch -l no-sandbox -d 'Do not let the kernel confine this run'
complete -c popfetch -l color -x -a 'auto always never' -d 'Use colours'
complete -c popfetch -l progress -x -a 'auto always never' -d 'Show a line of progress'
complete -c popfetch -l tls -x -a 'implicit starttls none' -d 'For a URL'
complete -c popfetch -l password-fd -x -d 'For a URL: read the password from this descriptor'
complete -c popfetch -l allow-plaintext-password -d 'For a URL: send the password without TLS'
complete -c popfetch -s h -l help -d 'Show help'
complete -c popfetch -l version -d 'Show the version'

complete -c popfetch -n '__popfetch_using fetch' -l to -x -a '(__popfetch_targets)' -d 'Where to deliver'
complete -c popfetch -n '__popfetch_using fetch' -l delete -x -a 'never fetched 7d 14d 30d' -d 'What to delete on the server'
complete -c popfetch -n '__popfetch_using fetch delete' -s n -l dry-run -d 'Show what would be done'
complete -c popfetch -n '__popfetch_using fetch' -l all -d 'Also what was fetched before'
complete -c popfetch -n '__popfetch_using fetch' -l force -d 'Try failed messages now, no guards'
complete -c popfetch -n '__popfetch_using fetch' -l adopt -d 'Recognise mail that lies at the destination'
complete -c popfetch -n '__popfetch_using fetch' -l adopt-from -r -F -d 'Recognise also mail that lies there'
complete -c popfetch -n '__popfetch_using fetch' -l mark-fetched -d 'Take all that is on the server as fetched'
complete -c popfetch -n '__popfetch_using fetch' -l accept-new-uids -d 'Take mail as new although it was renumbered'
complete -c popfetch -n '__popfetch_using fetch' -l jobs -x -d 'Accounts at the same time'
complete -c popfetch -n '__popfetch_using fetch' -l max-messages -x -d 'Messages in this run, at most'
complete -c popfetch -n '__popfetch_using fetch' -l max-size -x -d 'Leave larger messages on the server'
complete -c popfetch -n '__popfetch_using fetch' -l wait -x -d 'Wait so long for another run'
complete -c popfetch -n '__popfetch_using fetch' -l exit-code-if-empty -x -d 'Exit status when nothing new came'

complete -c popfetch -n '__popfetch_using list' -l headers -d 'Add date, sender and subject'
complete -c popfetch -n '__popfetch_using list' -l sort -x -a 'number size state date from subject' -d 'In the order of'
complete -c popfetch -n '__popfetch_using list' -l reverse -d 'The other way round'
complete -c popfetch -n '__popfetch_using fetch list show save delete' -l where -x -d 'Only those of which this holds' \
    -a "'size>' 'older>' 'newer<' state=new state=fetched state=failed from~ to~ subject~ uid= 'number>'"

complete -c popfetch -n '__popfetch_using show' -l raw -d 'The octets as served'
complete -c popfetch -n '__popfetch_using show' -l headers -d 'Only the header'
complete -c popfetch -n '__popfetch_using show' -l lines -x -d 'The header and so many lines'
complete -c popfetch -n '__popfetch_using save' -l attachments -r -F -d 'Only what is attached, into this folder'
complete -c popfetch -n '__popfetch_using save' -s o -l output -r -F -d 'A folder, a new file, or - for standard output'
complete -c popfetch -n '__popfetch_using delete' -s y -l yes -d 'Do not ask'

complete -c popfetch -n '__popfetch_using check' -l messages -x -d 'Messages in the mailbox: WARN,CRIT'
complete -c popfetch -n '__popfetch_using check' -l octets -x -d 'Size of the mailbox: WARN,CRIT'
complete -c popfetch -n '__popfetch_using check' -l oldest-new -x -d 'Age of the oldest message not fetched: WARN,CRIT'
complete -c popfetch -n '__popfetch_using check' -l time -x -d 'Seconds until the mailbox is listed: WARN,CRIT'
complete -c popfetch -n '__popfetch_using check' -l certificate -x -d 'Days until the certificate expires: WARN,CRIT'
complete -c popfetch -n '__popfetch_using check' -l prometheus -r -F -d 'Write the text format to this file'

complete -c popfetch -n '__popfetch_using history' -l max -x -d 'Entries of each account'
