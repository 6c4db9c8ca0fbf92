//! Whatever stands in a page, it is text.

use super::super::{Unpaired, example};
use super::*;
use crate::redact::Redactor;

fn page(report: &crate::finding::Report) -> String {
    let record = Record::of(report, &Redactor::of(report, false), Unpaired::Report);
    let mut out = Vec::new();
    write(&record, &mut out).expect("written");
    String::from_utf8(out).expect("text")
}

#[test]
fn text_is_never_markup() {
    assert_eq!(
        escape("<img src=x onerror='a'>\"&"),
        "&lt;img src=x onerror=&#39;a&#39;&gt;&quot;&amp;"
    );
    assert_eq!(escape("a\u{202e}b\u{1b}[0m"), "a[U+202E]b[U+001B][0m");
}

#[test]
fn every_element_is_closed_and_nothing_is_loaded() {
    let mut report = example::leaky();
    report.findings.push(example::finding(1));
    let page = page(&report);
    let body = page
        .split("<script>")
        .next()
        .expect("a page")
        .replace(STYLE, "");
    for name in [
        "article", "dl", "ul", "ol", "details", "main", "header", "form", "select", "pre", "code",
        "div",
    ] {
        let opened =
            body.matches(&format!("<{name}>")).count() + body.matches(&format!("<{name} ")).count();
        assert_eq!(
            opened,
            body.matches(&format!("</{name}>")).count(),
            "{name}"
        );
    }
    assert!(!body.contains("src=") || !body.contains("<img"));
    for part in [
        "http-equiv=\"refresh",
        "javascript:",
        "url(",
        "@import",
        "<iframe",
        "<link",
    ] {
        assert!(!page.contains(part), "{part}");
    }
    // The one link leads to a place in the page.
    assert_eq!(
        page.matches("href=").count(),
        page.matches("href=\"#main\"").count()
    );
    assert_eq!(page.matches("<article").count(), report.findings.len());
}
