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

LC_ALL=C
export LC_ALL
bin=${MATTERLEAKS:-target/release/matterleaks}
runs=${RUNS:-7}

fail() {
    echo "compare.sh: $*" >&2
    exit 2
}

usage() {
    sed -n '4,8s/^# \{0,1\}//p' "$0" >&2
    exit 2
}

here() {
    command -v "$1" >/dev/null 2>&1
}

case ${1:-} in '' | -h | --help) usage ;; esac
here "$bin" || fail "no $bin: run \`cargo build --release\` or set MATTERLEAKS"
bin=$(command -v "$bin")
case $bin in /*) ;; *) bin=$PWD/$bin ;; esac
case $runs in *[!0-9]* | 0*) fail "RUNS=$runs: not a number above 0" ;; esac

# A clock that counts in nanoseconds.
clock=
for date in date gdate; do
    case $($date +%s%N 2>/dev/null) in
    '' | *[!0-9]*) ;;
    *) clock=$date && break ;;
    esac
done
[ -n "$clock" ] || fail "no date that knows %N: install the GNU coreutils"

# GNU time, for the peak of memory.
gnu_time=
for time in /usr/bin/time gtime; do
    if $time -f %M true >/dev/null 2>&1; then gnu_time=$time && break; fi
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
KF_RULE_CACHE_DIR=$work/kingfisher # its cache of compiled rules
export KF_RULE_CACHE_DIR

# measure ID COMMAND...: one run. Nanoseconds go to ID.wall, the peak in kB to ID.peak, the rest to ID.out,
# ID.err and ID.exit.
measure() {
    id=$work/$1
    shift
    status=0
    if [ -n "$gnu_time" ]; then
        set -- "$gnu_time" -q -o "$id.now" -f %M "$@"
    fi
    start=$($clock +%s%N)
    "$@" >"$id.out" 2>"$id.err" || status=$?
    end=$($clock +%s%N)
    [ -z "$gnu_time" ] || cat "$id.now" >>"$id.peak"
    echo "$status" >"$id.exit"
    echo $((end - start)) >>"$id.wall"
}

# The median of a file of numbers.
median() {
    sort -n "$1" | awk '{ a[NR] = $1 } END { print (a[int((NR + 1) / 2)] + a[int(NR / 2) + 1]) / 2 }'
}

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
    peak=-
    [ ! -f "$work/$1.peak" ] || peak=$(median "$work/$1.peak" | awk '{ printf "%.0f", $1 / 1024 }')
    awk -v wall="$(median "$work/$1.wall")" -v base="$(median "$work/$2.wall")" -v each="${each:-1}" \
        -v peak="$peak" -v name="$3" -v found="${4-}" 'BEGIN {
            ms = wall / 1e6 / each
            time = ms < 10 ? sprintf("%.2f ms", ms) : ms < 10000 ? sprintf("%.0f ms", ms) : sprintf("%.1f s", ms / 1000)
            line = sprintf("| %s | %s | %.2f |", name, time, wall / base)
            print found == "" ? line : line sprintf(" %s | %s |", peak, found)
        }'
}

start_up() {
    mkdir "$work/empty"
    each=20 # a single start is too short for the clock
    batch() {
        id=$1
        shift
        i=0
        start=$($clock +%s%N)
        while [ $i -lt $each ]; do
            "$@" >/dev/null 2>&1 || fail "$* failed"
            i=$((i + 1))
        done
        end=$($clock +%s%N)
        echo $((end - start)) >>"$work/$id.wall"
    }
    nothing=$(command -v env) # a program, where true is built into the shell
    turn=0
    while [ $turn -le "$runs" ]; do
        batch git git --version
        batch matterleaks "$bin" scan "$work/empty"
        batch nothing "$nothing" true
        [ $turn -gt 0 ] || rm "$work"/*.wall
        turn=$((turn + 1))
    done
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
        rm -f "$work"/*.wall "$work"/*.peak "$work"/*.report
        turn=0
        while [ $turn -le "$runs" ]; do
            for id in $tools; do scan "$id"; done
            [ $turn -gt 0 ] || rm -f "$work"/*.wall "$work"/*.peak "$work"/*.report
            turn=$((turn + 1))
        done
        number() { sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p" "$work/matterleaks.out"; }
        echo "**$name**: $(number documents) files, $(($(number bytes) / 1000000)) MB"
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
