//! Incidents: opened and closed.

use serde_json::json;

use super::Scene;

#[test]
fn an_incident_is_opened_once() {
    let scene = Scene::new(20);
    scene.with_history("Ann Example <ann@example.org>");
    let (id, name) = (scene.id(), scene.channel());
    let args = ["open", &id[..8], "report.json", "--invite", "bob"];
    let said = scene.respond(&args).code(0).quietly().text();
    let wanted = format!(
        "{name} opened\nposted the finding\n@bob is there\n@root is there\n@ann is there\n"
    );
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&said), sorted(&wanted));
    let posts = {
        let world = scene.server.world();
        let channel = world.find(&name);
        let inside: Vec<&str> = (world.users.iter())
            .filter(|user| channel.members.contains(&user.id))
            .map(|user| user.name.as_str())
            .collect();
        assert_eq!(
            (channel.kind, inside),
            ("O", vec!["mlbot", "root", "ann", "bob"])
        );
        // The finding comes before anybody does.
        let first = world
            .posts
            .iter()
            .find(|post| post.channel == channel.id && post.kind != "system_join_channel");
        assert!(
            first.is_some_and(|post| post.message.contains("CRITICAL Mattermost personal token"))
        );
        world.posts.len()
    };
    let said = scene.respond(&args).code(0).text();
    assert!(
        said.contains("is open") && !said.contains("posted"),
        "{said}"
    );
    assert_eq!(scene.server.world().posts.len(), posts);
    scene.assert_kept();
}

#[test]
fn who_cannot_come_is_named() {
    let scene = Scene::new(21);
    scene.with_history("Eve <eve@example.org>");
    scene.edit(|finding| {
        let again = |author: &str| json!({"commit": "a".repeat(40), "author": author, "date": "2026-11-22T10:00:00Z", "subject": "x"});
        let authors = ["Gone <gone@example.org>", "X <../../users/me>", "mlbot <mlbot@example.org>", "nobody"];
        let commits = authors.map(again);
        finding["history"]["introduced"].as_array_mut().expect("commits").extend(commits);
        finding["verdict"]["owner"]["username"] = "ann".into();
    });
    let said = scene
        .respond(&["open", &scene.id(), "report.json"])
        .code(0)
        .text();
    for line in [
        "@ann is there",
        "eve@example.org was not invited: that user is not in the team",
        "gone@example.org was not invited: not known to the server",
        "mlbot@example.org was not invited: a bot",
    ] {
        assert!(said.contains(line), "{said}\nit lacks {line}");
    }
    // The owner is a user of the leaked token's server: of another server than ours it may be anybody.
    let other = Scene::new(22);
    other.edit(|finding| finding["host"]["url"] = "https://chat.example.org".into());
    other
        .respond(&["open", &other.id(), "report.json"])
        .code(0)
        .lacks("@root");
    // Who was named must be there, before anything is made.
    let none = Scene::new(23);
    let failed = none
        .respond(&[
            "open",
            &none.id(),
            "report.json",
            "--invite",
            "nobody@example.org",
        ])
        .code(2);
    failed.complains("cannot find the user nobody@example.org");
    assert!(
        none.server
            .world()
            .channels
            .iter()
            .all(|channel| !channel.name.starts_with("incident"))
    );
    none.respond(&["open", &none.id(), "report.json", "--invite", "eve"])
        .code(2)
        .complains("add the user to the team first");
}

#[test]
fn private_channels_and_closed_ones() {
    let scene = Scene::new(24);
    let (id, name) = (scene.id(), scene.channel());
    let open = |more: &[&str]| scene.respond(&[&["open", &id, "report.json"], more].concat());
    open(&["--private"]).code(0);
    assert_eq!(scene.server.world().find(&name).kind, "P");
    scene
        .respond(&["close", &id[..12]])
        .code(0)
        .says("closed: its channel is archived");
    scene
        .respond(&["close", &name])
        .code(0)
        .says("was closed already");
    open(&["--private"])
        .code(2)
        .complains("--reopen restores it");
    open(&["--private", "--reopen"]).code(0).says("is open");
    // Private, and we were thrown out of it.
    let bot = scene.server.world().users[0].id.clone();
    let mut world = scene.server.world();
    let channel = world
        .channels
        .iter_mut()
        .find(|channel| channel.name == name);
    channel.expect("a channel").members.remove(&bot);
    drop(world);
    open(&["--private"])
        .code(2)
        .complains("its channel is private, and the token's user is not in it");
    scene
        .respond(&["close", &id])
        .code(2)
        .complains("it has no channel in the team, or it is private");
    // A public one does not become private.
    let public = Scene::new(25);
    public
        .respond(&["open", &public.id(), "report.json"])
        .code(0);
    public
        .respond(&["open", &public.id(), "report.json", "--private"])
        .code(2)
        .complains("there and public");
    public
        .server
        .world()
        .withheld
        .insert("delete_public_channel");
    public
        .respond(&["close", &public.id()[..8], "report.json"])
        .code(2)
        .complains("the token's user lacks the right");
    public
        .respond(&["close", &public.id()[..8]])
        .code(2)
        .complains("at least 12 digits");
}

#[test]
fn a_channel_that_is_another_findings_is_left_alone() {
    let scene = Scene::new(26);
    scene.respond(&["open", &scene.id(), "report.json"]).code(0);
    scene.edit(|finding| {
        let id = finding["id"].as_str().expect("an id")[..12].to_owned() + &"0".repeat(52);
        finding["id"] = id.into();
    });
    let id = scene.report()["findings"][0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    scene
        .respond(&["open", &id, "report.json"])
        .code(2)
        .complains("is that of another finding");
}

/// Anybody can make a channel of an incident's name.
#[test]
fn a_channel_that_another_user_made_is_left_alone() {
    let scene = Scene::new(110);
    let (id, name) = (scene.id(), scene.channel());
    {
        let mut world = scene.server.world();
        let (team, bot, ann) = (
            world.teams[0].0.clone(),
            world.users[0].id.clone(),
            world.users[2].id.clone(),
        );
        world.channel(&team, &name, "O", &[&ann, &bot]);
    }
    let posts = scene.server.world().posts.len();
    scene
        .respond(&["sync", "report.json"])
        .code(0)
        .says(&format!("{name}: not opened by this user"));
    for args in [&["open", &id, "report.json"][..], &["close", &id]] {
        scene
            .respond(args)
            .code(2)
            .complains("its channel was made by another user")
            .complains("--adopt");
    }
    assert_eq!(scene.server.world().posts.len(), posts);
    scene
        .respond(&["open", &id, "report.json", "--adopt"])
        .code(0)
        .says("posted the finding");
    // Now it is ours.
    scene
        .respond(&["sync", "report.json"])
        .code(0)
        .says("nothing new to tell");
    scene.respond(&["close", &id]).code(0).says("closed");
}

#[test]
fn guests_come_only_by_name() {
    let scene = Scene::new(111);
    scene.with_history("Ann <ann@example.org>");
    scene.server.world().users[2].roles = "system_guest".into();
    let open = |more: &[&str]| {
        let id = scene.id();
        scene.respond(&[&["open", &id, "report.json"], more].concat())
    };
    open(&[])
        .code(0)
        .says("ann@example.org was not invited: a guest")
        .lacks("@ann is there");
    open(&["--invite", "ann"]).code(0).says("@ann is there");
}
