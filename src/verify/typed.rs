//! A credential that somebody typed, with its server: a finding like any other, but for its places.

use crate::detect;
use crate::finding::{
    Confidence, CredentialId, Finding, Host, PairedBy, Part, Position, Secret, Untrusted, Verdict,
};
use crate::rule::{Product, Rules, UnknownRule};

use super::Base;

/// Why something that was typed cannot be asked about.
#[derive(Debug, thiserror::Error)]
pub enum TypedError {
    /// No rule has this name.
    #[error(transparent)]
    Rule(#[from] UnknownRule),
    /// The rule wants more than a secret and a server.
    #[error("{rule} needs `{part}` as well: --part {part}=VALUE")]
    Part {
        /// The rule.
        rule: String,
        /// What is missing.
        part: String,
    },
    /// No rule has a part of this name.
    #[error("{rule} has no part `{part}`")]
    NoPart {
        /// The rule.
        rule: String,
        /// What was typed.
        part: String,
    },
}

/// The finding that a rule would make of a secret, a server and parts.
pub fn finding(
    rules: &Rules,
    rule: &str,
    base: &Base,
    secret: Secret,
    parts: &[(String, Secret)],
) -> Result<Finding, TypedError> {
    let (product, page) = rules.page(rule)?;
    let wanted = |name: &str| page.parts.iter().any(|part| part.name == name);
    if let Some((odd, _)) = parts.iter().find(|(name, _)| !wanted(name)) {
        return Err(TypedError::NoPart {
            rule: page.id.clone(),
            part: odd.clone(),
        });
    }
    let missing = page
        .parts
        .iter()
        .find(|part| parts.iter().all(|(name, _)| *name != part.name));
    if let Some(missing) = missing {
        return Err(TypedError::Part {
            rule: page.id.clone(),
            part: missing.name.clone(),
        });
    }
    let host = Host::new(base.as_str(), PairedBy::Server);
    let nowhere = || (Untrusted::default(), Position::default());
    let parts = parts.iter().map(|(name, value)| Part {
        name: name.clone(),
        value: value.clone(),
        location: nowhere(),
    });
    Ok(Finding {
        id: CredentialId::of(&product.file.product, &secret),
        rule_id: page.id.clone(),
        kind: page.kind,
        confidence: Confidence::High,
        severity: page.severity,
        minted: is_minted(product, &secret),
        host: Some(host),
        other_hosts: Vec::new(),
        unpaired: false,
        parts: parts.collect(),
        reason: Untrusted::default(),
        locations: Vec::new(),
        history: None,
        pre_existing: false,
        suppressed: None,
        verdict: Verdict::NotChecked,
        secret,
    })
}

/// Whether a server can have made a value.
fn is_minted(product: &Product, secret: &Secret) -> bool {
    let value = secret.expose().as_bytes();
    product.file.secrets.iter().any(|shape| {
        let whole = shape.pattern.find(value) == Some(0..value.len());
        let core = value.get(shape.prefix..).unwrap_or_default();
        whole && shape.proof.is_some_and(|proof| detect::proves(proof, core))
    })
}
