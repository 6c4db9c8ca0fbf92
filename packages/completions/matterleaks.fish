# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_matterleaks_global_optspecs
    string join \n color= v/verbose q/quiet h/help V/version
end

function __fish_matterleaks_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_matterleaks_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_matterleaks_using_subcommand
    set -l cmd (__fish_matterleaks_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c matterleaks -n "__fish_matterleaks_needs_command" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c matterleaks -n "__fish_matterleaks_needs_command" -s v -l verbose -d 'List every place, whole ids and accepted findings'
complete -c matterleaks -n "__fish_matterleaks_needs_command" -s q -l quiet -d 'Print nothing but the report'
complete -c matterleaks -n "__fish_matterleaks_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c matterleaks -n "__fish_matterleaks_needs_command" -s V -l version -d 'Print version'
complete -c matterleaks -n "__fish_matterleaks_needs_command" -f -a "scan" -d 'Look for credentials in files and folders'
complete -c matterleaks -n "__fish_matterleaks_needs_command" -f -a "verify" -d 'Ask a server whether a credential is live'
complete -c matterleaks -n "__fish_matterleaks_needs_command" -f -a "report" -d 'Merge earlier reports by credential, and write them in other formats'
complete -c matterleaks -n "__fish_matterleaks_needs_command" -f -a "hook" -d 'Check every commit, push, or what a server takes'
complete -c matterleaks -n "__fish_matterleaks_needs_command" -f -a "audit" -d 'Go through a report, and accept what may stay'
complete -c matterleaks -n "__fish_matterleaks_needs_command" -f -a "baseline" -d 'Accept what is known, so that only news counts'
complete -c matterleaks -n "__fish_matterleaks_needs_command" -f -a "respond" -d 'Answer a leak in the team\'s own Mattermost: tell people, open incidents, disable and revoke'
complete -c matterleaks -n "__fish_matterleaks_needs_command" -f -a "rules" -d 'Show and check the rules'
complete -c matterleaks -n "__fish_matterleaks_needs_command" -f -a "completions" -d 'Print what makes a shell complete commands and flags'
complete -c matterleaks -n "__fish_matterleaks_needs_command" -f -a "man" -d 'Print the manual page'
complete -c matterleaks -n "__fish_matterleaks_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -l range -d 'Read what the commits of a range add, as in origin/main..HEAD; `ci` finds the range in a pipeline' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -l repos -d 'Read the histories of many repositories: a path a line; `-` is standard input' -r -F
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -l shard -d 'Read only the K-th of N parts of --repos, as in 2/8' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -l max-file-size -d 'Leave out larger files, as in 10M' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -l rules -d 'A file or folder of rules to add' -r -F
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -l server -d 'Your own server, for tokens whose server is not written down' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -l format -d 'Format of the report; may be given several times' -r -f -a "human\t'For people'
json\t'One document, see the README'
jsonl\t'One finding a line, then a summary'
sarif\t'SARIF 2.1.0, for GitHub code scanning'
gitlab\t'GitLab\'s secret detection'
codeclimate\t'GitLab\'s code quality (Code Climate)'
junit\t'JUnit\'s XML'
csv\t'A table for spreadsheets'
markdown\t'A summary for a pull request'
github\t'Annotations of a workflow on GitHub'
html\t'One page for browsers'
gitleaks\t'As gitleaks writes it, for tools that read that'"
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -l output -d 'Where the report goes; the n-th belongs to the n-th --format' -r -F
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -l unpaired -d 'Whether credentials without a server count' -r -f -a "report\t'Shown, and do not count'
fail\t'Count like findings'
hide\t'Only their number is shown'"
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -l fail-on -d 'What makes the exit code 1' -r -f -a "any\t'Every finding'
verified\t'Credentials that a live check proved; needs --verify'
never\t'No finding; a run that could not read everything still ends with 2'"
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -l min-confidence -d 'Leave out findings of less confidence' -r -f -a "low\t'Also what no server can have made as it stands, such as altered samples'
medium\t'Also what has its server elsewhere'
high\t'A token that a server made, in a credential\'s place, with its server'"
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -l baseline -d 'Accept what this list accepts, see `matterleaks baseline`' -r -F
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -l accept-from -d 'Which acceptances count under --range: also those that the range itself brings, or only those of its base' -r -f -a "range\t'From the range as well'
base\t'From its base alone'"
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -s j -l jobs -d 'How many threads work [default: as many as there are cores]' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -l verify -d 'Ask the server of each credential whether it is live; `--verify=plan` only says what would be asked' -r -f -a "ask\t'They are'
plan\t'They are not, and it is said what would be asked'"
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -l unknown -d 'Whether a live check that could not be made fails the run, with --fail-on verified' -r -f -a "fail\t'It does, with 2'
report\t'It is said and no more'"
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -l verify-host -d 'Contact only this server: a name, a pattern such as *.example.org, or a network such as 10.0.0.0/8' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -l ca-cert -d 'Trust the certificates of this file (PEM or DER) beside the system\'s authorities: an authority\'s, or the server\'s own' -r -F
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -l verify-budget -d 'How long all live checks may take, as in 90s or 5m' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -l verify-concurrency -d 'How many requests may be on their way at once, over all servers' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -l notify-channel -d 'Tell this channel of the team\'s own Mattermost what is new or newly active, once a credential; the token comes from the variable MATTERLEAKS_TOKEN' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -l notify-server -d 'The team\'s own server [default: --server, if one is given]' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -l notify-team -d 'The team [default: the only one that the token\'s user is in]' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -l notify-state -d 'What was told already [default: matterleaks/told.json in $XDG_STATE_HOME or ~/.local/state, unless that lies in what is scanned; then the channel alone tells]' -r -F
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -l history -d 'Read the work tree and every object of a repository'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -l staged -d 'Read what the next commit of a repository adds'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -l list -d 'Read nothing, and print the repositories of --repos that would be read'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -l no-ignore -d 'Read ignored files too'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -l sarif-suppressed -d 'Put accepted findings into SARIF too, marked as such; GitHub shows them all the same'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -l show-secrets -d 'Print secrets in full'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -l no-progress -d 'Draw no progress bar'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -l all-kinds -d 'Report kinds of little worth too: team invitations, response URLs, CSRF tokens'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -l fail-on-stale -d 'End with 2 if a baseline has entries of no use any more, and nothing else counts'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -l no-config -d 'Heed nothing that comes with what is scanned'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -l strict -d 'In a hook, end with 2 whatever was not read'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -l allow-live -d 'Let accepted credentials be live; else one that is counts all the same'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -l allow-private -d 'Contact servers on this machine and on private networks; servers that you typed need no leave'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -l allow-http -d 'Send secrets over plain http, readable on their way; to this machine that needs no leave'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -l verify-webhooks -d 'Check incoming webhooks too, by a post to a channel that cannot exist: nothing appears'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -l dry-run -d 'Print what would be posted, and send nothing'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -s v -l verbose -d 'List every place, whole ids and accepted findings'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -s q -l quiet -d 'Print nothing but the report'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand scan" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand verify" -l host -d 'The server that the secret on standard input belongs to' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand verify" -l from -d 'An earlier report in JSON: its credentials are read again where they stand, and checked again' -r -F
complete -c matterleaks -n "__fish_matterleaks_using_subcommand verify" -l rule -d 'What the secret is, as `rules list` names it' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand verify" -l part -d 'A further part that the rule asks for, as in user_id=VALUE' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand verify" -l server -d 'Your own server, which may be contacted for credentials of the report' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand verify" -l format -d 'Format of what is said' -r -f -a "human\t'For people'
json\t'The finding, or the updated report'"
complete -c matterleaks -n "__fish_matterleaks_using_subcommand verify" -l output -d 'Where the report goes that was brought up to date' -r -F
complete -c matterleaks -n "__fish_matterleaks_using_subcommand verify" -l rules -d 'A file or folder of rules to add' -r -F
complete -c matterleaks -n "__fish_matterleaks_using_subcommand verify" -l verify-host -d 'Contact only this server: a name, a pattern such as *.example.org, or a network such as 10.0.0.0/8' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand verify" -l ca-cert -d 'Trust the certificates of this file (PEM or DER) beside the system\'s authorities: an authority\'s, or the server\'s own' -r -F
complete -c matterleaks -n "__fish_matterleaks_using_subcommand verify" -l verify-budget -d 'How long all live checks may take, as in 90s or 5m' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand verify" -l verify-concurrency -d 'How many requests may be on their way at once, over all servers' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand verify" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c matterleaks -n "__fish_matterleaks_using_subcommand verify" -l allow-private -d 'Contact servers on this machine and on private networks; servers that you typed need no leave'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand verify" -l allow-http -d 'Send secrets over plain http, readable on their way; to this machine that needs no leave'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand verify" -l verify-webhooks -d 'Check incoming webhooks too, by a post to a channel that cannot exist: nothing appears'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand verify" -s v -l verbose -d 'List every place, whole ids and accepted findings'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand verify" -s q -l quiet -d 'Print nothing but the report'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand report" -l format -d 'Format of the report; may be given several times' -r -f -a "human\t'For people'
json\t'One document, see the README'
jsonl\t'One finding a line, then a summary'
sarif\t'SARIF 2.1.0, for GitHub code scanning'
gitlab\t'GitLab\'s secret detection'
codeclimate\t'GitLab\'s code quality (Code Climate)'
junit\t'JUnit\'s XML'
csv\t'A table for spreadsheets'
markdown\t'A summary for a pull request'
github\t'Annotations of a workflow on GitHub'
html\t'One page for browsers'
gitleaks\t'As gitleaks writes it, for tools that read that'"
complete -c matterleaks -n "__fish_matterleaks_using_subcommand report" -l output -d 'Where the report goes; the n-th belongs to the n-th --format' -r -F
complete -c matterleaks -n "__fish_matterleaks_using_subcommand report" -l unpaired -d 'Whether credentials without a server count' -r -f -a "report\t'Shown, and do not count'
fail\t'Count like findings'
hide\t'Only their number is shown'"
complete -c matterleaks -n "__fish_matterleaks_using_subcommand report" -l fail-on -d 'End as a scan would that found this; without it the exit code is 0' -r -f -a "any\t'Every finding'
verified\t'Credentials that a live check proved; needs --verify'
never\t'No finding; a run that could not read everything still ends with 2'"
complete -c matterleaks -n "__fish_matterleaks_using_subcommand report" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c matterleaks -n "__fish_matterleaks_using_subcommand report" -l sarif-suppressed -d 'Put accepted findings into SARIF too, marked as such; GitHub shows them all the same'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand report" -s v -l verbose -d 'List every place, whole ids and accepted findings'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand report" -s q -l quiet -d 'Print nothing but the report'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand report" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand hook; and not __fish_seen_subcommand_from run install uninstall help" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c matterleaks -n "__fish_matterleaks_using_subcommand hook; and not __fish_seen_subcommand_from run install uninstall help" -s v -l verbose -d 'List every place, whole ids and accepted findings'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand hook; and not __fish_seen_subcommand_from run install uninstall help" -s q -l quiet -d 'Print nothing but the report'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand hook; and not __fish_seen_subcommand_from run install uninstall help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand hook; and not __fish_seen_subcommand_from run install uninstall help" -f -a "run" -d 'Read what the next commit adds, or these files; credentials without a server count, too'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand hook; and not __fish_seen_subcommand_from run install uninstall help" -f -a "install" -d 'Put a hook into the repository around the current folder; one that is there already runs first'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand hook; and not __fish_seen_subcommand_from run install uninstall help" -f -a "uninstall" -d 'Take the hook out again, and put the one before it back'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand hook; and not __fish_seen_subcommand_from run install uninstall help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand hook; and __fish_seen_subcommand_from run" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c matterleaks -n "__fish_matterleaks_using_subcommand hook; and __fish_seen_subcommand_from run" -l strict -d 'End with 2 whatever was not read, not only content of what is committed'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand hook; and __fish_seen_subcommand_from run" -s v -l verbose -d 'List every place, whole ids and accepted findings'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand hook; and __fish_seen_subcommand_from run" -s q -l quiet -d 'Print nothing but the report'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand hook; and __fish_seen_subcommand_from run" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand hook; and __fish_seen_subcommand_from install" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c matterleaks -n "__fish_matterleaks_using_subcommand hook; and __fish_seen_subcommand_from install" -s v -l verbose -d 'List every place, whole ids and accepted findings'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand hook; and __fish_seen_subcommand_from install" -s q -l quiet -d 'Print nothing but the report'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand hook; and __fish_seen_subcommand_from install" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand hook; and __fish_seen_subcommand_from uninstall" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c matterleaks -n "__fish_matterleaks_using_subcommand hook; and __fish_seen_subcommand_from uninstall" -s v -l verbose -d 'List every place, whole ids and accepted findings'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand hook; and __fish_seen_subcommand_from uninstall" -s q -l quiet -d 'Print nothing but the report'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand hook; and __fish_seen_subcommand_from uninstall" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand hook; and __fish_seen_subcommand_from help" -f -a "run" -d 'Read what the next commit adds, or these files; credentials without a server count, too'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand hook; and __fish_seen_subcommand_from help" -f -a "install" -d 'Put a hook into the repository around the current folder; one that is there already runs first'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand hook; and __fish_seen_subcommand_from help" -f -a "uninstall" -d 'Take the hook out again, and put the one before it back'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand hook; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand audit" -l baseline -d 'The list of what is accepted; made if there is none' -r -F
complete -c matterleaks -n "__fish_matterleaks_using_subcommand audit" -l owner -d 'Who accepts' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand audit" -l expires -d 'The last day on which what is accepted holds, as in 2027-01-31' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand audit" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c matterleaks -n "__fish_matterleaks_using_subcommand audit" -s v -l verbose -d 'List every place, whole ids and accepted findings'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand audit" -s q -l quiet -d 'Print nothing but the report'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand audit" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand baseline; and not __fish_seen_subcommand_from create update show help" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c matterleaks -n "__fish_matterleaks_using_subcommand baseline; and not __fish_seen_subcommand_from create update show help" -s v -l verbose -d 'List every place, whole ids and accepted findings'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand baseline; and not __fish_seen_subcommand_from create update show help" -s q -l quiet -d 'Print nothing but the report'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand baseline; and not __fish_seen_subcommand_from create update show help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand baseline; and not __fish_seen_subcommand_from create update show help" -f -a "create" -d 'Write a list that accepts all that counts in a report'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand baseline; and not __fish_seen_subcommand_from create update show help" -f -a "update" -d 'Bring a list up to date: add what counts in a report, take out what is not in it any more'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand baseline; and not __fish_seen_subcommand_from create update show help" -f -a "show" -d 'Show a list, those out of time first'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand baseline; and not __fish_seen_subcommand_from create update show help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand baseline; and __fish_seen_subcommand_from create" -l output -d 'The list; it must not exist yet' -r -F
complete -c matterleaks -n "__fish_matterleaks_using_subcommand baseline; and __fish_seen_subcommand_from create" -l reason -d 'Why; reviewers read it' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand baseline; and __fish_seen_subcommand_from create" -l owner -d 'Who accepts it' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand baseline; and __fish_seen_subcommand_from create" -l expires -d 'The last day on which it holds, as in 2027-01-31' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand baseline; and __fish_seen_subcommand_from create" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c matterleaks -n "__fish_matterleaks_using_subcommand baseline; and __fish_seen_subcommand_from create" -s v -l verbose -d 'List every place, whole ids and accepted findings'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand baseline; and __fish_seen_subcommand_from create" -s q -l quiet -d 'Print nothing but the report'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand baseline; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand baseline; and __fish_seen_subcommand_from update" -l baseline -d 'The list' -r -F
complete -c matterleaks -n "__fish_matterleaks_using_subcommand baseline; and __fish_seen_subcommand_from update" -l reason -d 'Why; reviewers read it' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand baseline; and __fish_seen_subcommand_from update" -l owner -d 'Who accepts it' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand baseline; and __fish_seen_subcommand_from update" -l expires -d 'The last day on which it holds, as in 2027-01-31' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand baseline; and __fish_seen_subcommand_from update" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c matterleaks -n "__fish_matterleaks_using_subcommand baseline; and __fish_seen_subcommand_from update" -s v -l verbose -d 'List every place, whole ids and accepted findings'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand baseline; and __fish_seen_subcommand_from update" -s q -l quiet -d 'Print nothing but the report'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand baseline; and __fish_seen_subcommand_from update" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand baseline; and __fish_seen_subcommand_from show" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c matterleaks -n "__fish_matterleaks_using_subcommand baseline; and __fish_seen_subcommand_from show" -s v -l verbose -d 'List every place, whole ids and accepted findings'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand baseline; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print nothing but the report'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand baseline; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand baseline; and __fish_seen_subcommand_from help" -f -a "create" -d 'Write a list that accepts all that counts in a report'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand baseline; and __fish_seen_subcommand_from help" -f -a "update" -d 'Bring a list up to date: add what counts in a report, take out what is not in it any more'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand baseline; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show a list, those out of time first'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand baseline; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and not __fish_seen_subcommand_from test message file open sync close disable revoke help" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and not __fish_seen_subcommand_from test message file open sync close disable revoke help" -s v -l verbose -d 'List every place, whole ids and accepted findings'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and not __fish_seen_subcommand_from test message file open sync close disable revoke help" -s q -l quiet -d 'Print nothing but the report'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and not __fish_seen_subcommand_from test message file open sync close disable revoke help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and not __fish_seen_subcommand_from test message file open sync close disable revoke help" -f -a "test" -d 'See that the server answers, the token is good, and the rights are there that the other commands need'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and not __fish_seen_subcommand_from test message file open sync close disable revoke help" -f -a "message" -d 'Tell a user or a channel what a report says: redacted, and once'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and not __fish_seen_subcommand_from test message file open sync close disable revoke help" -f -a "file" -d 'Upload a report, of any format that holds no secret'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and not __fish_seen_subcommand_from test message file open sync close disable revoke help" -f -a "open" -d 'Open an incident: the channel incident-ID, with the finding as its first message and all who have to do with it'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and not __fish_seen_subcommand_from test message file open sync close disable revoke help" -f -a "sync" -d 'Tell every open incident of the token\'s user what changed since, and take what was written there into the report'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and not __fish_seen_subcommand_from test message file open sync close disable revoke help" -f -a "close" -d 'Close an incident: its channel is archived'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and not __fish_seen_subcommand_from test message file open sync close disable revoke help" -f -a "disable" -d 'Disable a leaked token, with an administrator\'s token: at once, and it can be undone'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and not __fish_seen_subcommand_from test message file open sync close disable revoke help" -f -a "revoke" -d 'Revoke a leaked credential, with an administrator\'s token: this cannot be undone, so disable it first'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and not __fish_seen_subcommand_from test message file open sync close disable revoke help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from test" -l channel -d 'Also see whether this channel can be written to' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from test" -l server -d 'The team\'s own server' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from test" -l team -d 'The team [default: the only one that the token\'s user is in]' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from test" -l token-file -d 'A file with the token [default: the variable MATTERLEAKS_TOKEN, else it is asked for]' -r -F
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from test" -l ca-cert -d 'Trust the certificates of this file (PEM or DER) beside the system\'s authorities: an authority\'s, or the server\'s own' -r -F
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from test" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from test" -l allow-http -d 'Send the token over plain http, readable on its way; to this machine that needs no leave'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from test" -s v -l verbose -d 'List every place, whole ids and accepted findings'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from test" -s q -l quiet -d 'Print nothing but the report'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from test" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from message" -l to -d 'A user: a name or an e-mail address' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from message" -l channel -d 'A channel; if --to is given as well, only the channel is written to' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from message" -l finding -d 'Only this finding: at least 8 digits of its id; may be given several times [default: all that count]' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from message" -l server -d 'The team\'s own server' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from message" -l team -d 'The team [default: the only one that the token\'s user is in]' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from message" -l token-file -d 'A file with the token [default: the variable MATTERLEAKS_TOKEN, else it is asked for]' -r -F
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from message" -l ca-cert -d 'Trust the certificates of this file (PEM or DER) beside the system\'s authorities: an authority\'s, or the server\'s own' -r -F
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from message" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from message" -l dry-run -d 'Print what would be posted, and send nothing'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from message" -l allow-http -d 'Send the token over plain http, readable on its way; to this machine that needs no leave'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from message" -s v -l verbose -d 'List every place, whole ids and accepted findings'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from message" -s q -l quiet -d 'Print nothing but the report'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from message" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from file" -l to -d 'A user: a name or an e-mail address' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from file" -l channel -d 'A channel; if --to is given as well, only the channel is written to' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from file" -l server -d 'The team\'s own server' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from file" -l team -d 'The team [default: the only one that the token\'s user is in]' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from file" -l token-file -d 'A file with the token [default: the variable MATTERLEAKS_TOKEN, else it is asked for]' -r -F
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from file" -l ca-cert -d 'Trust the certificates of this file (PEM or DER) beside the system\'s authorities: an authority\'s, or the server\'s own' -r -F
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from file" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from file" -l dry-run -d 'Say what would be uploaded, and send nothing'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from file" -l allow-http -d 'Send the token over plain http, readable on its way; to this machine that needs no leave'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from file" -s v -l verbose -d 'List every place, whole ids and accepted findings'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from file" -s q -l quiet -d 'Print nothing but the report'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from file" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from open" -l invite -d 'Bring this user too: a name or an e-mail address; may be given several times' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from open" -l server -d 'The team\'s own server' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from open" -l team -d 'The team [default: the only one that the token\'s user is in]' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from open" -l token-file -d 'A file with the token [default: the variable MATTERLEAKS_TOKEN, else it is asked for]' -r -F
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from open" -l ca-cert -d 'Trust the certificates of this file (PEM or DER) beside the system\'s authorities: an authority\'s, or the server\'s own' -r -F
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from open" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from open" -l private -d 'Make the channel private'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from open" -l reopen -d 'Restore the channel if the incident was closed'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from open" -l adopt -d 'Take over a channel of this name that another user has made'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from open" -l dry-run -d 'Print what would be posted and who invited, and send nothing'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from open" -l allow-http -d 'Send the token over plain http, readable on its way; to this machine that needs no leave'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from open" -s v -l verbose -d 'List every place, whole ids and accepted findings'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from open" -s q -l quiet -d 'Print nothing but the report'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from open" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from sync" -l direction -d 'Which way news goes' -r -f -a "both\t'Into the channels, and back into the report'
to-channel\t'Into the channels only'
from-channel\t'Into the report only'"
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from sync" -l output -d 'Where the report goes with what was written in the channels [default: where it came from]' -r -F
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from sync" -l server -d 'The team\'s own server' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from sync" -l team -d 'The team [default: the only one that the token\'s user is in]' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from sync" -l token-file -d 'A file with the token [default: the variable MATTERLEAKS_TOKEN, else it is asked for]' -r -F
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from sync" -l ca-cert -d 'Trust the certificates of this file (PEM or DER) beside the system\'s authorities: an authority\'s, or the server\'s own' -r -F
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from sync" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from sync" -l autoclose -d 'Close an incident once its credential is rejected in a check, and gone from what was scanned and from the work trees, indexes, stashes and tips of the repositories around; start it where the scan was started'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from sync" -l dry-run -d 'Print what would be posted, and change nothing'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from sync" -l allow-http -d 'Send the token over plain http, readable on its way; to this machine that needs no leave'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from sync" -s v -l verbose -d 'List every place, whole ids and accepted findings'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from sync" -s q -l quiet -d 'Print nothing but the report'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from sync" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from close" -l server -d 'The team\'s own server' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from close" -l team -d 'The team [default: the only one that the token\'s user is in]' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from close" -l token-file -d 'A file with the token [default: the variable MATTERLEAKS_TOKEN, else it is asked for]' -r -F
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from close" -l ca-cert -d 'Trust the certificates of this file (PEM or DER) beside the system\'s authorities: an authority\'s, or the server\'s own' -r -F
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from close" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from close" -l adopt -d 'Close one that another user has opened'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from close" -l dry-run -d 'Say what would be archived, and send nothing'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from close" -l allow-http -d 'Send the token over plain http, readable on its way; to this machine that needs no leave'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from close" -s v -l verbose -d 'List every place, whole ids and accepted findings'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from close" -s q -l quiet -d 'Print nothing but the report'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from close" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from disable" -l user -d 'Whose it is, where the server does not say so or refuses it already; to nobody else\'s it is done' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from disable" -l token-id -d 'Which of its owner\'s tokens it is, where the server does not say so' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from disable" -l rules -d 'A file or folder of rules to add, to find the credential again where it stands' -r -F
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from disable" -l server -d 'The team\'s own server' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from disable" -l team -d 'The team [default: the only one that the token\'s user is in]' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from disable" -l token-file -d 'A file with the token [default: the variable MATTERLEAKS_TOKEN, else it is asked for]' -r -F
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from disable" -l ca-cert -d 'Trust the certificates of this file (PEM or DER) beside the system\'s authorities: an authority\'s, or the server\'s own' -r -F
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from disable" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from disable" -l yes -d 'Do not ask'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from disable" -l dry-run -d 'Show whose it is, and change nothing'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from disable" -l allow-http -d 'Send the token over plain http, readable on its way; to this machine that needs no leave'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from disable" -s v -l verbose -d 'List every place, whole ids and accepted findings'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from disable" -s q -l quiet -d 'Print nothing but the report'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from disable" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from revoke" -l user -d 'Whose it is, where the server does not say so or refuses it already; to nobody else\'s it is done' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from revoke" -l token-id -d 'Which of its owner\'s tokens it is, where the server does not say so' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from revoke" -l rules -d 'A file or folder of rules to add, to find the credential again where it stands' -r -F
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from revoke" -l server -d 'The team\'s own server' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from revoke" -l team -d 'The team [default: the only one that the token\'s user is in]' -r
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from revoke" -l token-file -d 'A file with the token [default: the variable MATTERLEAKS_TOKEN, else it is asked for]' -r -F
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from revoke" -l ca-cert -d 'Trust the certificates of this file (PEM or DER) beside the system\'s authorities: an authority\'s, or the server\'s own' -r -F
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from revoke" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from revoke" -l yes -d 'Do not ask'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from revoke" -l dry-run -d 'Show whose it is, and change nothing'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from revoke" -l allow-http -d 'Send the token over plain http, readable on its way; to this machine that needs no leave'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from revoke" -s v -l verbose -d 'List every place, whole ids and accepted findings'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from revoke" -s q -l quiet -d 'Print nothing but the report'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from revoke" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from help" -f -a "test" -d 'See that the server answers, the token is good, and the rights are there that the other commands need'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from help" -f -a "message" -d 'Tell a user or a channel what a report says: redacted, and once'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from help" -f -a "file" -d 'Upload a report, of any format that holds no secret'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from help" -f -a "open" -d 'Open an incident: the channel incident-ID, with the finding as its first message and all who have to do with it'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from help" -f -a "sync" -d 'Tell every open incident of the token\'s user what changed since, and take what was written there into the report'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from help" -f -a "close" -d 'Close an incident: its channel is archived'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from help" -f -a "disable" -d 'Disable a leaked token, with an administrator\'s token: at once, and it can be undone'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from help" -f -a "revoke" -d 'Revoke a leaked credential, with an administrator\'s token: this cannot be undone, so disable it first'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand respond; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand rules; and not __fish_seen_subcommand_from list show check help" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c matterleaks -n "__fish_matterleaks_using_subcommand rules; and not __fish_seen_subcommand_from list show check help" -s v -l verbose -d 'List every place, whole ids and accepted findings'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand rules; and not __fish_seen_subcommand_from list show check help" -s q -l quiet -d 'Print nothing but the report'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand rules; and not __fish_seen_subcommand_from list show check help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand rules; and not __fish_seen_subcommand_from list show check help" -f -a "list" -d 'One line for each kind of credential'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand rules; and not __fish_seen_subcommand_from list show check help" -f -a "show" -d 'Everything about one kind'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand rules; and not __fish_seen_subcommand_from list show check help" -f -a "check" -d 'Run every rule\'s own examples'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand rules; and not __fish_seen_subcommand_from list show check help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand rules; and __fish_seen_subcommand_from list" -l rules -d 'A file or folder of rules to add' -r -F
complete -c matterleaks -n "__fish_matterleaks_using_subcommand rules; and __fish_seen_subcommand_from list" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c matterleaks -n "__fish_matterleaks_using_subcommand rules; and __fish_seen_subcommand_from list" -s v -l verbose -d 'List every place, whole ids and accepted findings'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand rules; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Print nothing but the report'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand rules; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand rules; and __fish_seen_subcommand_from show" -l rules -d 'A file or folder of rules to add' -r -F
complete -c matterleaks -n "__fish_matterleaks_using_subcommand rules; and __fish_seen_subcommand_from show" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c matterleaks -n "__fish_matterleaks_using_subcommand rules; and __fish_seen_subcommand_from show" -s v -l verbose -d 'List every place, whole ids and accepted findings'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand rules; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print nothing but the report'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand rules; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand rules; and __fish_seen_subcommand_from check" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c matterleaks -n "__fish_matterleaks_using_subcommand rules; and __fish_seen_subcommand_from check" -s v -l verbose -d 'List every place, whole ids and accepted findings'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand rules; and __fish_seen_subcommand_from check" -s q -l quiet -d 'Print nothing but the report'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand rules; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand rules; and __fish_seen_subcommand_from help" -f -a "list" -d 'One line for each kind of credential'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand rules; and __fish_seen_subcommand_from help" -f -a "show" -d 'Everything about one kind'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand rules; and __fish_seen_subcommand_from help" -f -a "check" -d 'Run every rule\'s own examples'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand rules; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand completions" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c matterleaks -n "__fish_matterleaks_using_subcommand completions" -s v -l verbose -d 'List every place, whole ids and accepted findings'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand completions" -s q -l quiet -d 'Print nothing but the report'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand man" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal, unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c matterleaks -n "__fish_matterleaks_using_subcommand man" -s v -l verbose -d 'List every place, whole ids and accepted findings'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand man" -s q -l quiet -d 'Print nothing but the report'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand help; and not __fish_seen_subcommand_from scan verify report hook audit baseline respond rules completions man help" -f -a "scan" -d 'Look for credentials in files and folders'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand help; and not __fish_seen_subcommand_from scan verify report hook audit baseline respond rules completions man help" -f -a "verify" -d 'Ask a server whether a credential is live'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand help; and not __fish_seen_subcommand_from scan verify report hook audit baseline respond rules completions man help" -f -a "report" -d 'Merge earlier reports by credential, and write them in other formats'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand help; and not __fish_seen_subcommand_from scan verify report hook audit baseline respond rules completions man help" -f -a "hook" -d 'Check every commit, push, or what a server takes'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand help; and not __fish_seen_subcommand_from scan verify report hook audit baseline respond rules completions man help" -f -a "audit" -d 'Go through a report, and accept what may stay'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand help; and not __fish_seen_subcommand_from scan verify report hook audit baseline respond rules completions man help" -f -a "baseline" -d 'Accept what is known, so that only news counts'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand help; and not __fish_seen_subcommand_from scan verify report hook audit baseline respond rules completions man help" -f -a "respond" -d 'Answer a leak in the team\'s own Mattermost: tell people, open incidents, disable and revoke'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand help; and not __fish_seen_subcommand_from scan verify report hook audit baseline respond rules completions man help" -f -a "rules" -d 'Show and check the rules'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand help; and not __fish_seen_subcommand_from scan verify report hook audit baseline respond rules completions man help" -f -a "completions" -d 'Print what makes a shell complete commands and flags'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand help; and not __fish_seen_subcommand_from scan verify report hook audit baseline respond rules completions man help" -f -a "man" -d 'Print the manual page'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand help; and not __fish_seen_subcommand_from scan verify report hook audit baseline respond rules completions man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand help; and __fish_seen_subcommand_from hook" -f -a "run" -d 'Read what the next commit adds, or these files; credentials without a server count, too'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand help; and __fish_seen_subcommand_from hook" -f -a "install" -d 'Put a hook into the repository around the current folder; one that is there already runs first'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand help; and __fish_seen_subcommand_from hook" -f -a "uninstall" -d 'Take the hook out again, and put the one before it back'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand help; and __fish_seen_subcommand_from baseline" -f -a "create" -d 'Write a list that accepts all that counts in a report'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand help; and __fish_seen_subcommand_from baseline" -f -a "update" -d 'Bring a list up to date: add what counts in a report, take out what is not in it any more'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand help; and __fish_seen_subcommand_from baseline" -f -a "show" -d 'Show a list, those out of time first'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand help; and __fish_seen_subcommand_from respond" -f -a "test" -d 'See that the server answers, the token is good, and the rights are there that the other commands need'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand help; and __fish_seen_subcommand_from respond" -f -a "message" -d 'Tell a user or a channel what a report says: redacted, and once'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand help; and __fish_seen_subcommand_from respond" -f -a "file" -d 'Upload a report, of any format that holds no secret'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand help; and __fish_seen_subcommand_from respond" -f -a "open" -d 'Open an incident: the channel incident-ID, with the finding as its first message and all who have to do with it'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand help; and __fish_seen_subcommand_from respond" -f -a "sync" -d 'Tell every open incident of the token\'s user what changed since, and take what was written there into the report'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand help; and __fish_seen_subcommand_from respond" -f -a "close" -d 'Close an incident: its channel is archived'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand help; and __fish_seen_subcommand_from respond" -f -a "disable" -d 'Disable a leaked token, with an administrator\'s token: at once, and it can be undone'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand help; and __fish_seen_subcommand_from respond" -f -a "revoke" -d 'Revoke a leaked credential, with an administrator\'s token: this cannot be undone, so disable it first'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand help; and __fish_seen_subcommand_from rules" -f -a "list" -d 'One line for each kind of credential'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand help; and __fish_seen_subcommand_from rules" -f -a "show" -d 'Everything about one kind'
complete -c matterleaks -n "__fish_matterleaks_using_subcommand help; and __fish_seen_subcommand_from rules" -f -a "check" -d 'Run every rule\'s own examples'
