
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'matterleaks' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'matterleaks'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'matterleaks' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('scan', 'scan', [CompletionResultType]::ParameterValue, 'Look for credentials in files and folders')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Ask a server whether a credential is live')
            [CompletionResult]::new('report', 'report', [CompletionResultType]::ParameterValue, 'Merge earlier reports by credential, and write them in other formats')
            [CompletionResult]::new('hook', 'hook', [CompletionResultType]::ParameterValue, 'Check every commit, push, or what a server takes')
            [CompletionResult]::new('audit', 'audit', [CompletionResultType]::ParameterValue, 'Go through a report, and accept what may stay')
            [CompletionResult]::new('baseline', 'baseline', [CompletionResultType]::ParameterValue, 'Accept what is known, so that only news counts')
            [CompletionResult]::new('respond', 'respond', [CompletionResultType]::ParameterValue, 'Answer a leak in the team''s own Mattermost: tell people, open incidents, disable and revoke')
            [CompletionResult]::new('rules', 'rules', [CompletionResultType]::ParameterValue, 'Show and check the rules')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print what makes a shell complete commands and flags')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'matterleaks;scan' {
            [CompletionResult]::new('--range', '--range', [CompletionResultType]::ParameterName, 'Read what the commits of a range add, as in origin/main..HEAD; `ci` finds the range in a pipeline')
            [CompletionResult]::new('--repos', '--repos', [CompletionResultType]::ParameterName, 'Read the histories of many repositories: a path a line; `-` is standard input')
            [CompletionResult]::new('--shard', '--shard', [CompletionResultType]::ParameterName, 'Read only the K-th of N parts of --repos, as in 2/8')
            [CompletionResult]::new('--max-file-size', '--max-file-size', [CompletionResultType]::ParameterName, 'Leave out larger files, as in 10M')
            [CompletionResult]::new('--rules', '--rules', [CompletionResultType]::ParameterName, 'A file or folder of rules to add')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Your own server, for tokens whose server is not written down')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Format of the report; may be given several times')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Where the report goes; the n-th belongs to the n-th --format')
            [CompletionResult]::new('--unpaired', '--unpaired', [CompletionResultType]::ParameterName, 'Whether credentials without a server count')
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'What makes the exit code 1')
            [CompletionResult]::new('--min-confidence', '--min-confidence', [CompletionResultType]::ParameterName, 'Leave out findings of less confidence')
            [CompletionResult]::new('--baseline', '--baseline', [CompletionResultType]::ParameterName, 'Accept what this list accepts, see `matterleaks baseline`')
            [CompletionResult]::new('--accept-from', '--accept-from', [CompletionResultType]::ParameterName, 'Which acceptances count under --range: also those that the range itself brings, or only those of its base')
            [CompletionResult]::new('-j', '-j', [CompletionResultType]::ParameterName, 'How many threads work [default: as many as there are cores]')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'How many threads work [default: as many as there are cores]')
            [CompletionResult]::new('--verify', '--verify', [CompletionResultType]::ParameterName, 'Ask the server of each credential whether it is live; `--verify=plan` only says what would be asked')
            [CompletionResult]::new('--unknown', '--unknown', [CompletionResultType]::ParameterName, 'Whether a live check that could not be made fails the run, with --fail-on verified')
            [CompletionResult]::new('--verify-host', '--verify-host', [CompletionResultType]::ParameterName, 'Contact only this server: a name, a pattern such as *.example.org, or a network such as 10.0.0.0/8')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates of this file (PEM or DER) beside the system''s authorities: an authority''s, or the server''s own')
            [CompletionResult]::new('--verify-budget', '--verify-budget', [CompletionResultType]::ParameterName, 'How long all live checks may take, as in 90s or 5m')
            [CompletionResult]::new('--verify-concurrency', '--verify-concurrency', [CompletionResultType]::ParameterName, 'How many requests may be on their way at once, over all servers')
            [CompletionResult]::new('--notify-channel', '--notify-channel', [CompletionResultType]::ParameterName, 'Tell this channel of the team''s own Mattermost what is new or newly active, once a credential; the token comes from the variable MATTERLEAKS_TOKEN')
            [CompletionResult]::new('--notify-server', '--notify-server', [CompletionResultType]::ParameterName, 'The team''s own server [default: --server, if one is given]')
            [CompletionResult]::new('--notify-team', '--notify-team', [CompletionResultType]::ParameterName, 'The team [default: the only one that the token''s user is in]')
            [CompletionResult]::new('--notify-state', '--notify-state', [CompletionResultType]::ParameterName, 'What was told already [default: matterleaks/told.json in $XDG_STATE_HOME or ~/.local/state, unless that lies in what is scanned; then the channel alone tells]')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--history', '--history', [CompletionResultType]::ParameterName, 'Read the work tree and every object of a repository')
            [CompletionResult]::new('--staged', '--staged', [CompletionResultType]::ParameterName, 'Read what the next commit of a repository adds')
            [CompletionResult]::new('--list', '--list', [CompletionResultType]::ParameterName, 'Read nothing, and print the repositories of --repos that would be read')
            [CompletionResult]::new('--no-ignore', '--no-ignore', [CompletionResultType]::ParameterName, 'Read ignored files too')
            [CompletionResult]::new('--sarif-suppressed', '--sarif-suppressed', [CompletionResultType]::ParameterName, 'Put accepted findings into SARIF too, marked as such; GitHub shows them all the same')
            [CompletionResult]::new('--show-secrets', '--show-secrets', [CompletionResultType]::ParameterName, 'Print secrets in full')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Draw no progress bar')
            [CompletionResult]::new('--all-kinds', '--all-kinds', [CompletionResultType]::ParameterName, 'Report kinds of little worth too: team invitations, response URLs, CSRF tokens')
            [CompletionResult]::new('--fail-on-stale', '--fail-on-stale', [CompletionResultType]::ParameterName, 'End with 2 if a baseline has entries of no use any more, and nothing else counts')
            [CompletionResult]::new('--no-config', '--no-config', [CompletionResultType]::ParameterName, 'Heed nothing that comes with what is scanned')
            [CompletionResult]::new('--strict', '--strict', [CompletionResultType]::ParameterName, 'In a hook, end with 2 whatever was not read')
            [CompletionResult]::new('--allow-live', '--allow-live', [CompletionResultType]::ParameterName, 'Let accepted credentials be live; else one that is counts all the same')
            [CompletionResult]::new('--allow-private', '--allow-private', [CompletionResultType]::ParameterName, 'Contact servers on this machine and on private networks; servers that you typed need no leave')
            [CompletionResult]::new('--allow-http', '--allow-http', [CompletionResultType]::ParameterName, 'Send secrets over plain http, readable on their way; to this machine that needs no leave')
            [CompletionResult]::new('--verify-webhooks', '--verify-webhooks', [CompletionResultType]::ParameterName, 'Check incoming webhooks too, by a post to a channel that cannot exist: nothing appears')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print what would be posted, and send nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'matterleaks;verify' {
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'The server that the secret on standard input belongs to')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'An earlier report in JSON: its credentials are read again where they stand, and checked again')
            [CompletionResult]::new('--rule', '--rule', [CompletionResultType]::ParameterName, 'What the secret is, as `rules list` names it')
            [CompletionResult]::new('--part', '--part', [CompletionResultType]::ParameterName, 'A further part that the rule asks for, as in user_id=VALUE')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'Your own server, which may be contacted for credentials of the report')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Format of what is said')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Where the report goes that was brought up to date')
            [CompletionResult]::new('--rules', '--rules', [CompletionResultType]::ParameterName, 'A file or folder of rules to add')
            [CompletionResult]::new('--verify-host', '--verify-host', [CompletionResultType]::ParameterName, 'Contact only this server: a name, a pattern such as *.example.org, or a network such as 10.0.0.0/8')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates of this file (PEM or DER) beside the system''s authorities: an authority''s, or the server''s own')
            [CompletionResult]::new('--verify-budget', '--verify-budget', [CompletionResultType]::ParameterName, 'How long all live checks may take, as in 90s or 5m')
            [CompletionResult]::new('--verify-concurrency', '--verify-concurrency', [CompletionResultType]::ParameterName, 'How many requests may be on their way at once, over all servers')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--allow-private', '--allow-private', [CompletionResultType]::ParameterName, 'Contact servers on this machine and on private networks; servers that you typed need no leave')
            [CompletionResult]::new('--allow-http', '--allow-http', [CompletionResultType]::ParameterName, 'Send secrets over plain http, readable on their way; to this machine that needs no leave')
            [CompletionResult]::new('--verify-webhooks', '--verify-webhooks', [CompletionResultType]::ParameterName, 'Check incoming webhooks too, by a post to a channel that cannot exist: nothing appears')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'matterleaks;report' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Format of the report; may be given several times')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Where the report goes; the n-th belongs to the n-th --format')
            [CompletionResult]::new('--unpaired', '--unpaired', [CompletionResultType]::ParameterName, 'Whether credentials without a server count')
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'End as a scan would that found this; without it the exit code is 0')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--sarif-suppressed', '--sarif-suppressed', [CompletionResultType]::ParameterName, 'Put accepted findings into SARIF too, marked as such; GitHub shows them all the same')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'matterleaks;hook' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Read what the next commit adds, or these files; credentials without a server count, too')
            [CompletionResult]::new('install', 'install', [CompletionResultType]::ParameterValue, 'Put a hook into the repository around the current folder; one that is there already runs first')
            [CompletionResult]::new('uninstall', 'uninstall', [CompletionResultType]::ParameterValue, 'Take the hook out again, and put the one before it back')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'matterleaks;hook;run' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--strict', '--strict', [CompletionResultType]::ParameterName, 'End with 2 whatever was not read, not only content of what is committed')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'matterleaks;hook;install' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'matterleaks;hook;uninstall' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'matterleaks;hook;help' {
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Read what the next commit adds, or these files; credentials without a server count, too')
            [CompletionResult]::new('install', 'install', [CompletionResultType]::ParameterValue, 'Put a hook into the repository around the current folder; one that is there already runs first')
            [CompletionResult]::new('uninstall', 'uninstall', [CompletionResultType]::ParameterValue, 'Take the hook out again, and put the one before it back')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'matterleaks;hook;help;run' {
            break
        }
        'matterleaks;hook;help;install' {
            break
        }
        'matterleaks;hook;help;uninstall' {
            break
        }
        'matterleaks;hook;help;help' {
            break
        }
        'matterleaks;audit' {
            [CompletionResult]::new('--baseline', '--baseline', [CompletionResultType]::ParameterName, 'The list of what is accepted; made if there is none')
            [CompletionResult]::new('--owner', '--owner', [CompletionResultType]::ParameterName, 'Who accepts')
            [CompletionResult]::new('--expires', '--expires', [CompletionResultType]::ParameterName, 'The last day on which what is accepted holds, as in 2027-01-31')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'matterleaks;baseline' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('create', 'create', [CompletionResultType]::ParameterValue, 'Write a list that accepts all that counts in a report')
            [CompletionResult]::new('update', 'update', [CompletionResultType]::ParameterValue, 'Bring a list up to date: add what counts in a report, take out what is not in it any more')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show a list, those out of time first')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'matterleaks;baseline;create' {
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'The list; it must not exist yet')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why; reviewers read it')
            [CompletionResult]::new('--owner', '--owner', [CompletionResultType]::ParameterName, 'Who accepts it')
            [CompletionResult]::new('--expires', '--expires', [CompletionResultType]::ParameterName, 'The last day on which it holds, as in 2027-01-31')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'matterleaks;baseline;update' {
            [CompletionResult]::new('--baseline', '--baseline', [CompletionResultType]::ParameterName, 'The list')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why; reviewers read it')
            [CompletionResult]::new('--owner', '--owner', [CompletionResultType]::ParameterName, 'Who accepts it')
            [CompletionResult]::new('--expires', '--expires', [CompletionResultType]::ParameterName, 'The last day on which it holds, as in 2027-01-31')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'matterleaks;baseline;show' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'matterleaks;baseline;help' {
            [CompletionResult]::new('create', 'create', [CompletionResultType]::ParameterValue, 'Write a list that accepts all that counts in a report')
            [CompletionResult]::new('update', 'update', [CompletionResultType]::ParameterValue, 'Bring a list up to date: add what counts in a report, take out what is not in it any more')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show a list, those out of time first')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'matterleaks;baseline;help;create' {
            break
        }
        'matterleaks;baseline;help;update' {
            break
        }
        'matterleaks;baseline;help;show' {
            break
        }
        'matterleaks;baseline;help;help' {
            break
        }
        'matterleaks;respond' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'See that the server answers, the token is good, and the rights are there that the other commands need')
            [CompletionResult]::new('message', 'message', [CompletionResultType]::ParameterValue, 'Tell a user or a channel what a report says: redacted, and once')
            [CompletionResult]::new('file', 'file', [CompletionResultType]::ParameterValue, 'Upload a report, of any format that holds no secret')
            [CompletionResult]::new('open', 'open', [CompletionResultType]::ParameterValue, 'Open an incident: the channel incident-ID, with the finding as its first message and all who have to do with it')
            [CompletionResult]::new('sync', 'sync', [CompletionResultType]::ParameterValue, 'Tell every open incident of the token''s user what changed since, and take what was written there into the report')
            [CompletionResult]::new('close', 'close', [CompletionResultType]::ParameterValue, 'Close an incident: its channel is archived')
            [CompletionResult]::new('disable', 'disable', [CompletionResultType]::ParameterValue, 'Disable a leaked token, with an administrator''s token: at once, and it can be undone')
            [CompletionResult]::new('revoke', 'revoke', [CompletionResultType]::ParameterValue, 'Revoke a leaked credential, with an administrator''s token: this cannot be undone, so disable it first')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'matterleaks;respond;test' {
            [CompletionResult]::new('--channel', '--channel', [CompletionResultType]::ParameterName, 'Also see whether this channel can be written to')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The team''s own server')
            [CompletionResult]::new('--team', '--team', [CompletionResultType]::ParameterName, 'The team [default: the only one that the token''s user is in]')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'A file with the token [default: the variable MATTERLEAKS_TOKEN, else it is asked for]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates of this file (PEM or DER) beside the system''s authorities: an authority''s, or the server''s own')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--allow-http', '--allow-http', [CompletionResultType]::ParameterName, 'Send the token over plain http, readable on its way; to this machine that needs no leave')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'matterleaks;respond;message' {
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'A user: a name or an e-mail address')
            [CompletionResult]::new('--channel', '--channel', [CompletionResultType]::ParameterName, 'A channel; if --to is given as well, only the channel is written to')
            [CompletionResult]::new('--finding', '--finding', [CompletionResultType]::ParameterName, 'Only this finding: at least 8 digits of its id; may be given several times [default: all that count]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The team''s own server')
            [CompletionResult]::new('--team', '--team', [CompletionResultType]::ParameterName, 'The team [default: the only one that the token''s user is in]')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'A file with the token [default: the variable MATTERLEAKS_TOKEN, else it is asked for]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates of this file (PEM or DER) beside the system''s authorities: an authority''s, or the server''s own')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print what would be posted, and send nothing')
            [CompletionResult]::new('--allow-http', '--allow-http', [CompletionResultType]::ParameterName, 'Send the token over plain http, readable on its way; to this machine that needs no leave')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'matterleaks;respond;file' {
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'A user: a name or an e-mail address')
            [CompletionResult]::new('--channel', '--channel', [CompletionResultType]::ParameterName, 'A channel; if --to is given as well, only the channel is written to')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The team''s own server')
            [CompletionResult]::new('--team', '--team', [CompletionResultType]::ParameterName, 'The team [default: the only one that the token''s user is in]')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'A file with the token [default: the variable MATTERLEAKS_TOKEN, else it is asked for]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates of this file (PEM or DER) beside the system''s authorities: an authority''s, or the server''s own')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be uploaded, and send nothing')
            [CompletionResult]::new('--allow-http', '--allow-http', [CompletionResultType]::ParameterName, 'Send the token over plain http, readable on its way; to this machine that needs no leave')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'matterleaks;respond;open' {
            [CompletionResult]::new('--invite', '--invite', [CompletionResultType]::ParameterName, 'Bring this user too: a name or an e-mail address; may be given several times')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The team''s own server')
            [CompletionResult]::new('--team', '--team', [CompletionResultType]::ParameterName, 'The team [default: the only one that the token''s user is in]')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'A file with the token [default: the variable MATTERLEAKS_TOKEN, else it is asked for]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates of this file (PEM or DER) beside the system''s authorities: an authority''s, or the server''s own')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--private', '--private', [CompletionResultType]::ParameterName, 'Make the channel private')
            [CompletionResult]::new('--reopen', '--reopen', [CompletionResultType]::ParameterName, 'Restore the channel if the incident was closed')
            [CompletionResult]::new('--adopt', '--adopt', [CompletionResultType]::ParameterName, 'Take over a channel of this name that another user has made')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print what would be posted and who invited, and send nothing')
            [CompletionResult]::new('--allow-http', '--allow-http', [CompletionResultType]::ParameterName, 'Send the token over plain http, readable on its way; to this machine that needs no leave')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'matterleaks;respond;sync' {
            [CompletionResult]::new('--direction', '--direction', [CompletionResultType]::ParameterName, 'Which way news goes')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Where the report goes with what was written in the channels [default: where it came from]')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The team''s own server')
            [CompletionResult]::new('--team', '--team', [CompletionResultType]::ParameterName, 'The team [default: the only one that the token''s user is in]')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'A file with the token [default: the variable MATTERLEAKS_TOKEN, else it is asked for]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates of this file (PEM or DER) beside the system''s authorities: an authority''s, or the server''s own')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--autoclose', '--autoclose', [CompletionResultType]::ParameterName, 'Close an incident once its credential is rejected in a check, and gone from what was scanned and from the work trees, indexes, stashes and tips of the repositories around; start it where the scan was started')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print what would be posted, and change nothing')
            [CompletionResult]::new('--allow-http', '--allow-http', [CompletionResultType]::ParameterName, 'Send the token over plain http, readable on its way; to this machine that needs no leave')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'matterleaks;respond;close' {
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The team''s own server')
            [CompletionResult]::new('--team', '--team', [CompletionResultType]::ParameterName, 'The team [default: the only one that the token''s user is in]')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'A file with the token [default: the variable MATTERLEAKS_TOKEN, else it is asked for]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates of this file (PEM or DER) beside the system''s authorities: an authority''s, or the server''s own')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--adopt', '--adopt', [CompletionResultType]::ParameterName, 'Close one that another user has opened')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be archived, and send nothing')
            [CompletionResult]::new('--allow-http', '--allow-http', [CompletionResultType]::ParameterName, 'Send the token over plain http, readable on its way; to this machine that needs no leave')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'matterleaks;respond;disable' {
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'Whose it is, where the server does not say so or refuses it already; to nobody else''s it is done')
            [CompletionResult]::new('--token-id', '--token-id', [CompletionResultType]::ParameterName, 'Which of its owner''s tokens it is, where the server does not say so')
            [CompletionResult]::new('--rules', '--rules', [CompletionResultType]::ParameterName, 'A file or folder of rules to add, to find the credential again where it stands')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The team''s own server')
            [CompletionResult]::new('--team', '--team', [CompletionResultType]::ParameterName, 'The team [default: the only one that the token''s user is in]')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'A file with the token [default: the variable MATTERLEAKS_TOKEN, else it is asked for]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates of this file (PEM or DER) beside the system''s authorities: an authority''s, or the server''s own')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show whose it is, and change nothing')
            [CompletionResult]::new('--allow-http', '--allow-http', [CompletionResultType]::ParameterName, 'Send the token over plain http, readable on its way; to this machine that needs no leave')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'matterleaks;respond;revoke' {
            [CompletionResult]::new('--user', '--user', [CompletionResultType]::ParameterName, 'Whose it is, where the server does not say so or refuses it already; to nobody else''s it is done')
            [CompletionResult]::new('--token-id', '--token-id', [CompletionResultType]::ParameterName, 'Which of its owner''s tokens it is, where the server does not say so')
            [CompletionResult]::new('--rules', '--rules', [CompletionResultType]::ParameterName, 'A file or folder of rules to add, to find the credential again where it stands')
            [CompletionResult]::new('--server', '--server', [CompletionResultType]::ParameterName, 'The team''s own server')
            [CompletionResult]::new('--team', '--team', [CompletionResultType]::ParameterName, 'The team [default: the only one that the token''s user is in]')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'A file with the token [default: the variable MATTERLEAKS_TOKEN, else it is asked for]')
            [CompletionResult]::new('--ca-cert', '--ca-cert', [CompletionResultType]::ParameterName, 'Trust the certificates of this file (PEM or DER) beside the system''s authorities: an authority''s, or the server''s own')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show whose it is, and change nothing')
            [CompletionResult]::new('--allow-http', '--allow-http', [CompletionResultType]::ParameterName, 'Send the token over plain http, readable on its way; to this machine that needs no leave')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'matterleaks;respond;help' {
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'See that the server answers, the token is good, and the rights are there that the other commands need')
            [CompletionResult]::new('message', 'message', [CompletionResultType]::ParameterValue, 'Tell a user or a channel what a report says: redacted, and once')
            [CompletionResult]::new('file', 'file', [CompletionResultType]::ParameterValue, 'Upload a report, of any format that holds no secret')
            [CompletionResult]::new('open', 'open', [CompletionResultType]::ParameterValue, 'Open an incident: the channel incident-ID, with the finding as its first message and all who have to do with it')
            [CompletionResult]::new('sync', 'sync', [CompletionResultType]::ParameterValue, 'Tell every open incident of the token''s user what changed since, and take what was written there into the report')
            [CompletionResult]::new('close', 'close', [CompletionResultType]::ParameterValue, 'Close an incident: its channel is archived')
            [CompletionResult]::new('disable', 'disable', [CompletionResultType]::ParameterValue, 'Disable a leaked token, with an administrator''s token: at once, and it can be undone')
            [CompletionResult]::new('revoke', 'revoke', [CompletionResultType]::ParameterValue, 'Revoke a leaked credential, with an administrator''s token: this cannot be undone, so disable it first')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'matterleaks;respond;help;test' {
            break
        }
        'matterleaks;respond;help;message' {
            break
        }
        'matterleaks;respond;help;file' {
            break
        }
        'matterleaks;respond;help;open' {
            break
        }
        'matterleaks;respond;help;sync' {
            break
        }
        'matterleaks;respond;help;close' {
            break
        }
        'matterleaks;respond;help;disable' {
            break
        }
        'matterleaks;respond;help;revoke' {
            break
        }
        'matterleaks;respond;help;help' {
            break
        }
        'matterleaks;rules' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'One line for each kind of credential')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Everything about one kind')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Run every rule''s own examples')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'matterleaks;rules;list' {
            [CompletionResult]::new('--rules', '--rules', [CompletionResultType]::ParameterName, 'A file or folder of rules to add')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'matterleaks;rules;show' {
            [CompletionResult]::new('--rules', '--rules', [CompletionResultType]::ParameterName, 'A file or folder of rules to add')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'matterleaks;rules;check' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'matterleaks;rules;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'One line for each kind of credential')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Everything about one kind')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Run every rule''s own examples')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'matterleaks;rules;help;list' {
            break
        }
        'matterleaks;rules;help;show' {
            break
        }
        'matterleaks;rules;help;check' {
            break
        }
        'matterleaks;rules;help;help' {
            break
        }
        'matterleaks;completions' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'matterleaks;man' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'List every place, whole ids and accepted findings')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print nothing but the report')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'matterleaks;help' {
            [CompletionResult]::new('scan', 'scan', [CompletionResultType]::ParameterValue, 'Look for credentials in files and folders')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Ask a server whether a credential is live')
            [CompletionResult]::new('report', 'report', [CompletionResultType]::ParameterValue, 'Merge earlier reports by credential, and write them in other formats')
            [CompletionResult]::new('hook', 'hook', [CompletionResultType]::ParameterValue, 'Check every commit, push, or what a server takes')
            [CompletionResult]::new('audit', 'audit', [CompletionResultType]::ParameterValue, 'Go through a report, and accept what may stay')
            [CompletionResult]::new('baseline', 'baseline', [CompletionResultType]::ParameterValue, 'Accept what is known, so that only news counts')
            [CompletionResult]::new('respond', 'respond', [CompletionResultType]::ParameterValue, 'Answer a leak in the team''s own Mattermost: tell people, open incidents, disable and revoke')
            [CompletionResult]::new('rules', 'rules', [CompletionResultType]::ParameterValue, 'Show and check the rules')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print what makes a shell complete commands and flags')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'matterleaks;help;scan' {
            break
        }
        'matterleaks;help;verify' {
            break
        }
        'matterleaks;help;report' {
            break
        }
        'matterleaks;help;hook' {
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Read what the next commit adds, or these files; credentials without a server count, too')
            [CompletionResult]::new('install', 'install', [CompletionResultType]::ParameterValue, 'Put a hook into the repository around the current folder; one that is there already runs first')
            [CompletionResult]::new('uninstall', 'uninstall', [CompletionResultType]::ParameterValue, 'Take the hook out again, and put the one before it back')
            break
        }
        'matterleaks;help;hook;run' {
            break
        }
        'matterleaks;help;hook;install' {
            break
        }
        'matterleaks;help;hook;uninstall' {
            break
        }
        'matterleaks;help;audit' {
            break
        }
        'matterleaks;help;baseline' {
            [CompletionResult]::new('create', 'create', [CompletionResultType]::ParameterValue, 'Write a list that accepts all that counts in a report')
            [CompletionResult]::new('update', 'update', [CompletionResultType]::ParameterValue, 'Bring a list up to date: add what counts in a report, take out what is not in it any more')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show a list, those out of time first')
            break
        }
        'matterleaks;help;baseline;create' {
            break
        }
        'matterleaks;help;baseline;update' {
            break
        }
        'matterleaks;help;baseline;show' {
            break
        }
        'matterleaks;help;respond' {
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'See that the server answers, the token is good, and the rights are there that the other commands need')
            [CompletionResult]::new('message', 'message', [CompletionResultType]::ParameterValue, 'Tell a user or a channel what a report says: redacted, and once')
            [CompletionResult]::new('file', 'file', [CompletionResultType]::ParameterValue, 'Upload a report, of any format that holds no secret')
            [CompletionResult]::new('open', 'open', [CompletionResultType]::ParameterValue, 'Open an incident: the channel incident-ID, with the finding as its first message and all who have to do with it')
            [CompletionResult]::new('sync', 'sync', [CompletionResultType]::ParameterValue, 'Tell every open incident of the token''s user what changed since, and take what was written there into the report')
            [CompletionResult]::new('close', 'close', [CompletionResultType]::ParameterValue, 'Close an incident: its channel is archived')
            [CompletionResult]::new('disable', 'disable', [CompletionResultType]::ParameterValue, 'Disable a leaked token, with an administrator''s token: at once, and it can be undone')
            [CompletionResult]::new('revoke', 'revoke', [CompletionResultType]::ParameterValue, 'Revoke a leaked credential, with an administrator''s token: this cannot be undone, so disable it first')
            break
        }
        'matterleaks;help;respond;test' {
            break
        }
        'matterleaks;help;respond;message' {
            break
        }
        'matterleaks;help;respond;file' {
            break
        }
        'matterleaks;help;respond;open' {
            break
        }
        'matterleaks;help;respond;sync' {
            break
        }
        'matterleaks;help;respond;close' {
            break
        }
        'matterleaks;help;respond;disable' {
            break
        }
        'matterleaks;help;respond;revoke' {
            break
        }
        'matterleaks;help;rules' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'One line for each kind of credential')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Everything about one kind')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Run every rule''s own examples')
            break
        }
        'matterleaks;help;rules;list' {
            break
        }
        'matterleaks;help;rules;show' {
            break
        }
        'matterleaks;help;rules;check' {
            break
        }
        'matterleaks;help;completions' {
            break
        }
        'matterleaks;help;man' {
            break
        }
        'matterleaks;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
