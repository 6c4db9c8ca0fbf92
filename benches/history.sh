#!/bin/sh
# How long a scan of a repository's history takes and how much memory, beside git and other scanners. See
# README.md.
#
# usage: benches/history.sh NAME=REPO...
#        benches/history.sh --staged
#        benches/history.sh --linear REPO
#        benches/history.sh --hard FOLDER
#
# MATTERLEAKS   the binary to measure [default: target/release/matterleaks]
# RUNS          how often each command is run [default: 3; with --staged 25]
#
# The commands take turns, so that whatever else the machine does hits all of them alike; the first turn
# fills the page cache, and is not counted. Nothing is written outside a temporary folder, and nothing asks
# the network.
set -eu

runs=3
case ${1:-} in --staged) runs=25 ;; esac
. "$(dirname "$0")/common.sh"

# Not whatever is set for somebody's own repositories; and what a partial clone lacks is not fetched.
GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_NO_LAZY_FETCH=1
export GIT_CONFIG_GLOBAL GIT_CONFIG_NOSYSTEM GIT_NO_LAZY_FETCH
threads=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo '?')

# ours REPO COMMAND...: git for a repository whoever owns it.
ours() {
    repo=$1
    shift
    git -c safe.directory='*' -C "$repo" "$@"
}

# absolute FOLDER
absolute() {
    (cd "$1" 2>/dev/null && pwd) || fail "$1: not a folder"
}

# objects REPO: how many git holds, loose or packed.
objects() {
    ours "$1" count-objects -v | awk '/^(count|in-pack):/ { n += $2 } END { print n }'
}

# bound OBJECTS FINDINGS: MB that the design allows.
bound() {
    awk -v n="$1" -v findings="$2" \
        'BEGIN { printf "%.0f", 96 + n * (32 + (findings > 0 ? 100 : 0)) / 1048576 }'
}

# findings ID: how many matterleaks reported, paired or not.
findings() {
    grep -c '^{"type":"finding"' "$work/$1.out" || :
}

# skips ID: how many, and why.
skips() {
    tail -n 1 "$work/$1.out" | sed 's/.*"skipped":\[\(.*\)\]},"summary".*/\1/' | tr '{' '\n' |
        sed -n 's/.*"reason":"\([a-z_]*\)".*/\1/p' | sort | uniq -c |
        awk '{ n += $1; why = why (why ? ", " : "") $1 " " $2 }
            END { print n + 0 (why ? " (" why ")" : "") }'
}

# read_by ID: runs a tool once over $repo. Of the others each with the one rule that is for Mattermost.
read_by() {
    one=mattermost-access-token
    case $1 in
    git) sink=/dev/null measure git git -c safe.directory='*' -C "$repo" \
        cat-file --batch-all-objects --batch --unordered --buffer ;;
    matterleaks) measure "$1" "$bin" scan --history --format jsonl "$repo" ;;
    single) measure "$1" "$bin" scan --history --format jsonl -j 1 "$repo" ;;
    gitleaks | betterleaks-1)
        measure "$1" "${1%%-*}" git --no-banner --log-level error --exit-code 0 --report-format json \
            --report-path "$work/$1.report" --enable-rule "$one" "$repo"
        ;;
    betterleaks-2)
        measure "$1" betterleaks git --no-banner --exit-code 0 --jsonl --isolate-rule "$one" "$repo"
        ;;
    kingfisher)
        measure "$1" kingfisher scan --git-history full --no-validate --no-update-check --quiet \
            --format jsonl --rule "betterleaks.$one" "$repo"
        ;;
    esac
}

# found_by ID: what the last run of a tool printed, counted.
found_by() {
    case $1 in
    git) echo - ;;
    matterleaks | single) findings "$1" ;;
    kingfisher) grep -c '^{"rule":' "$work/$1.out" || : ;;
    gitleaks | betterleaks-1) grep -c '"RuleID"' "$work/$1.report" || : ;;
    betterleaks-2) grep -c '^{' "$work/$1.out" || : ;;
    esac
}

# say ID: the command as a reader knows it.
say() {
    case $1 in
    git) echo '`git cat-file --batch-all-objects`' ;;
    matterleaks) echo '**matterleaks**' ;;
    single) echo 'matterleaks `-j 1`' ;;
    *) echo "${1%%-*}, its Mattermost rule alone" ;;
    esac
}

repositories() {
    tools="git matterleaks single" missing=
    for tool in gitleaks betterleaks kingfisher; do
        if ! here $tool; then
            missing="$missing $tool"
        elif [ $tool != betterleaks ]; then
            tools="$tools $tool"
        elif betterleaks fs --help >/dev/null 2>&1; then
            tools="$tools betterleaks-2"
        else
            tools="$tools betterleaks-1"
        fi
    done
    turn_of_all() {
        for tool in $tools; do read_by "$tool"; done
    }
    for argument; do
        name=${argument%%=*}
        [ "$name" != "$argument" ] || usage
        repo=$(absolute "${argument#*=}")
        [ "$(ours "$repo" rev-parse --is-bare-repository)" = true ] ||
            echo "history.sh: $repo has a work tree, which matterleaks reads, too, and git here does not" >&2
        take_turns turn_of_all
        all=$(objects "$repo") found=$(findings matterleaks)
        echo "**$name**: $all objects, $(number commits matterleaks) commits," \
            "$(($(number bytes matterleaks) / 1000000)) MB of content, $(skips matterleaks) skipped"
        echo
        echo '| tool | wall | ratio to git | peak MB | findings | exit |'
        echo '|---|--:|--:|--:|--:|--:|'
        for tool in $tools; do
            echo "| $(say "$tool") | $(wall "$tool") | $(ratio "$tool" git) | $(peak "$tool") |" \
                "$(found_by "$tool") | $(cat "$work/$tool.exit") |"
        done
        echo
        echo "Speed-up of $threads threads over one: $(ratio single matterleaks)." \
            "Memory that the design allows: $(bound "$all" "$found") MB."
        echo
    done
    [ -z "$missing" ] || echo "Not found, so not measured:$missing."
}

# A repository of 50,000 files, 10,000 of them in one folder, on standard output for `git fast-import`.
fifty_thousand() {
    awk 'function blob(path, text) { printf "M 100644 inline %s\ndata %d\n%s\n", path, length(text), text }
        function text(n, i, all) {
            all = "file " n "\n"
            for (i = 0; i < 20; i++) all = all "line " i " of it says " n * 31 + i * i "\n"
            return all
        }
        BEGIN {
            print "commit refs/heads/main\ncommitter a <a@example.org> 1700000000 +0000\ndata 0"
            for (n = 0; n < 40000; n++) blob("d" int(n / 4000) "/e" int(n / 100) "/f" n, text(n))
            for (; n < 50000; n++) blob("flat/f" n, text(n))
        }'
}

# stage EACH...: changes these files and stages them.
stage() {
    git reset -q --hard
    for file; do echo "one more line" >>"$file"; done
    git add "$@"
    [ "$(git diff --cached --name-only | wc -l)" -eq $# ] || fail "git did not stage $# files"
}

staged() {
    each=20
    git init -q "$work/repo" && cd "$work/repo"
    git symbolic-ref HEAD refs/heads/main
    fifty_thousand | git fast-import --quiet
    git reset -q --hard
    [ "$(git ls-files | wc -l)" -eq 50000 ] || fail "git did not import 50,000 files"
    turn_of_both() {
        batch git git diff --cached --name-only
        batch matterleaks "$bin" scan --staged
    }
    table() {
        take_turns turn_of_both
        echo "| $1 | $(wall git) | $(wall matterleaks) | $(ratio matterleaks git) |"
    }
    echo '| 20 files staged of 50,000 | `git diff --cached --name-only` | `matterleaks scan --staged` | ratio |'
    echo '|---|--:|--:|--:|'
    spread=$(awk 'BEGIN { for (n = 0; n < 20; n++) { f = n * 2000 + 7; print "d" int(f / 4000) "/e" int(f / 100) "/f" f } }')
    flat=$(awk 'BEGIN { for (n = 0; n < 20; n++) print "flat/f" 40000 + n * 500 }')
    stage $spread
    table 'in 20 folders of 100'
    stage $flat
    table 'in one of 10,000'
    # A token without a server, so that its siblings are asked for one. In halves: nobody shall find it here.
    for file in $flat; do
        printf 'MATTERMOST_TOKEN=%s%s\n' 6ndnat433jftm fo1y841hkkhmr >>"$file"
    done
    git add $flat
    table 'the same, each with a token that has no server'
}

# A pack with the first commits of a repository.
linear() {
    from=$(absolute "$1")
    ours "$from" rev-list --all --reverse >"$work/commits"
    all=$(wc -l <"$work/commits")
    [ "$all" -ge 4 ] || fail "$1: fewer than four commits"
    for part in 4 2 1; do
        repo=$work/part-$part
        git init -q --bare "$repo"
        head -n $((all / part)) "$work/commits" >"$work/some"
        ours "$from" pack-objects --revs --delta-base-offset --missing=allow-any -q "$repo/objects/pack/pack" \
            <"$work/some" >/dev/null
        git -C "$repo" update-ref refs/heads/main "$(tail -n 1 "$work/some")"
    done
    turn_of_parts() {
        for part in 4 2 1; do
            measure "$part" "$bin" scan --history --format jsonl "$work/part-$part"
        done
    }
    take_turns turn_of_parts
    echo '| commits | objects | pack MB | content MB | wall | content MB a second | peak MB | allowed MB |'
    echo '|--:|--:|--:|--:|--:|--:|--:|--:|'
    for part in 4 2 1; do
        repo=$work/part-$part bytes=$(number bytes $part) here=$(objects "$work/part-$part")
        packed=$(cat "$repo"/objects/pack/*.pack | wc -c)
        speed=$(awk -v bytes="$bytes" -v wall="$(median "$work/$part.wall")" \
            'BEGIN { printf "%.0f", bytes * 1000 / wall }')
        echo "| $(number commits $part) | $here | $((packed / 1000000)) | $((bytes / 1000000)) |" \
            "$(wall $part) | $speed | $(peak $part) | $(bound "$here" "$(findings $part)") |"
    done
}

hard() {
    folder=$(absolute "$1")
    cd "$folder"
    [ -n "$(ls -d -- */objects 2>/dev/null)" ] || fail "$1: no repositories; see \`cargo bench --bench hard\`"
    turn_of_one() {
        measure "$one" "$bin" scan --history --format jsonl "$one"
    }
    echo '| pack | objects | content MB | wall | peak MB | allowed MB | findings | exit | skipped |'
    echo '|---|--:|--:|--:|--:|--:|--:|--:|---|'
    for one in *; do
        [ -d "$one/objects" ] || continue
        take_turns turn_of_one
        all=$(objects "$folder/$one") found=$(findings "$one")
        echo "| \`$one\` | $all | $(($(number bytes "$one") / 1000000)) | $(wall "$one") | $(peak "$one") |" \
            "$(bound "$all" "$found") | $found | $(cat "$work/$one.exit") | $(skips "$one") |"
    done
}

case $1 in
--staged) staged ;;
--linear) linear "${2:?REPO}" ;;
--hard) hard "${2:?FOLDER}" ;;
-*) usage ;;
*) repositories "$@" ;;
esac
