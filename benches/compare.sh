#!/bin/sh
# How long a scan of files takes and how much memory, beside ripgrep and other scanners. See README.md.
#
# usage: benches/compare.sh NAME=TREE...
#        benches/compare.sh --start-up
#
# MATTERLEAKS   the binary to measure [default: target/release/matterleaks]
# RUNS          how often each command is run [default: 7]
#
# The commands take turns, so that whatever else the machine does hits all of them alike; the first turn
# fills the page cache and every tool's own cache, and is not counted. Nothing is written outside a
# temporary folder, and nothing asks the network.
set -eu

runs=7
. "$(dirname "$0")/common.sh"

# scan ID: runs a tool once on the current folder. Where a tool can, once with all its rules and once with only the one
# that is for Mattermost.
scan() {
    one=mattermost-access-token
    case $1 in
    rg) measure "$1" rg -uuu -l -i mattermost $rg_but . ;;
    matterleaks) measure "$1" "$bin" scan --format jsonl . ;;
    gitleaks* | betterleaks-1*)
        id=$1
        set -- --no-banner --log-level error --exit-code 0 --report-format json --report-path "$work/$id.report"
        case $id in *one) set -- "$@" --enable-rule "$one" ;; esac
        measure "$id" "${id%%-*}" dir "$@" .
        ;;
    betterleaks-2*)
        id=$1
        set -- --no-banner --exit-code 0 --jsonl
        case $id in *one) set -- "$@" --isolate-rule "$one" ;; esac
        measure "$id" betterleaks fs "$@" .
        ;;
    kingfisher*)
        id=$1
        set -- --no-validate --no-update-check --quiet --git-history none --format jsonl
        case $id in *one) set -- "$@" --rule "betterleaks.$one" ;; esac
        measure "$id" kingfisher scan "$@" .
        ;;
    esac
}

# found ID: what the last run printed, counted.
found() {
    case $1 in
    rg) awk 'END { print NR " files" }' "$work/$1.out" ;;
    matterleaks) grep -c '^{"type":"finding"' "$work/$1.out" || : ;;
    kingfisher*) grep -c '^{"rule":' "$work/$1.out" || : ;;
    gitleaks* | betterleaks-1*) grep -c '"RuleID"' "$work/$1.report" || : ;;
    betterleaks-2*) grep -c '^{' "$work/$1.out" || : ;;
    esac
}

# say ID: the command as a reader knows it.
say() {
    case $1 in
    rg) echo '`rg -uuu -l -i mattermost`' ;;
    matterleaks) echo '**matterleaks**' ;;
    *one) echo "${1%%-*}, its Mattermost rule alone" ;;
    *) echo "${1%%-*}" ;;
    esac
}

# row ID BASE NAME [FOUND]: a line of the table.
row() {
    line="| $3 | $(wall "$1") | $(ratio "$1" "$2") |"
    [ $# -lt 4 ] || line="$line $(peak "$1") | $4 |"
    echo "$line"
}

start_up() {
    mkdir "$work/empty"
    each=20
    nothing=$(command -v env) # a program, where true is built into the shell
    starts() {
        batch git git --version
        batch matterleaks "$bin" scan "$work/empty"
        batch nothing "$nothing" true
    }
    take_turns starts
    echo '| start-up | wall | ratio to git |'
    echo '|---|--:|--:|'
    row git git '`git --version`'
    row matterleaks git '`matterleaks scan` of an empty folder'
    row nothing git '`env true`'
}

trees() {
    here rg || fail "no rg: ripgrep is what everything is compared with"
    tools="rg matterleaks" missing=
    for tool in gitleaks betterleaks kingfisher; do
        if ! here $tool; then
            missing="$missing $tool"
        elif [ $tool != betterleaks ]; then
            tools="$tools $tool-one $tool"
        elif betterleaks fs --help >/dev/null 2>&1; then
            tools="$tools betterleaks-2-one betterleaks-2"
        else
            tools="$tools betterleaks-1-one betterleaks-1"
        fi
    done
    from=$PWD
    for argument; do
        name=${argument%%=*} tree=${argument#*=}
        [ "$name" != "$argument" ] || usage
        # From within, as it is mostly done: the names of the folders above do not matter then.
        cd "$from" && cd "$tree" || fail "$tree: not a folder"
        rg_but=
        if [ -n "$(find . -name .git -print | head -n 1)" ]; then
            rg_but='--glob=!.git'
            echo "compare.sh: $tree holds .git, which matterleaks never reads: nor does rg for this" >&2
        fi
        scans() {
            for id in $tools; do scan "$id"; done
        }
        take_turns scans
        echo "**$name**: $(number documents matterleaks) files, $(($(number bytes matterleaks) / 1000000)) MB"
        echo
        echo '| tool | wall | ratio to rg | peak MB | found, exit |'
        echo '|---|--:|--:|--:|---|'
        for id in $tools; do row "$id" rg "$(say "$id")" "$(found "$id"), $(cat "$work/$id.exit")"; done
        echo
    done
    [ -z "$missing" ] || echo "Not found, so not measured:$missing."
}

case $1 in
--start-up) start_up ;;
*) trees "$@" ;;
esac
