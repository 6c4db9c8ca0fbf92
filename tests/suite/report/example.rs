//! Reports made by hand, for the tests of every format.

pub mod git;

use std::time::{Duration, UNIX_EPOCH};

use matterleaks::finding::{
    Confidence, Coverage, CredentialId, Finding, Host, Kind, Live, Location, Owner, PairedBy, Part,
    Place, Planned, Position, Reachable, Report, RuleNote, Secret, Severity, Skip, SkipReason,
    Snippet, Source, Suppression, Tie, Unknown, UnknownReason, Untrusted, Verdict,
};

use crate::util::mint;

/// Lists a closed set. A value that is missing does not compile.
macro_rules! all {
    ($name:ident: $type:ident { $($value:ident),* $(,)? }) => {
        pub const $name: &[$type] = {
            const fn listed(value: $type) -> $type {
                match value { $($type::$value => value),* }
            }
            &[$(listed($type::$value)),*]
        };
    };
}

all!(KINDS: Kind {
    AccessToken, SessionToken, OauthAccessToken, OauthRefreshToken, RemoteClusterToken, OauthClientSecret,
    IncomingWebhook, SlashCommandToken, OutgoingWebhookToken, BoardsToken, UnknownSecret, TeamInviteId,
    CommandResponseUrl, CsrfToken,
});

all!(REASONS: SkipReason {
    PermissionDenied, Vanished, Shrunk, ReadError, NotAFile, BadIgnoreFile, MissingObject, CorruptObject,
    TooLarge, Shallow, Promised, BadRef, BadRepository, Internal, BudgetExhausted, Interrupted,
});

all!(UNKNOWNS: UnknownReason {
    NoHost, AmbiguousHost, BlockedByPolicy, CleartextHttp, Unreachable, Dns, Tls, TimedOut, NotMattermost, WrongBase,
    Redirected, Intercepted, RateLimited, ServerError, UnexpectedAnswer, IndiscriminateHost, NotCheckable,
});

all!(PLACES: Place {
    File, Index, Blob, CommitMessage, TagMessage, Ref, Path, Author, Symlink, Stdin,
});

all!(REACHES: Reachable { Ref, Reflog, Index, None });

all!(PAIRINGS: PairedBy { Url, Block, Distance, Sibling, Server });

/// Names that attack terminals, layouts and readers.
pub fn hostile() -> [Vec<u8>; 8] {
    [
        b"\x1b]0;pwned\x07\x1b[2J\x1b[31mred".to_vec(),
        "invoice\u{202e}gnp.exe\u{2066}".into(),
        b"two\nlines\r\tand a tab".to_vec(),
        b"not \xff utf-8 \xc3".to_vec(),
        "\u{9b}31m\u{200b}\u{feff}\u{2028}".into(),
        "日本語/パス/👍🏽/e\u{301}".into(),
        "deep/".repeat(2000).into_bytes(),
        Vec::new(),
    ]
}

/// A token that nobody has.
pub fn token(n: u128) -> String {
    mint((n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835))
}

pub fn untrusted(text: impl AsRef<[u8]>) -> Untrusted {
    Untrusted::new(text)
}

pub fn position(line: u64, column: u64) -> Position {
    Position {
        byte_offset: line * 40 + column,
        line,
        column,
    }
}

/// A place with `MATTERMOST_TOKEN=…` in it.
pub fn location(path: impl AsRef<[u8]>, line: u64, token: &str) -> Location {
    Location {
        path: untrusted(path),
        position: position(line, 18),
        place: Place::File,
        git: None,
        snippet: Snippet {
            before: untrusted("MATTERMOST_TOKEN="),
            matched: untrusted(token),
            after: untrusted(""),
        },
    }
}

/// Another server of a credential.
pub fn other(url: Untrusted) -> Host {
    Host::new(url.expose(), PairedBy::Sibling)
}

pub fn finding(n: u128) -> Finding {
    let secret = Secret::new(&token(n));
    Finding {
        id: CredentialId::of("mattermost", &secret),
        rule_id: "mattermost-access-token".into(),
        kind: Kind::AccessToken,
        confidence: Confidence::High,
        severity: Severity::High,
        minted: true,
        host: Some(Host {
            url: untrusted("https://chat.example.org"),
            typed: None,
            tie: Tie::Own,
            paired_by: PairedBy::Block,
            line_distance: Some(1),
            location: Some((untrusted("deploy/prod.env"), position(1, 16))),
            alternatives: Vec::new(),
        }),
        other_hosts: Vec::new(),
        unpaired: false,
        parts: Vec::new(),
        reason: untrusted("key \"mattermost_token\""),
        locations: Vec::from([location("deploy/prod.env", 2, secret.expose())]),
        history: None,
        pre_existing: false,
        suppressed: None,
        verdict: Verdict::NotChecked,
        secret,
    }
}

/// One of each, with texts of a server.
pub fn verdicts(text: &dyn Fn(usize) -> Untrusted) -> [Verdict; 4] {
    let at = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    [
        Verdict::NotChecked,
        Verdict::Active(Live {
            at,
            owner: Some(Owner {
                username: text(0),
                is_bot: true,
                roles: Vec::from([text(1), text(2)]),
            }),
            token_id: Some(text(3)),
            severity: Severity::Critical,
        }),
        Verdict::Rejected { at },
        Verdict::Unknown(Unknown {
            reason: UnknownReason::Redirected,
            detail: text(4),
            at: Some(at),
        }),
    ]
}

pub fn unpaired(n: u128) -> Finding {
    let locations = Vec::from([location("bot/.env", 7, &token(n))]);
    let confidence = Confidence::Medium;
    Finding {
        host: None,
        unpaired: true,
        confidence,
        locations,
        ..finding(n)
    }
}

pub fn accepted(finding: Finding) -> Finding {
    let (source, reason) = (
        untrusted(".matterleaks.yml"),
        untrusted("test server, reset every night"),
    );
    Finding {
        suppressed: Some(Suppression {
            source,
            reason,
            overruled: false,
            by_change: false,
        }),
        ..finding
    }
}

/// A finding that is no news.
pub fn before(finding: Finding) -> Finding {
    Finding {
        pre_existing: true,
        ..finding
    }
}

pub fn skip() -> Skip {
    Skip {
        path: untrusted("secrets/key.pem"),
        object: None,
        reason: SkipReason::PermissionDenied,
        detail: untrusted("Permission denied (os error 13)"),
    }
}

/// A complete scan that found nothing.
pub fn report() -> Report {
    let rule = |id: &str, title: &str, help: &[&str]| RuleNote {
        id: id.into(),
        title: title.into(),
        company: "Mattermost".into(),
        product: "mattermost".into(),
        help: help.join("\n"),
    };
    Report {
        rules_sha256: "0123456789abcdef".repeat(4),
        rules: Vec::from([
            rule(
                "mattermost-access-token",
                "Mattermost personal access token",
                &[
                    "Disable the token: System Console, Users, Manage Tokens.",
                    "Make a new one.",
                ],
            ),
            rule(
                "mattermost-webhook",
                "Mattermost incoming webhook",
                &["Delete the webhook and make it again."],
            ),
        ]),
        sources: Vec::from([Source::Files(untrusted("."))]),
        started_at: UNIX_EPOCH + Duration::from_secs(1_700_000_000),
        duration: Duration::from_millis(120),
        coverage: Coverage {
            documents: 1204,
            bytes: 12_345_678,
            ..Coverage::default()
        },
        findings: Vec::new(),
        samples: 0,
        notes: Vec::new(),
        verified: false,
        plan: None,
    }
}

/// One report of each sort, with secrets in every place that a string can come from.
pub fn diverse() -> Vec<Report> {
    let nothing = report();
    let mut full = report();
    full.findings = Vec::from([
        finding(1),
        unpaired(2),
        accepted(finding(3)),
        accepted(unpaired(4)),
        before(finding(5)),
        before(unpaired(6)),
        accepted(before(finding(7))),
    ]);
    full.findings[0].host.iter_mut().for_each(|host| {
        host.alternatives = Vec::from([untrusted("https://other.example.org")]);
    });
    full.findings[0].other_hosts = Vec::from([other(untrusted("https://old.example.org"))]);
    full.samples = 2;
    full.notes = Vec::from([untrusted("no finding has the id 00ff")]);
    let mut skipped = report();
    skipped.coverage.skipped = REASONS
        .iter()
        .map(|&reason| Skip { reason, ..skip() })
        .chain([skip(), git::skip()])
        .collect();
    let mut many = report();
    many.findings = (0..1000).map(finding).collect();
    let mut kinds = report();
    kinds.findings = KINDS
        .iter()
        .zip(10..)
        .map(|(&kind, n)| Finding { kind, ..finding(n) })
        .collect();
    Vec::from([
        nothing,
        full,
        skipped,
        many,
        kinds,
        leaky(),
        git::everywhere(),
        Report {
            sources: Vec::from([Source::Stdin]),
            ..report()
        },
    ])
}

/// Secrets and attacks in every string.
pub fn leaky() -> Report {
    let secrets = [token(90), token(91)];
    let encoded = [
        secrets[0].clone(),
        data_encoding::BASE64.encode(format!("xy{}", secrets[1]).as_bytes()),
        data_encoding::HEXUPPER.encode(secrets[0].as_bytes()),
        secrets[1]
            .bytes()
            .map(|byte| format!("%{byte:02x}"))
            .collect(),
    ];
    let foul = |n: usize| {
        let name = hostile()[n % 8].clone();
        Untrusted::new(
            [
                &name[..],
                b"/",
                encoded[n % 4].as_bytes(),
                b"/",
                &name[..name.len().min(9)],
            ]
            .concat(),
        )
    };
    let mut report = report();
    report.sources = (0..8).map(|n| Source::Files(foul(n))).collect();
    report.sources.extend(git::sources(&foul));
    report.findings = (90..92).map(finding).collect();
    report.findings.push(accepted(unpaired(90)));
    report.findings.push(accepted(finding(91)));
    for (n, finding) in report.findings.iter_mut().enumerate() {
        finding.reason = foul(n);
        finding.other_hosts = Vec::from([foul(n + 1), foul(n + 2)].map(other));
        if let Some(host) = &mut finding.host {
            host.url = foul(n + 3);
            host.alternatives = (0..8).map(foul).collect();
            host.location = Some((foul(n + 4), position(3, 3)));
            host.paired_by = PairedBy::Sibling;
        }
        finding.parts = Vec::from([Part {
            name: "user_id".into(),
            value: Secret::new(&secrets[n % 2]),
            location: (foul(n + 5), position(4, 4)),
        }]);
        finding.history = (n == 0).then(|| git::history(Reachable::Ref, &foul));
        finding.locations = (0..2 * PLACES.len())
            .map(|at| Location {
                path: foul(at),
                position: position(at as u64 + 1, 1),
                place: PLACES[at % PLACES.len()],
                git: (at >= PLACES.len()).then(|| git::in_git(at, foul(at + 3))),
                snippet: Snippet {
                    before: foul(at + 1),
                    matched: untrusted(&encoded[at % 4]),
                    after: foul(at + 2),
                },
            })
            .collect();
        if let Some(suppressed) = &mut finding.suppressed {
            *suppressed = Suppression {
                source: foul(n),
                reason: foul(n + 1),
                overruled: false,
                by_change: false,
            };
        }
        finding.verdict = verdicts(&foul)[n % 4].clone();
    }
    report.coverage.skipped = (0..8)
        .map(|n| Skip {
            path: foul(n),
            detail: foul(n + 1),
            object: (n % 2 == 0).then(|| git::id(n)),
            ..skip()
        })
        .collect();
    report.notes = (0..8).map(foul).collect();
    let plan = report
        .findings
        .iter()
        .enumerate()
        .map(|(n, finding)| Planned {
            id: finding.id.clone(),
            step: match n % 2 {
                0 => Ok(foul(n)),
                _ => Err(Unknown {
                    detail: foul(n),
                    ..Unknown::untried(UnknownReason::BlockedByPolicy, "")
                }),
            },
        });
    report.plan = Some(plan.collect());
    report
}
