//! Every rule's own examples, and what is said of one that does not hold.

use matterleaks::scan::{self, Checked};

use super::{MATTERMOST, embedded, parse};

fn check(text: &str) -> Checked {
    scan::check(&parse(text)).unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn the_embedded_examples_hold() {
    let rules = embedded();
    let checked = scan::check(&rules).expect("a check");
    let said: Vec<String> = checked.complaints.iter().map(ToString::to_string).collect();
    assert_eq!(said, [""; 0]);
    let count = |of: &dyn Fn(&matterleaks::rule::Page) -> usize| {
        rules.pages().map(|(_, page)| of(page)).sum::<usize>()
    };
    assert_eq!(checked.examples, count(&|page| page.examples.len()));
    assert_eq!(checked.negatives, count(&|page| page.negatives.len()));
}

/// One change of the first page makes one complaint, at the line of the example.
#[test]
fn what_does_not_hold_is_pointed_at() {
    let known = check(MATTERMOST).complaints.len();
    for (from, to, item, says) in [
        (
            "        host: http://oatcouture.tw:8065\n",
            "        host: http://oatcouture.tw\n",
            "text: |\n          def mmsend",
            "its host is `http://oatcouture.tw:8065`, not `http://oatcouture.tw`",
        ),
        (
            "        host: http://oatcouture.tw:8065\n",
            "",
            "text: |\n          def mmsend",
            "its host is `http://oatcouture.tw:8065`, not none",
        ),
        (
            "        token: 9kih4c69v7bcpbgf174usrlgie",
            "        token: 8kih4c69v7bcpbgf174usrlgie",
            "text: |\n          def mmsend",
            "8kih… (26) is not found",
        ),
        (
            "          personal_token: b957",
            "          channel_id: b957",
            "text: |\n          service: mattermost",
            "b957… (26) is not found",
        ),
        (
            "          MATTERMOST_TOKEN=6ndnat433jftmfo1y841hkkhmr",
            "          MATTERMOST_WEBHOOK_KEY=6ndnat433jftmfo1y841hkkhmr",
            "text: |\n          MATTERMOST_URL=https://chat.example.org\n          MATTERMOST_WEBHOOK_KEY",
            "6ndn… (26) is found as `mattermost-incoming-webhook`",
        ),
        (
            "          MATTERMOST_CHANNEL_ID=fcij",
            "          MATTERMOST_CHANNEL_TOKEN=fcij",
            "text: |\n          MATTERMOST_URL=https://chat.example.org\n          MATTERMOST_CHANNEL_TOKEN",
            "fcij… (26) is found as `mattermost-access-token`, but: ids have the shape of a token",
        ),
        (
            "          service: mattermost\n",
            "          service: mattermost\n          password: 6ndnat433jftmfo1y841hkkhmr\n",
            "text: |\n          service: mattermost",
            "6ndn… (26) is found as `mattermost-access-token`",
        ),
    ] {
        assert!(MATTERMOST.contains(from), "{from}");
        let text = MATTERMOST.replacen(from, to, 1);
        let complaints = check(&text).complaints;
        assert_eq!(complaints.len(), known + 1, "{to}: {complaints:?}");
        let complaint = complaints[0].to_string();
        let before = &text[..text.find(item).unwrap_or_else(|| panic!("{item}"))];
        let line = before.matches('\n').count() + 1;
        let place = format!("changed.yml:{line}:9: mattermost-access-token: ");
        assert!(
            complaint.starts_with(&place) && complaint.ends_with(says),
            "{place}{says}: {complaint}"
        );
    }
}

#[test]
fn a_published_sample_is_no_example() {
    let token = "6ndnat433jftmfo1y841hkkhmr";
    let sha256 = matterleaks::finding::Secret::new(token).sha256();
    let from = "\nsamples:\n";
    let text = MATTERMOST.replacen(
        from,
        &format!("{from}  - {{sha256: {sha256}, source: a test}}\n"),
        1,
    );
    let complaints = check(&text).complaints;
    let about = |c: &&scan::Complaint| c.message.ends_with("6ndn… (26) is a published sample");
    assert_eq!(complaints.iter().filter(about).count(), 2);
}

/// Parts are compared by name and value.
#[test]
fn parts_are_part_of_an_example() {
    let rocket = include_str!("../../../fixtures/rocketchat/rocketchat.yml");
    for (from, to) in [
        ("        parts: {user_id: hZRMHvDpuH7gMdbPr}\n", ""),
        (
            "parts: {user_id: hZRMHvDpuH7gMdbPr}",
            "parts: {user_id: hZRMHvDpuH7gMdbPs}",
        ),
    ] {
        let complaints = check(&super::replaced(rocket, from, to)).complaints;
        assert_eq!(complaints.len(), 1);
        assert!(
            complaints[0]
                .message
                .contains("its parts are [user_id hZRM… (17)], not ["),
            "{}",
            complaints[0]
        );
    }
}
