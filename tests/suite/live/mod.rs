//! Live checks, against servers that the tests start: for every case the verdict, and what was not sent.

/// Base URLs that are wrong.
mod base;
/// The command line: flags, exit codes, interrupts, plans.
mod command;
/// Which servers are asked without being named by the user.
mod consent;
/// From files to servers.
mod files;
/// What was asked and gave no answer is never fine.
mod fine;
/// Flags, and what is wrong usage.
mod flags;
/// Servers that mean harm or are broken.
mod hostile;
/// Every server gets its own credentials and no others.
mod isolation;
/// Every answer that a server can give.
mod matrix;
/// A server's own certificate.
mod pin;
/// Which servers may be contacted.
mod policy;
/// Proxies of the environment.
mod proxy;
/// What servers say, and what of it is shown.
mod quoted;
/// Earlier reports, brought up to date.
mod recheck;
/// One scan over many servers.
mod report;
/// Which servers are contacted at all, and by which address.
mod safety;
/// Files, a scan of them, and what its report says.
pub mod scene;
/// A server on loopback.
pub mod server;
/// Interrupts, time that is over, slow servers.
mod stop;
/// Certificates.
pub mod tls;
/// Certificates by the command line.
mod trust;
/// Oddities of HTTP.
mod wire;

use std::time::Duration;

use matterleaks::finding::{Finding, PairedBy, Secret};
use matterleaks::rule::Rules;
use matterleaks::verify::{self, Base, Bounds, Checked, Options, Policy};

/// Options under which servers on loopback are asked, quickly.
fn options() -> Options {
    Options {
        policy: Policy {
            allow_private: true,
            ..Policy::default()
        },
        bounds: Bounds {
            connect: Duration::from_millis(1500),
            total: Duration::from_millis(1500),
            interval: Duration::from_millis(5),
            ..Bounds::default()
        },
        ..Options::default()
    }
}

/// A credential of a kind with its server.
fn finding(rule: &str, url: &str, token: &str) -> Finding {
    let rules = Rules::load(&[]).expect("rules");
    let base = Base::read(url).unwrap_or_else(|| panic!("{url}"));
    let secret = Secret::new(token);
    let mut finding = verify::typed(&rules, rule, &base, secret, &[]).expect("a finding");
    // As if a document had named the server: nobody has typed it.
    if let Some(host) = &mut finding.host {
        host.paired_by = PairedBy::Block;
    }
    finding
}

/// Asks about some, and gives them back in the same order.
fn ask(findings: &[Finding], options: &Options) -> (Vec<Finding>, Checked) {
    let rules = Rules::load(&[]).expect("rules");
    let mut asked = findings.to_vec();
    let checked =
        verify::verify(&rules, &mut asked, options, std::future::pending()).expect("checks");
    let of = |finding: &Finding| {
        let same = |other: &&Finding| {
            let hosts = (
                other.host.as_ref().map(|h| &h.url),
                finding.host.as_ref().map(|h| &h.url),
            );
            other.id == finding.id && hosts.0 == hosts.1
        };
        asked.iter().find(same).expect("it was asked").clone()
    };
    (findings.iter().map(of).collect(), checked)
}

/// Asks about one access token.
fn ask_one(url: &str, token: &str, options: &Options) -> Finding {
    let (mut asked, _) = ask(&[finding("mattermost-access-token", url, token)], options);
    asked.remove(0)
}

/// `active`, `rejected`, or the reason why nothing is known.
fn said(finding: &Finding) -> &'static str {
    match finding.verdict.unknown() {
        Some(unknown) => unknown.reason.name(),
        None => finding.verdict.status().name(),
    }
}
