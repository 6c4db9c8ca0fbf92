//! What every key outside of `contexts` and `hosts` changes.

use matterleaks::finding::{Confidence, Secret};
use matterleaks::rule::Rules;

use super::{changed, embedded, found, found_at, kind, minted, parse, replaced};

/// A token beside its host.
fn pair(secret: &str) -> String {
    format!("MATTERMOST_URL=https://chat.example.org\nMATTERMOST_TOKEN={secret}\n")
}

/// Whether the token of a text is found, before and after a change of the rules.
fn seen(rules: &Rules, text: &str) -> (bool, bool) {
    (
        !found(&embedded(), text).is_empty(),
        !found(rules, text).is_empty(),
    )
}

#[test]
fn keywords() {
    let text = format!(
        "zebra_url=https://chat.example.org\nzebra_token={}\n",
        minted("keyword")
    );
    // A value that proves itself needs no keyword, one that cannot does.
    let unproven = replaced(
        super::MATTERMOST,
        "    proof: zbase32_uuid4\n    min_distinct: 11          #",
        "    min_distinct: 11 #",
    );
    let without = parse(&unproven);
    let with = parse(&replaced(
        &unproven,
        "\n  - mattermost\n",
        "\n  - mattermost\n  - zebra\n",
    ));
    let seen = |text: &str| [&embedded(), &without, &with].map(|rules| found(rules, text).len());
    assert_eq!(seen(&text), [1, 0, 1]);
    assert_eq!(seen(&text.replace("zebra", "ZEBRA")), [1, 0, 1]);
    let path = |rules: &Rules| {
        found_at(rules, "a/Zebra.env", &text.replace("zebra", "x"))
            .findings
            .len()
    };
    assert_eq!((path(&without), path(&with)), (0, 1));
}

#[test]
fn pattern() {
    let text = pair(&minted("pattern").to_uppercase());
    let rules = parse(&replaced(
        &replaced(super::MATTERMOST, "'[a-z0-9]{26}'", "'[A-Z0-9]{26}'"),
        "    proof: zbase32_uuid4\n    min_distinct: 11          #",
        "    min_distinct: 11 #",
    ));
    assert_eq!(seen(&rules, &text), (false, true));
    assert_eq!(seen(&rules, &pair(&minted("pattern"))), (true, false));
}

/// Without `proof` every value of the right form counts as made by a server.
#[test]
fn proof() {
    let scrambled = format!("0{}", &minted("proof")[1..]);
    let rules = changed(
        "    proof: zbase32_uuid4\n    min_distinct: 11          #",
        "    min_distinct: 11 #",
    );
    let said = |rules: &Rules| {
        let finding = found(rules, &pair(&scrambled)).remove(0);
        (finding.minted, finding.confidence)
    };
    assert_eq!(said(&embedded()), (false, Confidence::Low));
    assert_eq!(said(&rules), (true, Confidence::High));
}

/// What proves itself opens a document, if it has as many digits.
#[test]
fn gate() {
    let text = format!(
        "x_token={}\nx_url=https://chat.example.org\n",
        minted("gate")
    );
    let rules = changed("gate: {min_digits: 1}", "gate: {min_digits: 27}");
    assert_eq!(seen(&rules, &text), (true, false));
    assert_eq!(seen(&rules, &pair(&minted("gate"))), (true, true));
}

#[test]
fn prefix() {
    let text = pair(&format!("k{}", minted("prefix")));
    assert_eq!(seen(&changed("    prefix: 1\n", ""), &text), (true, false));
}

#[test]
fn min_distinct() {
    let rules = changed("    min_distinct: 11          #", "    min_distinct: 27 #");
    assert_eq!(seen(&rules, &pair(&minted("distinct"))), (true, false));
}

#[test]
fn min_digits() {
    let text = pair("0mattermqstabcwjhgkplbnv9r");
    assert_eq!(
        seen(&changed("{min_digits: 2}", "{min_digits: 3}"), &text),
        (true, false)
    );
}

#[test]
fn placeholders() {
    let secret = minted("placeholder");
    let from = "\nplaceholders:\n";
    let rules = changed(from, &format!("{from}  - '^{}'\n", &secret[..6]));
    assert_eq!(seen(&rules, &pair(&secret)), (true, false));
}

/// A published value is counted and not found.
#[test]
fn samples() {
    let secret = minted("sample");
    let sha256 = Secret::new(&secret).sha256();
    let from = "\nsamples:\n";
    let rules = changed(
        from,
        &format!("{from}  - {{sha256: {sha256}, source: a test}}\n"),
    );
    let said = |rules: &Rules| {
        let found = found_at(rules, "", &pair(&secret));
        (found.findings.len(), found.samples)
    };
    assert_eq!(said(&embedded()), (1, 0));
    assert_eq!(said(&rules), (0, 1));
}

/// The word must stand near what no server made.
#[test]
fn word() {
    let scrambled = format!("0{}", &minted("word")[1..]);
    let text = pair(&scrambled);
    assert_eq!(
        seen(&changed("\nword: '(?i)mattermost'", "\nword: zebra"), &text),
        (true, false)
    );
    let other = text.replace("MATTERMOST", "MM") + "# zebra\n";
    assert_eq!(
        seen(
            &changed("\nword: '(?i)mattermost'", "\nword: zebra"),
            &other
        ),
        (false, true)
    );
    assert_eq!(
        seen(&changed("\nword: '(?i)mattermost'\n", "\n"), &text),
        (true, false)
    );
}

#[test]
fn foreign() {
    let scrambled = format!("0{}", &minted("foreign")[1..]);
    let text = format!(
        "# mattermost\n{}",
        pair(&scrambled).replace("MATTERMOST", "ZEBRA")
    );
    assert_eq!(
        seen(&changed("\nforeign: '", "\nforeign: 'zebra|"), &text),
        (true, false)
    );
}

/// The columns of a dump that does not name them.
#[test]
fn tables() {
    let (secret, text) = (
        minted("tables"),
        "INSERT INTO mattermost.Zebras VALUES (1, 'SECRET', 2);\n",
    );
    let text = text.replace("SECRET", &secret);
    let from = "\ntables:\n";
    let rules = |columns: &str| changed(from, &format!("{from}  zebras: [{columns}]\n"));
    assert_eq!(kind(&embedded(), &text, &secret), None);
    assert_eq!(
        kind(&rules("id, token, x"), &text, &secret),
        Some("access_token")
    );
    assert_eq!(kind(&rules("token, id, x"), &text, &secret), None);
}

/// A page's key, in the embedded rules, as something else.
fn page(id: &str, from: &str, to: &str) -> Rules {
    let text = super::MATTERMOST;
    let (before, after) = text.split_at(text.find(&format!("id: {id}\n")).expect(id));
    assert!(after.contains(from), "{from}");
    parse(&[before, &after.replacen(from, to, 1)].concat())
}

const ACCESS: &str = "mattermost-access-token";

#[test]
fn severity() {
    for (severity, said) in [("critical", "critical"), ("low", "low"), ("info", "info")] {
        let rules = page(ACCESS, "severity: high", &format!("severity: {severity}"));
        let findings = found(&rules, &pair(&minted("severity")));
        assert_eq!(findings[0].severity.name(), said);
    }
}

/// 1: the secret alone. 2: with its host, or it is unpaired. 3 and more: the parts too.
#[test]
fn minimum_matches() {
    let secret = minted("matches");
    let lonely = format!("MATTERMOST_TOKEN={secret}\n");
    let parts = |minimum: usize| {
        let part = "parts: [{name: user, pattern: '[a-z]{5}', key: '_user$'}, {name: team, pattern: '[a-z]{5}', key: '_team$'}]";
        let keys = format!("{part}\n    minimum_matches: {minimum}");
        page(ACCESS, "minimum_matches: 2", &keys)
    };
    let unpaired = |rules: &Rules, text: &str| {
        let findings = found(rules, text);
        findings
            .first()
            .map(|finding| (finding.unpaired, finding.parts.len()))
    };
    let one = page(ACCESS, "minimum_matches: 2", "minimum_matches: 1");
    assert_eq!(unpaired(&one, &lonely), Some((false, 0)));
    assert_eq!(unpaired(&embedded(), &lonely), Some((true, 0)));
    assert_eq!(unpaired(&embedded(), &pair(&secret)), Some((false, 0)));
    let user = pair(&secret) + "MATTERMOST_USER=horst\n";
    let team = user.clone() + "MATTERMOST_TEAM=lions\n";
    for (minimum, alone, with_user, with_both) in [
        (2, Some((false, 0)), Some((false, 1)), Some((false, 2))),
        (3, None, Some((false, 1)), Some((false, 2))),
        (4, None, None, Some((false, 2))),
    ] {
        let rules = parts(minimum);
        assert_eq!(unpaired(&rules, &pair(&secret)), alone, "{minimum}");
        assert_eq!(unpaired(&rules, &user), with_user, "{minimum}");
        assert_eq!(unpaired(&rules, &team), with_both, "{minimum}");
    }
}

#[test]
fn what_reports_say_of_a_rule() {
    let rules = page(ACCESS, "title: Mattermost personal token", "title: PAT");
    let notes = rules.notes();
    let note = notes.iter().find(|note| note.id == ACCESS).expect("a note");
    assert_eq!(note.title, "PAT");
    assert_eq!(note.help.lines().count(), 7);
    let rules = page(
        ACCESS,
        "remediation:\n",
        "remediation:\n      - Pull the plug.\n",
    );
    let note = &rules.notes()[0];
    assert_eq!(
        (note.help.lines().count(), note.help.lines().next()),
        (8, Some("Pull the plug."))
    );
    let rules = page(ACCESS, &format!("id: {ACCESS}"), "id: zebra");
    assert_eq!(found(&rules, &pair(&minted("id")))[0].rule_id, "zebra");
}

#[test]
fn the_product_is_part_of_every_id() {
    let rules = changed("\nproduct: mattermost\n", "\nproduct: zebra\n");
    let text = pair(&minted("product"));
    assert_ne!(found(&rules, &text)[0].id, found(&embedded(), &text)[0].id);
    assert_ne!(rules.sha256(), embedded().sha256());
}
