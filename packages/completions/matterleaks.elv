
use builtin;
use str;

set edit:completion:arg-completer[matterleaks] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'matterleaks'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'matterleaks'= {
            cand --color 'When to use colour'
            cand -v 'List every place, whole ids and accepted findings'
            cand --verbose 'List every place, whole ids and accepted findings'
            cand -q 'Print nothing but the report'
            cand --quiet 'Print nothing but the report'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand scan 'Look for credentials in files and folders'
            cand verify 'Ask a server whether a credential is live'
            cand report 'Merge earlier reports by credential, and write them in other formats'
            cand hook 'Check every commit, push, or what a server takes'
            cand audit 'Go through a report, and accept what may stay'
            cand baseline 'Accept what is known, so that only news counts'
            cand respond 'Answer a leak in the team''s own Mattermost: tell people, open incidents, disable and revoke'
            cand rules 'Show and check the rules'
            cand completions 'Print what makes a shell complete commands and flags'
            cand man 'Print the manual page'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'matterleaks;scan'= {
            cand --range 'Read what the commits of a range add, as in origin/main..HEAD; `ci` finds the range in a pipeline'
            cand --repos 'Read the histories of many repositories: a path a line; `-` is standard input'
            cand --shard 'Read only the K-th of N parts of --repos, as in 2/8'
            cand --max-file-size 'Leave out larger files, as in 10M'
            cand --rules 'A file or folder of rules to add'
            cand --server 'Your own server, for tokens whose server is not written down'
            cand --format 'Format of the report; may be given several times'
            cand --output 'Where the report goes; the n-th belongs to the n-th --format'
            cand --unpaired 'Whether credentials without a server count'
            cand --fail-on 'What makes the exit code 1'
            cand --min-confidence 'Leave out findings of less confidence'
            cand --baseline 'Accept what this list accepts, see `matterleaks baseline`'
            cand --accept-from 'Which acceptances count under --range: also those that the range itself brings, or only those of its base'
            cand -j 'How many threads work [default: as many as there are cores]'
            cand --jobs 'How many threads work [default: as many as there are cores]'
            cand --verify 'Ask the server of each credential whether it is live; `--verify=plan` only says what would be asked'
            cand --unknown 'Whether a live check that could not be made fails the run, with --fail-on verified'
            cand --verify-host 'Contact only this server: a name, a pattern such as *.example.org, or a network such as 10.0.0.0/8'
            cand --ca-cert 'Trust the certificates of this file (PEM or DER) beside the system''s authorities: an authority''s, or the server''s own'
            cand --verify-budget 'How long all live checks may take, as in 90s or 5m'
            cand --verify-concurrency 'How many requests may be on their way at once, over all servers'
            cand --notify-channel 'Tell this channel of the team''s own Mattermost what is new or newly active, once a credential; the token comes from the variable MATTERLEAKS_TOKEN'
            cand --notify-server 'The team''s own server [default: --server, if one is given]'
            cand --notify-team 'The team [default: the only one that the token''s user is in]'
            cand --notify-state 'What was told already [default: matterleaks/told.json in $XDG_STATE_HOME or ~/.local/state, unless that lies in what is scanned; then the channel alone tells]'
            cand --color 'When to use colour'
            cand --history 'Read the work tree and every object of a repository'
            cand --staged 'Read what the next commit of a repository adds'
            cand --list 'Read nothing, and print the repositories of --repos that would be read'
            cand --no-ignore 'Read ignored files too'
            cand --sarif-suppressed 'Put accepted findings into SARIF too, marked as such; GitHub shows them all the same'
            cand --show-secrets 'Print secrets in full'
            cand --no-progress 'Draw no progress bar'
            cand --all-kinds 'Report kinds of little worth too: team invitations, response URLs, CSRF tokens'
            cand --fail-on-stale 'End with 2 if a baseline has entries of no use any more, and nothing else counts'
            cand --no-config 'Heed nothing that comes with what is scanned'
            cand --strict 'In a hook, end with 2 whatever was not read'
            cand --allow-live 'Let accepted credentials be live; else one that is counts all the same'
            cand --allow-private 'Contact servers on this machine and on private networks; servers that you typed need no leave'
            cand --allow-http 'Send secrets over plain http, readable on their way; to this machine that needs no leave'
            cand --verify-webhooks 'Check incoming webhooks too, by a post to a channel that cannot exist: nothing appears'
            cand --dry-run 'Print what would be posted, and send nothing'
            cand -v 'List every place, whole ids and accepted findings'
            cand --verbose 'List every place, whole ids and accepted findings'
            cand -q 'Print nothing but the report'
            cand --quiet 'Print nothing but the report'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'matterleaks;verify'= {
            cand --host 'The server that the secret on standard input belongs to'
            cand --from 'An earlier report in JSON: its credentials are read again where they stand, and checked again'
            cand --rule 'What the secret is, as `rules list` names it'
            cand --part 'A further part that the rule asks for, as in user_id=VALUE'
            cand --server 'Your own server, which may be contacted for credentials of the report'
            cand --format 'Format of what is said'
            cand --output 'Where the report goes that was brought up to date'
            cand --rules 'A file or folder of rules to add'
            cand --verify-host 'Contact only this server: a name, a pattern such as *.example.org, or a network such as 10.0.0.0/8'
            cand --ca-cert 'Trust the certificates of this file (PEM or DER) beside the system''s authorities: an authority''s, or the server''s own'
            cand --verify-budget 'How long all live checks may take, as in 90s or 5m'
            cand --verify-concurrency 'How many requests may be on their way at once, over all servers'
            cand --color 'When to use colour'
            cand --allow-private 'Contact servers on this machine and on private networks; servers that you typed need no leave'
            cand --allow-http 'Send secrets over plain http, readable on their way; to this machine that needs no leave'
            cand --verify-webhooks 'Check incoming webhooks too, by a post to a channel that cannot exist: nothing appears'
            cand -v 'List every place, whole ids and accepted findings'
            cand --verbose 'List every place, whole ids and accepted findings'
            cand -q 'Print nothing but the report'
            cand --quiet 'Print nothing but the report'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'matterleaks;report'= {
            cand --format 'Format of the report; may be given several times'
            cand --output 'Where the report goes; the n-th belongs to the n-th --format'
            cand --unpaired 'Whether credentials without a server count'
            cand --fail-on 'End as a scan would that found this; without it the exit code is 0'
            cand --color 'When to use colour'
            cand --sarif-suppressed 'Put accepted findings into SARIF too, marked as such; GitHub shows them all the same'
            cand -v 'List every place, whole ids and accepted findings'
            cand --verbose 'List every place, whole ids and accepted findings'
            cand -q 'Print nothing but the report'
            cand --quiet 'Print nothing but the report'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'matterleaks;hook'= {
            cand --color 'When to use colour'
            cand -v 'List every place, whole ids and accepted findings'
            cand --verbose 'List every place, whole ids and accepted findings'
            cand -q 'Print nothing but the report'
            cand --quiet 'Print nothing but the report'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand run 'Read what the next commit adds, or these files; credentials without a server count, too'
            cand install 'Put a hook into the repository around the current folder; one that is there already runs first'
            cand uninstall 'Take the hook out again, and put the one before it back'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'matterleaks;hook;run'= {
            cand --color 'When to use colour'
            cand --strict 'End with 2 whatever was not read, not only content of what is committed'
            cand -v 'List every place, whole ids and accepted findings'
            cand --verbose 'List every place, whole ids and accepted findings'
            cand -q 'Print nothing but the report'
            cand --quiet 'Print nothing but the report'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'matterleaks;hook;install'= {
            cand --color 'When to use colour'
            cand -v 'List every place, whole ids and accepted findings'
            cand --verbose 'List every place, whole ids and accepted findings'
            cand -q 'Print nothing but the report'
            cand --quiet 'Print nothing but the report'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'matterleaks;hook;uninstall'= {
            cand --color 'When to use colour'
            cand -v 'List every place, whole ids and accepted findings'
            cand --verbose 'List every place, whole ids and accepted findings'
            cand -q 'Print nothing but the report'
            cand --quiet 'Print nothing but the report'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'matterleaks;hook;help'= {
            cand run 'Read what the next commit adds, or these files; credentials without a server count, too'
            cand install 'Put a hook into the repository around the current folder; one that is there already runs first'
            cand uninstall 'Take the hook out again, and put the one before it back'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'matterleaks;hook;help;run'= {
        }
        &'matterleaks;hook;help;install'= {
        }
        &'matterleaks;hook;help;uninstall'= {
        }
        &'matterleaks;hook;help;help'= {
        }
        &'matterleaks;audit'= {
            cand --baseline 'The list of what is accepted; made if there is none'
            cand --owner 'Who accepts'
            cand --expires 'The last day on which what is accepted holds, as in 2027-01-31'
            cand --color 'When to use colour'
            cand -v 'List every place, whole ids and accepted findings'
            cand --verbose 'List every place, whole ids and accepted findings'
            cand -q 'Print nothing but the report'
            cand --quiet 'Print nothing but the report'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'matterleaks;baseline'= {
            cand --color 'When to use colour'
            cand -v 'List every place, whole ids and accepted findings'
            cand --verbose 'List every place, whole ids and accepted findings'
            cand -q 'Print nothing but the report'
            cand --quiet 'Print nothing but the report'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand create 'Write a list that accepts all that counts in a report'
            cand update 'Bring a list up to date: add what counts in a report, take out what is not in it any more'
            cand show 'Show a list, those out of time first'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'matterleaks;baseline;create'= {
            cand --output 'The list; it must not exist yet'
            cand --reason 'Why; reviewers read it'
            cand --owner 'Who accepts it'
            cand --expires 'The last day on which it holds, as in 2027-01-31'
            cand --color 'When to use colour'
            cand -v 'List every place, whole ids and accepted findings'
            cand --verbose 'List every place, whole ids and accepted findings'
            cand -q 'Print nothing but the report'
            cand --quiet 'Print nothing but the report'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'matterleaks;baseline;update'= {
            cand --baseline 'The list'
            cand --reason 'Why; reviewers read it'
            cand --owner 'Who accepts it'
            cand --expires 'The last day on which it holds, as in 2027-01-31'
            cand --color 'When to use colour'
            cand -v 'List every place, whole ids and accepted findings'
            cand --verbose 'List every place, whole ids and accepted findings'
            cand -q 'Print nothing but the report'
            cand --quiet 'Print nothing but the report'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'matterleaks;baseline;show'= {
            cand --color 'When to use colour'
            cand -v 'List every place, whole ids and accepted findings'
            cand --verbose 'List every place, whole ids and accepted findings'
            cand -q 'Print nothing but the report'
            cand --quiet 'Print nothing but the report'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'matterleaks;baseline;help'= {
            cand create 'Write a list that accepts all that counts in a report'
            cand update 'Bring a list up to date: add what counts in a report, take out what is not in it any more'
            cand show 'Show a list, those out of time first'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'matterleaks;baseline;help;create'= {
        }
        &'matterleaks;baseline;help;update'= {
        }
        &'matterleaks;baseline;help;show'= {
        }
        &'matterleaks;baseline;help;help'= {
        }
        &'matterleaks;respond'= {
            cand --color 'When to use colour'
            cand -v 'List every place, whole ids and accepted findings'
            cand --verbose 'List every place, whole ids and accepted findings'
            cand -q 'Print nothing but the report'
            cand --quiet 'Print nothing but the report'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand test 'See that the server answers, the token is good, and the rights are there that the other commands need'
            cand message 'Tell a user or a channel what a report says: redacted, and once'
            cand file 'Upload a report, of any format that holds no secret'
            cand open 'Open an incident: the channel incident-ID, with the finding as its first message and all who have to do with it'
            cand sync 'Tell every open incident of the token''s user what changed since, and take what was written there into the report'
            cand close 'Close an incident: its channel is archived'
            cand disable 'Disable a leaked token, with an administrator''s token: at once, and it can be undone'
            cand revoke 'Revoke a leaked credential, with an administrator''s token: this cannot be undone, so disable it first'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'matterleaks;respond;test'= {
            cand --channel 'Also see whether this channel can be written to'
            cand --server 'The team''s own server'
            cand --team 'The team [default: the only one that the token''s user is in]'
            cand --token-file 'A file with the token [default: the variable MATTERLEAKS_TOKEN, else it is asked for]'
            cand --ca-cert 'Trust the certificates of this file (PEM or DER) beside the system''s authorities: an authority''s, or the server''s own'
            cand --color 'When to use colour'
            cand --allow-http 'Send the token over plain http, readable on its way; to this machine that needs no leave'
            cand -v 'List every place, whole ids and accepted findings'
            cand --verbose 'List every place, whole ids and accepted findings'
            cand -q 'Print nothing but the report'
            cand --quiet 'Print nothing but the report'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'matterleaks;respond;message'= {
            cand --to 'A user: a name or an e-mail address'
            cand --channel 'A channel; if --to is given as well, only the channel is written to'
            cand --finding 'Only this finding: at least 8 digits of its id; may be given several times [default: all that count]'
            cand --server 'The team''s own server'
            cand --team 'The team [default: the only one that the token''s user is in]'
            cand --token-file 'A file with the token [default: the variable MATTERLEAKS_TOKEN, else it is asked for]'
            cand --ca-cert 'Trust the certificates of this file (PEM or DER) beside the system''s authorities: an authority''s, or the server''s own'
            cand --color 'When to use colour'
            cand --dry-run 'Print what would be posted, and send nothing'
            cand --allow-http 'Send the token over plain http, readable on its way; to this machine that needs no leave'
            cand -v 'List every place, whole ids and accepted findings'
            cand --verbose 'List every place, whole ids and accepted findings'
            cand -q 'Print nothing but the report'
            cand --quiet 'Print nothing but the report'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'matterleaks;respond;file'= {
            cand --to 'A user: a name or an e-mail address'
            cand --channel 'A channel; if --to is given as well, only the channel is written to'
            cand --server 'The team''s own server'
            cand --team 'The team [default: the only one that the token''s user is in]'
            cand --token-file 'A file with the token [default: the variable MATTERLEAKS_TOKEN, else it is asked for]'
            cand --ca-cert 'Trust the certificates of this file (PEM or DER) beside the system''s authorities: an authority''s, or the server''s own'
            cand --color 'When to use colour'
            cand --dry-run 'Say what would be uploaded, and send nothing'
            cand --allow-http 'Send the token over plain http, readable on its way; to this machine that needs no leave'
            cand -v 'List every place, whole ids and accepted findings'
            cand --verbose 'List every place, whole ids and accepted findings'
            cand -q 'Print nothing but the report'
            cand --quiet 'Print nothing but the report'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'matterleaks;respond;open'= {
            cand --invite 'Bring this user too: a name or an e-mail address; may be given several times'
            cand --server 'The team''s own server'
            cand --team 'The team [default: the only one that the token''s user is in]'
            cand --token-file 'A file with the token [default: the variable MATTERLEAKS_TOKEN, else it is asked for]'
            cand --ca-cert 'Trust the certificates of this file (PEM or DER) beside the system''s authorities: an authority''s, or the server''s own'
            cand --color 'When to use colour'
            cand --private 'Make the channel private'
            cand --reopen 'Restore the channel if the incident was closed'
            cand --adopt 'Take over a channel of this name that another user has made'
            cand --dry-run 'Print what would be posted and who invited, and send nothing'
            cand --allow-http 'Send the token over plain http, readable on its way; to this machine that needs no leave'
            cand -v 'List every place, whole ids and accepted findings'
            cand --verbose 'List every place, whole ids and accepted findings'
            cand -q 'Print nothing but the report'
            cand --quiet 'Print nothing but the report'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'matterleaks;respond;sync'= {
            cand --direction 'Which way news goes'
            cand --output 'Where the report goes with what was written in the channels [default: where it came from]'
            cand --server 'The team''s own server'
            cand --team 'The team [default: the only one that the token''s user is in]'
            cand --token-file 'A file with the token [default: the variable MATTERLEAKS_TOKEN, else it is asked for]'
            cand --ca-cert 'Trust the certificates of this file (PEM or DER) beside the system''s authorities: an authority''s, or the server''s own'
            cand --color 'When to use colour'
            cand --autoclose 'Close an incident once its credential is rejected in a check, and gone from what was scanned and from the work trees, indexes, stashes and tips of the repositories around; start it where the scan was started'
            cand --dry-run 'Print what would be posted, and change nothing'
            cand --allow-http 'Send the token over plain http, readable on its way; to this machine that needs no leave'
            cand -v 'List every place, whole ids and accepted findings'
            cand --verbose 'List every place, whole ids and accepted findings'
            cand -q 'Print nothing but the report'
            cand --quiet 'Print nothing but the report'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'matterleaks;respond;close'= {
            cand --server 'The team''s own server'
            cand --team 'The team [default: the only one that the token''s user is in]'
            cand --token-file 'A file with the token [default: the variable MATTERLEAKS_TOKEN, else it is asked for]'
            cand --ca-cert 'Trust the certificates of this file (PEM or DER) beside the system''s authorities: an authority''s, or the server''s own'
            cand --color 'When to use colour'
            cand --adopt 'Close one that another user has opened'
            cand --dry-run 'Say what would be archived, and send nothing'
            cand --allow-http 'Send the token over plain http, readable on its way; to this machine that needs no leave'
            cand -v 'List every place, whole ids and accepted findings'
            cand --verbose 'List every place, whole ids and accepted findings'
            cand -q 'Print nothing but the report'
            cand --quiet 'Print nothing but the report'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'matterleaks;respond;disable'= {
            cand --user 'Whose it is, where the server does not say so or refuses it already; to nobody else''s it is done'
            cand --token-id 'Which of its owner''s tokens it is, where the server does not say so'
            cand --rules 'A file or folder of rules to add, to find the credential again where it stands'
            cand --server 'The team''s own server'
            cand --team 'The team [default: the only one that the token''s user is in]'
            cand --token-file 'A file with the token [default: the variable MATTERLEAKS_TOKEN, else it is asked for]'
            cand --ca-cert 'Trust the certificates of this file (PEM or DER) beside the system''s authorities: an authority''s, or the server''s own'
            cand --color 'When to use colour'
            cand --yes 'Do not ask'
            cand --dry-run 'Show whose it is, and change nothing'
            cand --allow-http 'Send the token over plain http, readable on its way; to this machine that needs no leave'
            cand -v 'List every place, whole ids and accepted findings'
            cand --verbose 'List every place, whole ids and accepted findings'
            cand -q 'Print nothing but the report'
            cand --quiet 'Print nothing but the report'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'matterleaks;respond;revoke'= {
            cand --user 'Whose it is, where the server does not say so or refuses it already; to nobody else''s it is done'
            cand --token-id 'Which of its owner''s tokens it is, where the server does not say so'
            cand --rules 'A file or folder of rules to add, to find the credential again where it stands'
            cand --server 'The team''s own server'
            cand --team 'The team [default: the only one that the token''s user is in]'
            cand --token-file 'A file with the token [default: the variable MATTERLEAKS_TOKEN, else it is asked for]'
            cand --ca-cert 'Trust the certificates of this file (PEM or DER) beside the system''s authorities: an authority''s, or the server''s own'
            cand --color 'When to use colour'
            cand --yes 'Do not ask'
            cand --dry-run 'Show whose it is, and change nothing'
            cand --allow-http 'Send the token over plain http, readable on its way; to this machine that needs no leave'
            cand -v 'List every place, whole ids and accepted findings'
            cand --verbose 'List every place, whole ids and accepted findings'
            cand -q 'Print nothing but the report'
            cand --quiet 'Print nothing but the report'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'matterleaks;respond;help'= {
            cand test 'See that the server answers, the token is good, and the rights are there that the other commands need'
            cand message 'Tell a user or a channel what a report says: redacted, and once'
            cand file 'Upload a report, of any format that holds no secret'
            cand open 'Open an incident: the channel incident-ID, with the finding as its first message and all who have to do with it'
            cand sync 'Tell every open incident of the token''s user what changed since, and take what was written there into the report'
            cand close 'Close an incident: its channel is archived'
            cand disable 'Disable a leaked token, with an administrator''s token: at once, and it can be undone'
            cand revoke 'Revoke a leaked credential, with an administrator''s token: this cannot be undone, so disable it first'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'matterleaks;respond;help;test'= {
        }
        &'matterleaks;respond;help;message'= {
        }
        &'matterleaks;respond;help;file'= {
        }
        &'matterleaks;respond;help;open'= {
        }
        &'matterleaks;respond;help;sync'= {
        }
        &'matterleaks;respond;help;close'= {
        }
        &'matterleaks;respond;help;disable'= {
        }
        &'matterleaks;respond;help;revoke'= {
        }
        &'matterleaks;respond;help;help'= {
        }
        &'matterleaks;rules'= {
            cand --color 'When to use colour'
            cand -v 'List every place, whole ids and accepted findings'
            cand --verbose 'List every place, whole ids and accepted findings'
            cand -q 'Print nothing but the report'
            cand --quiet 'Print nothing but the report'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand list 'One line for each kind of credential'
            cand show 'Everything about one kind'
            cand check 'Run every rule''s own examples'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'matterleaks;rules;list'= {
            cand --rules 'A file or folder of rules to add'
            cand --color 'When to use colour'
            cand -v 'List every place, whole ids and accepted findings'
            cand --verbose 'List every place, whole ids and accepted findings'
            cand -q 'Print nothing but the report'
            cand --quiet 'Print nothing but the report'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'matterleaks;rules;show'= {
            cand --rules 'A file or folder of rules to add'
            cand --color 'When to use colour'
            cand -v 'List every place, whole ids and accepted findings'
            cand --verbose 'List every place, whole ids and accepted findings'
            cand -q 'Print nothing but the report'
            cand --quiet 'Print nothing but the report'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'matterleaks;rules;check'= {
            cand --color 'When to use colour'
            cand -v 'List every place, whole ids and accepted findings'
            cand --verbose 'List every place, whole ids and accepted findings'
            cand -q 'Print nothing but the report'
            cand --quiet 'Print nothing but the report'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'matterleaks;rules;help'= {
            cand list 'One line for each kind of credential'
            cand show 'Everything about one kind'
            cand check 'Run every rule''s own examples'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'matterleaks;rules;help;list'= {
        }
        &'matterleaks;rules;help;show'= {
        }
        &'matterleaks;rules;help;check'= {
        }
        &'matterleaks;rules;help;help'= {
        }
        &'matterleaks;completions'= {
            cand --color 'When to use colour'
            cand -v 'List every place, whole ids and accepted findings'
            cand --verbose 'List every place, whole ids and accepted findings'
            cand -q 'Print nothing but the report'
            cand --quiet 'Print nothing but the report'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'matterleaks;man'= {
            cand --color 'When to use colour'
            cand -v 'List every place, whole ids and accepted findings'
            cand --verbose 'List every place, whole ids and accepted findings'
            cand -q 'Print nothing but the report'
            cand --quiet 'Print nothing but the report'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'matterleaks;help'= {
            cand scan 'Look for credentials in files and folders'
            cand verify 'Ask a server whether a credential is live'
            cand report 'Merge earlier reports by credential, and write them in other formats'
            cand hook 'Check every commit, push, or what a server takes'
            cand audit 'Go through a report, and accept what may stay'
            cand baseline 'Accept what is known, so that only news counts'
            cand respond 'Answer a leak in the team''s own Mattermost: tell people, open incidents, disable and revoke'
            cand rules 'Show and check the rules'
            cand completions 'Print what makes a shell complete commands and flags'
            cand man 'Print the manual page'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'matterleaks;help;scan'= {
        }
        &'matterleaks;help;verify'= {
        }
        &'matterleaks;help;report'= {
        }
        &'matterleaks;help;hook'= {
            cand run 'Read what the next commit adds, or these files; credentials without a server count, too'
            cand install 'Put a hook into the repository around the current folder; one that is there already runs first'
            cand uninstall 'Take the hook out again, and put the one before it back'
        }
        &'matterleaks;help;hook;run'= {
        }
        &'matterleaks;help;hook;install'= {
        }
        &'matterleaks;help;hook;uninstall'= {
        }
        &'matterleaks;help;audit'= {
        }
        &'matterleaks;help;baseline'= {
            cand create 'Write a list that accepts all that counts in a report'
            cand update 'Bring a list up to date: add what counts in a report, take out what is not in it any more'
            cand show 'Show a list, those out of time first'
        }
        &'matterleaks;help;baseline;create'= {
        }
        &'matterleaks;help;baseline;update'= {
        }
        &'matterleaks;help;baseline;show'= {
        }
        &'matterleaks;help;respond'= {
            cand test 'See that the server answers, the token is good, and the rights are there that the other commands need'
            cand message 'Tell a user or a channel what a report says: redacted, and once'
            cand file 'Upload a report, of any format that holds no secret'
            cand open 'Open an incident: the channel incident-ID, with the finding as its first message and all who have to do with it'
            cand sync 'Tell every open incident of the token''s user what changed since, and take what was written there into the report'
            cand close 'Close an incident: its channel is archived'
            cand disable 'Disable a leaked token, with an administrator''s token: at once, and it can be undone'
            cand revoke 'Revoke a leaked credential, with an administrator''s token: this cannot be undone, so disable it first'
        }
        &'matterleaks;help;respond;test'= {
        }
        &'matterleaks;help;respond;message'= {
        }
        &'matterleaks;help;respond;file'= {
        }
        &'matterleaks;help;respond;open'= {
        }
        &'matterleaks;help;respond;sync'= {
        }
        &'matterleaks;help;respond;close'= {
        }
        &'matterleaks;help;respond;disable'= {
        }
        &'matterleaks;help;respond;revoke'= {
        }
        &'matterleaks;help;rules'= {
            cand list 'One line for each kind of credential'
            cand show 'Everything about one kind'
            cand check 'Run every rule''s own examples'
        }
        &'matterleaks;help;rules;list'= {
        }
        &'matterleaks;help;rules;show'= {
        }
        &'matterleaks;help;rules;check'= {
        }
        &'matterleaks;help;completions'= {
        }
        &'matterleaks;help;man'= {
        }
        &'matterleaks;help;help'= {
        }
    ]
    $completions[$command]
}
