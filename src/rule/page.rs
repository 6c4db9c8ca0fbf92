//! A rule's page, as `rules show` prints it: what people should know about one kind of credential.

use std::fmt::Write;

use super::{Page, Product};

/// The page as text.
pub fn show(product: &Product, page: &Page) -> String {
    let about = &product.file.about;
    let mut out = String::new();
    let yes = |b: bool| if b { "True" } else { "False" };
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{}\n\nDescription\n\nGeneral\n", page.title);
    let _ = writeln!(out, "- Documentation: {}", page.documentation);
    let _ = writeln!(out, "- Summary: {}", page.summary);
    let _ = writeln!(out, "- IPs allowlist: {}", about.ips_allowlist);
    let _ = writeln!(out, "- Scopes: {}", page.scopes);
    let _ = writeln!(out, "\nRevoke the secret\n\n{}", page.revoke);
    let _ = writeln!(out, "\nCheck for suspicious activity\n\n{}", page.inspect);
    let _ = writeln!(out, "\nWhat to do, in this order\n");
    for (number, step) in page.remediation.iter().enumerate() {
        let _ = writeln!(out, "{}. {step}", number + 1);
    }
    let _ = writeln!(out, "\nDetails for {}\n", page.title);
    let _ = writeln!(
        out,
        "Rule: {}\nKind: {}\nSeverity: {}",
        page.id,
        page.kind.name(),
        page.severity.name()
    );
    let _ = writeln!(
        out,
        "Family: {}\nCategory: {}\nCompany: {}",
        about.family, about.category, about.company
    );
    let _ = writeln!(out, "High recall: {}", yes(about.high_recall));
    let _ = writeln!(
        out,
        "Validity check available: {}",
        yes(page.validity_check)
    );
    let _ = writeln!(out, "On-premise instances exist: {}", yes(about.on_premise));
    let _ = writeln!(
        out,
        "Only valid secrets raise an alert: {}",
        yes(page.only_valid)
    );
    let _ = writeln!(out, "Minimum number of matches: {}", page.minimum_matches);
    let _ = writeln!(out, "Prefixed: {}", yes(about.prefixed));
    let _ = writeln!(
        out,
        "PreValidators:\n- type: ContentWhitelistPreValidator\n  patterns:"
    );
    for keyword in &product.file.keywords {
        let _ = writeln!(out, "  - {keyword}");
    }
    let _ = writeln!(out, "\nExamples\n");
    for example in &page.examples {
        let mut lines = example.text.trim_end().lines();
        let _ = writeln!(out, "- text: {}", lines.next().unwrap_or_default());
        for line in lines {
            let _ = writeln!(out, "        {line}");
        }
        if let Some(host) = &example.host {
            let _ = writeln!(out, "  host: {host}");
        }
        for (name, value) in &example.parts {
            let _ = writeln!(out, "  {name}: {value}");
        }
        let _ = writeln!(out, "  token: {}", example.token);
    }
    out
}
