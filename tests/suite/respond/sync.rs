//! Open incidents, brought up to date in both directions.

use serde_json::{Value, json};

use super::Scene;
use crate::util::{assert_valid, token};

#[test]
fn what_changed_is_told_once() {
    let scene = Scene::new(27);
    scene.with_history("Ann <ann@example.org>");
    let name = scene.channel();
    scene
        .respond(&["sync", "report.json"])
        .code(0)
        .says("no incident is open");
    scene.respond(&["open", &scene.id(), "report.json"]).code(0);
    let said = || -> Vec<String> {
        let world = scene.server.world();
        world
            .said(&name)
            .iter()
            .map(|post| post.message.clone())
            .collect()
    };
    let sync = |wanted: &str| {
        scene
            .respond(&["sync", "report.json"])
            .code(0)
            .says(&format!("{name}: {wanted}"))
    };
    sync("nothing new to tell");
    scene.verdict("rejected");
    scene
        .respond(&["sync", "--dry-run", "report.json"])
        .code(0)
        .says("would post")
        .says("rejected: its server refuses it");
    assert_eq!(said().len(), 1);
    sync("told what changed");
    sync("nothing new to tell");
    assert!(said()[1].contains("- **Live** rejected"), "{:?}", said());
    // Moved by a line it is no other place.
    scene.edit(|finding| {
        let mut place = finding["locations"][0].clone();
        finding["locations"][0]["line"] = 9.into();
        place["path"] = "copy/`@all`.env".into();
        finding["locations"]
            .as_array_mut()
            .expect("places")
            .push(place);
        finding["history"]["at_head"] = false.into();
    });
    sync("told what changed");
    assert!(
        said()[2].contains("- **New place** `copy/'@all'.env:2`")
            && said()[2].contains("- **Now** not at HEAD")
    );
    assert!(!said()[2].contains("bot.env"), "{}", said()[2]);
    // It comes back: that is news again, though the words are those of before.
    scene.verdict("active");
    sync("told what changed");
    scene.verdict("rejected");
    sync("told what changed");
    assert_eq!(said().len(), 5);
    // A report without checks knows nothing, and that is no news.
    scene.verdict("not_checked");
    sync("nothing new to tell");
    scene.edit(|finding| finding["history"] = Value::Null);
    sync("nothing new to tell");
    // Another report has nothing to say of it.
    scene.edit(|finding| finding["id"] = crate::util::id(&token(52_000)).into());
    sync("not in this report");
    scene.assert_kept();
}

/// Who scans from another folder, or edits a file, makes no new places.
#[test]
fn a_place_is_known_again() {
    let scene = Scene::new(32);
    scene.dir.file("a/.env", "");
    scene.edit(|finding| finding["locations"][0]["path"] = "./bot.env".into());
    scene.respond(&["open", &scene.id(), "report.json"]).code(0);
    scene.edit(|finding| {
        finding["locations"][0]["path"] = "bot.env".into();
        finding["locations"][0]["line"] = 7.into();
    });
    scene
        .respond(&["sync", "report.json"])
        .code(0)
        .says("nothing new to tell");
    // With so many that they are only counted.
    scene.edit(|finding| {
        let one = finding["locations"][0].clone();
        let places = (0..900).map(|n| {
            let mut place = one.clone();
            place["path"] = format!("copy/{n}.env").into();
            place
        });
        finding["locations"] = places.collect();
    });
    scene
        .respond(&["sync", "report.json"])
        .code(0)
        .says("told what changed");
    scene
        .respond(&["sync", "report.json"])
        .code(0)
        .says("nothing new to tell");
    let world = scene.server.world();
    assert!(
        world.said(&scene.channel())[1]
            .message
            .contains("- **Places** 900, before 1")
    );
}

#[test]
fn what_people_write_comes_back() {
    let scene = Scene::new(28);
    let name = scene.channel();
    scene.respond(&["open", &scene.id(), "report.json"]).code(0);
    let pasted = token(52_001);
    {
        let mut world = scene.server.world();
        let (channel, ann, bot) = (
            world.find(&name).id.clone(),
            world.users[2].id.clone(),
            world.users[0].id.clone(),
        );
        world.write(
            &channel,
            &ann,
            "I have rotated it.\n**done** \u{1b}[31m",
            "",
        );
        world.write(&channel, &ann, &format!("the old one was {pasted}"), "");
        world.write(&channel, &ann, "joined", "system_join_channel");
        world.write(&channel, &bot, "a person at the bot's keyboard", "");
        // Whoever forges our mark is not us.
        let forged = world.write(&channel, &ann, "told already", "");
        let post = world
            .posts
            .iter_mut()
            .find(|post| post.id == forged)
            .expect("a post");
        post.props = json!({"matterleaks": {"key": "x", "finding": scene.id(), "state": {"verdict": "rejected"}}});
    }
    scene
        .respond(&["sync", "--direction", "to-channel", "report.json"])
        .code(0)
        .lacks("read");
    assert_eq!(scene.report()["findings"][0].get("incident"), None);
    let args = ["sync", "--direction", "from-channel", "report.json"];
    scene.respond(&args).code(0).says("4 new messages read");
    scene.respond(&args).code(0).lacks("read");
    let report = scene.report();
    assert_valid(&report);
    let incident = &report["findings"][0]["incident"];
    assert_eq!(
        (incident["channel"].as_str(), incident["state"].as_str()),
        (Some(name.as_str()), Some("open"))
    );
    let notes = incident["notes"].as_array().expect("notes");
    let texts: Vec<&str> = notes
        .iter()
        .filter_map(|note| note["text"].as_str())
        .collect();
    assert_eq!(texts[0], "I have rotated it.\n**done** \u{1b}[31m");
    assert_eq!(texts[1], format!("the old one was {}…", &pasted[..4]));
    assert_eq!(
        (notes[0]["author"].as_str(), notes[2]["author"].as_str()),
        (Some("ann"), Some("mlbot"))
    );
    // Into another file the first stays as it is; every other format can still be made of it.
    let mut world = scene.server.world();
    let (channel, bob) = (world.find(&name).id.clone(), world.users[3].id.clone());
    for n in 0..480 {
        world.write(
            &channel,
            &bob,
            &format!("note {n} {}", "x".repeat(5_000)),
            "",
        );
    }
    drop(world);
    let before = scene.dir.read("report.json");
    scene
        .respond(&["sync", "--output", "new.json", "report.json"])
        .code(0)
        .says("480 new messages read");
    assert_eq!(scene.dir.read("report.json"), before);
    let new: Value = serde_json::from_str(&scene.dir.read("new.json")).expect("a report");
    assert_valid(&new);
    let notes = new["findings"][0]["incident"]["notes"]
        .as_array()
        .expect("notes")
        .clone();
    assert_eq!(notes.len(), 484);
    assert!(
        notes
            .iter()
            .all(|note| note["text"].as_str().expect("text").chars().count() <= 4_000)
    );
    scene
        .dir
        .program(["report", "new.json", "--format", "html"])
        .run()
        .code(0);
    // Posts are asked for page by page.
    let pages = scene.server.heard().matches("page=2&per_page=200").count();
    assert!(pages > 0);
}

#[test]
fn an_incident_closes_itself_when_all_is_over() {
    let scene = Scene::new(29);
    let name = scene.channel();
    scene.respond(&["open", &scene.id(), "report.json"]).code(0);
    let sync = || {
        scene
            .respond(&["sync", "--autoclose", "report.json"])
            .code(0)
            .text()
    };
    let archived = || scene.server.world().find(&name).delete_at > 0;
    // Live, and there.
    assert!(!sync().contains("closed") && !archived());
    scene.verdict("rejected");
    assert!(sync().contains("is rejected and stays open: a file on disk holds it") && !archived());
    // Gone, and nobody has asked the server.
    scene.dir.file("bot.env", "# it comes from the vault now\n");
    scene.verdict("unknown");
    assert!(!sync().contains("closed") && !archived());
    scene.verdict("rejected");
    let said = sync();
    assert!(
        said.contains(&format!("{name}: closed")) && archived(),
        "{said}"
    );
    assert_eq!(scene.report()["findings"][0]["incident"]["state"], "closed");
    assert!(sync().contains("no incident is open"));
    // Closed by hand, the report learns of it, too.
    let other = Scene::new(31);
    other.respond(&["open", &other.id(), "report.json"]).code(0);
    other.respond(&["sync", "report.json"]).code(0);
    assert_eq!(other.report()["findings"][0]["incident"]["state"], "open");
    other.respond(&["close", &other.id()]).code(0);
    other.respond(&["sync", "report.json"]).code(0);
    assert_eq!(other.report()["findings"][0]["incident"]["state"], "closed");
}

#[test]
fn what_a_branch_still_holds_is_not_over() {
    let scene = Scene::new(30);
    let git = |args: &[&str]| {
        let settings = [
            "-c",
            "user.name=Ann",
            "-c",
            "user.email=ann@example.org",
            "-c",
            "init.defaultBranch=main",
        ];
        scene
            .dir
            .command("git")
            .args(settings)
            .args(args)
            .run()
            .code(0);
    };
    git(&["init", "-q"]);
    git(&["add", "bot.env"]);
    git(&["commit", "-q", "-m", "Add the bot"]);
    // A report names the first version of a file that holds it, and the branch has another one.
    let edited = scene.dir.read("bot.env") + "# the bot of the release channel\n";
    scene.dir.file("bot.env", edited);
    git(&["commit", "-q", "-a", "-m", "Say what it is for"]);
    git(&["branch", "old"]);
    git(&["rm", "-q", "bot.env"]);
    git(&["commit", "-q", "-m", "Remove the token"]);
    scene.scan(&["--history"]);
    scene.verdict("rejected");
    let name = scene.channel();
    scene
        .respond(&["open", &scene.id(), "report.json"])
        .code(0)
        .says("@ann is there");
    let sync = || {
        scene
            .respond(&["sync", "--autoclose", "report.json"])
            .code(0)
            .text()
    };
    let said = sync();
    assert!(said.contains("stays open: a ref's tip"), "{said}");
    git(&["tag", "-a", "-m", "x", "v1", "old"]);
    git(&["branch", "-q", "-D", "old"]);
    let said = sync();
    assert!(said.contains("stays open: a ref's tip"), "{said}");
    git(&["tag", "-d", "v1"]);
    let said = sync();
    assert!(said.contains(&format!("{name}: closed")), "{said}");
}

/// Two findings whose ids begin alike: the channel says which one it is about.
#[test]
fn a_finding_is_known_by_its_whole_id() {
    let scene = Scene::new(112);
    scene.respond(&["open", &scene.id(), "report.json"]).code(0);
    let mut report = scene.report();
    let mut other = report["findings"][0].clone();
    other["id"] = format!("{}{}", scene.short(), "0".repeat(52)).into();
    other["verdict"]["status"] = "rejected".into();
    let findings = report["findings"].as_array_mut().expect("findings");
    findings.insert(0, other);
    scene.dir.file("report.json", report.to_string());
    scene
        .respond(&["sync", "report.json"])
        .code(0)
        .says("nothing new to tell");
    let report = scene.report();
    assert_eq!(report["findings"][0].get("incident"), None);
    assert_eq!(report["findings"][1]["incident"]["state"], "open");
}

/// What others write into a report stays, and a report of which nothing changed is not written.
#[test]
fn what_others_wrote_stays() {
    let scene = Scene::new(113);
    scene.respond(&["open", &scene.id(), "report.json"]).code(0);
    let mut report = scene.report();
    report["ours"] = json!({"z": 1, "a": [2]});
    report["findings"][0]["note"] = "of another program".into();
    scene.dir.file("report.json", report.to_string());
    scene.respond(&["sync", "report.json"]).code(0);
    let mut after = scene.report();
    let finding = after["findings"][0].as_object_mut().expect("a finding");
    assert!(finding.remove("incident").is_some());
    assert_eq!(after, report);
    let compact = scene.report().to_string();
    scene.dir.file("report.json", &compact);
    scene.respond(&["sync", "report.json"]).code(0);
    assert_eq!(scene.dir.read("report.json"), compact);
    scene
        .respond(&[
            "sync",
            "--autoclose",
            "--direction",
            "from-channel",
            "report.json",
        ])
        .code(2)
        .complains("--autoclose changes channels");
}

/// Who was cut off when the channel was made and nothing was said yet.
#[test]
fn a_channel_of_ours_without_a_word_gets_its_first() {
    let scene = Scene::new(115);
    let name = scene.channel();
    {
        let mut world = scene.server.world();
        let (team, bot) = (world.teams[0].0.clone(), world.users[0].id.clone());
        world.channel(&team, &name, "O", &[&bot]);
    }
    scene
        .respond(&["sync", "report.json"])
        .code(0)
        .says("told what changed");
    assert_eq!(scene.server.world().said(&name).len(), 1);
}
