//! Who would be asked what: decided for every finding before anything is sent, and the same for a plan.

use super::base::Base;
use super::client::{Dress, Prepared};
use crate::finding::{Finding, PairedBy, Secret, Unknown, UnknownReason};
use crate::rule::live::{Check, Consent, Probe, Request};
use crate::rule::{Page, Product, Rules, Shape};

/// A credential, and the question that its server is asked.
pub struct Question<'r> {
    /// Which finding.
    pub finding: usize,
    /// Its product, by position.
    pub product: usize,
    /// The server.
    pub base: Base,
    /// How its product's servers are told from others.
    pub probe: &'r Probe,
    /// The name of the check.
    pub name: &'r str,
    /// The check.
    pub check: &'r Check,
    /// The form of the secret.
    pub shape: &'r Shape,
    secret: Secret,
    parts: Vec<(String, Secret)>,
}

impl<'r> Question<'r> {
    /// What to ask about a finding, or why nothing.
    pub fn new(
        rules: &'r Rules,
        number: usize,
        finding: &Finding,
        consent: &[Consent],
        several_servers: bool,
    ) -> Result<Question<'r>, Unknown> {
        let not_checkable = |why: &str| Err(Unknown::untried(UnknownReason::NotCheckable, why));
        let Some((product, rule, page)) = page(rules, finding) else {
            return not_checkable("no rule describes it");
        };
        let Some((name, check)) = check(rule, page) else {
            return not_checkable("there is no harmless way to check this kind");
        };
        // A value that no server made is a sample, or somebody else's; its place is no reason to send it.
        let shape = rule.file.secrets.iter().find(|shape| {
            let value = finding.secret.expose().as_bytes();
            shape.pattern.find(value) == Some(0..value.len())
        });
        let Some(shape) = shape.filter(|shape| shape.proof.is_none() || finding.minted) else {
            return not_checkable("no server can have made it as it is written, so it is not sent");
        };
        let Some(host) = &finding.host else {
            let (reason, why) = match several_servers {
                true => (
                    UnknownReason::AmbiguousHost,
                    "several servers were named, and none is written beside it",
                ),
                false => (
                    UnknownReason::NoHost,
                    "no server is written beside it; --server names one",
                ),
            };
            return Err(Unknown::untried(reason, why));
        };
        match check.consent {
            Some(Consent::Webhooks) if !consent.contains(&Consent::Webhooks) => {
                return not_checkable(
                    "a webhook can only be posted to; --verify-webhooks does that, and nothing appears",
                );
            }
            _ => {}
        }
        let Some(base) = Base::parse(&host.url) else {
            return not_checkable("its server's URL is none that can be contacted");
        };
        let Some(probe) = rule.file.live.probes.get(&check.probe) else {
            return not_checkable("its check has no probe");
        };
        Ok(Question {
            finding: number,
            product,
            base,
            probe,
            name,
            check,
            shape,
            secret: finding.secret.clone(),
            parts: finding
                .parts
                .iter()
                .map(|part| (part.name.clone(), part.value.clone()))
                .collect(),
        })
    }

    /// The request with the secret in its place, or with `instead`.
    pub fn prepare(
        &self,
        request: &Request,
        base: &Base,
        instead: Option<&str>,
    ) -> Option<Prepared> {
        let fill = |text: &str, dress: Dress| {
            let mut filled = text.replace(
                "{secret}",
                &dressed(instead.unwrap_or(self.secret.expose()), dress),
            );
            for (name, value) in &self.parts {
                filled = filled.replace(&format!("{{{name}}}"), &dressed(value.expose(), dress));
            }
            filled
        };
        let path = fill(request.path(), Dress::Path);
        // A part that is `..` would lead to another path.
        let dots = path.split('/').any(|segment| matches!(segment, "." | ".."));
        let url = base.url(&path).filter(|_| !dots)?;
        Prepared::new(request, url, &fill)
    }

    /// Whether a text is, or holds, what must not be shown.
    pub fn holds(&self, text: &str) -> bool {
        let parts = self.parts.iter().map(|(_, value)| value);
        std::iter::once(&self.secret)
            .chain(parts)
            .any(|secret| text.contains(secret.expose()))
    }

    /// What would be asked, with the secret's place left open.
    pub fn request_line(&self) -> String {
        let request = &self.check.request;
        format!(
            "{} {}{}",
            request.method(),
            self.base.as_str(),
            request.path()
        )
    }
}

/// The rule and the page of a finding.
fn page<'r>(rules: &'r Rules, finding: &Finding) -> Option<(usize, &'r Product, &'r Page)> {
    let mut products = rules.products.iter().enumerate();
    products.find_map(|(number, product)| {
        let page = product
            .file
            .kinds
            .iter()
            .find(|page| page.id == finding.rule_id)?;
        Some((number, product, page))
    })
}

fn check<'r>(product: &'r Product, page: &'r Page) -> Option<(&'r str, &'r Check)> {
    let (name, check) = product
        .file
        .live
        .checks
        .get_key_value(page.check.as_ref()?)?;
    Some((name, check))
}

/// A value as it must be written where it stands.
fn dressed(value: &str, dress: Dress) -> String {
    match dress {
        Dress::Plain => value.to_owned(),
        Dress::Json => {
            let quoted = serde_json::Value::from(value).to_string();
            let inside = quoted
                .strip_prefix('"')
                .and_then(|text| text.strip_suffix('"'));
            inside.unwrap_or_default().to_owned()
        }
        Dress::Path => value
            .bytes()
            .map(|byte| match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                    char::from(byte).to_string()
                }
                byte => format!("%{byte:02X}"),
            })
            .collect(),
    }
}

/// Why a server is not asked whose URL holds a secret.
pub fn hidden() -> Unknown {
    let detail = "a secret stands in the server's name or path";
    Unknown::untried(UnknownReason::BlockedByPolicy, detail)
}

/// Why a server is the one that would be asked, in words.
pub fn why(paired_by: PairedBy) -> &'static str {
    match paired_by {
        PairedBy::Url => "the server is part of the same URL",
        PairedBy::Block => "the server stands in the same block",
        PairedBy::Distance => "the server is the nearest in the same document",
        PairedBy::Sibling => "the server stands in a file beside it",
        PairedBy::Server => "you named the server",
    }
}
