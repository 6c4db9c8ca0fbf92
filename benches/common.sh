# What the scripts here share: a clock, a place to work in, medians and tables. Sourced, not run.
#
# MATTERLEAKS   the binary to measure [default: target/release/matterleaks]
# RUNS          how often each command is run [default: the script's own]

LC_ALL=C
export LC_ALL
bin=${MATTERLEAKS:-target/release/matterleaks}
runs=${RUNS:-$runs}

fail() {
    echo "${0##*/}: $*" >&2
    exit 2
}

# usage: what the comment at the top of the script says of it.
usage() {
    sed -n '/^# usage:/,/^# RUNS/s/^# \{0,1\}//p' "$0" >&2
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
# ID.err and ID.exit; with `sink` set the output goes there.
measure() {
    id=$work/$1
    shift
    status=0
    if [ -n "$gnu_time" ]; then
        set -- "$gnu_time" -q -o "$id.now" -f %M "$@"
    fi
    start=$($clock +%s%N)
    "$@" >"${sink:-$id.out}" 2>"$id.err" || status=$?
    end=$($clock +%s%N)
    [ -z "$gnu_time" ] || cat "$id.now" >>"$id.peak"
    echo "$status" >"$id.exit"
    echo $((end - start)) >>"$id.wall"
}

# batch ID COMMAND...: so many runs at once as `each` says, where a single one is too short for the clock.
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

# take_turns FUNCTION: calls it as often as asked, and once before, which is not counted.
take_turns() {
    rm -f "$work"/*.wall "$work"/*.peak "$work"/*.report
    turn=0
    while [ $turn -le "$runs" ]; do
        "$1"
        [ $turn -gt 0 ] || rm -f "$work"/*.wall "$work"/*.peak "$work"/*.report
        turn=$((turn + 1))
    done
}

# The median of a file of numbers.
median() {
    sort -n "$1" | awk '{ a[NR] = $1 } END { print (a[int((NR + 1) / 2)] + a[int(NR / 2) + 1]) / 2 }'
}

# wall ID: the median time of one run, with its unit.
wall() {
    awk -v wall="$(median "$work/$1.wall")" -v each="${each:-1}" 'BEGIN {
        ms = wall / 1e6 / each
        printf((ms < 10 ? "%.2f ms" : ms < 10000 ? "%.0f ms" : "%.1f s"), ms < 10000 ? ms : ms / 1000)
    }'
}

# ratio ID BASE: of their times.
ratio() {
    awk -v wall="$(median "$work/$1.wall")" -v base="$(median "$work/$2.wall")" \
        'BEGIN { printf "%.2f", wall / base }'
}

# peak ID: the median peak in MB.
peak() {
    if [ -f "$work/$1.peak" ]; then
        median "$work/$1.peak" | awk '{ printf "%.0f", $1 / 1024 }'
    else
        printf -
    fi
}

# number NAME ID: a number of the summary that matterleaks printed last.
number() {
    tail -n 1 "$work/$2.out" | sed -n "s/.*\"$1\":\([0-9][0-9]*\).*/\1/p"
}
