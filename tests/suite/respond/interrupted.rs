//! A command that is cut off at any step, run again: what is there in the end is what would have been there at once.

use super::Scene;
use super::world::{Fault, World};

/// What is in a world, without times and ids: members, posts, files, archived or not.
fn seen(world: &World) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for channel in &world.channels {
        let posts = world
            .posts
            .iter()
            .filter(|post| post.channel == channel.id && post.kind.is_empty());
        let posts: Vec<String> = posts
            .map(|post| format!("{} {}", post.message, post.files.len()))
            .collect();
        all.push(format!(
            "{} {} {} {posts:?}",
            channel.name,
            channel.members.len(),
            channel.delete_at > 0
        ));
    }
    let alive = |token: &super::world::Token| format!("{} {}", token.id, token.is_active);
    all.extend(world.tokens.iter().map(alive));
    all
}

/// Runs a command with every fault at every step, and again without.
#[track_caller]
fn every_step(scene: &Scene, args: &[&str]) {
    let world = scene.server.world().clone();
    let report = scene.dir.read("report.json");
    let reset = |faults: Vec<Fault>| {
        let mut now = scene.server.world();
        *now = world.clone();
        (now.faults, now.asked) = (faults, 0);
        scene.dir.file("report.json", &report);
    };
    reset(Vec::new());
    scene.respond(args).code(0);
    let (steps, wanted) = {
        let now = scene.server.world();
        (now.asked, seen(&now))
    };
    assert!(steps > 1, "{args:?}");
    for step in 0..steps {
        for fault in [Fault::CutBefore(step), Fault::CutAfter(step)] {
            reset(vec![fault.clone()]);
            let output = scene.respond(args).code(2);
            let said = output.errors();
            assert!(
                said.contains("cannot ") && said.contains("run it again"),
                "{fault:?} {said}"
            );
            scene.server.world().faults.clear();
            scene.respond(args).code(0);
            assert_eq!(seen(&scene.server.world()), wanted, "{args:?} {fault:?}");
        }
        // Who is asked to wait a little does so.
        reset(vec![Fault::TooOften(step, Some(0))]);
        scene.respond(args).code(0);
        assert_eq!(
            seen(&scene.server.world()),
            wanted,
            "{args:?} 429 at {step}"
        );
    }
    // Longer than is bearable, twice, or without a word about how long.
    for faults in [
        vec![Fault::TooOften(1, Some(3_600))],
        vec![Fault::TooOften(1, None)],
        vec![Fault::TooOften(1, Some(0)), Fault::TooOften(2, Some(0))],
    ] {
        reset(faults);
        scene
            .respond(args)
            .code(2)
            .complains("the server wants to be asked less often; wait, and run it again");
    }
    reset(Vec::new());
    scene.assert_kept();
}

#[test]
fn a_message() {
    let scene = Scene::new(40);
    every_step(&scene, &["message", "--channel", "alerts", "report.json"]);
    every_step(&scene, &["message", "--to", "ann", "report.json"]);
}

#[test]
fn a_file() {
    every_step(
        &Scene::new(41),
        &["file", "--channel", "alerts", "report.json"],
    );
}

#[test]
fn an_incident_from_its_opening_to_its_end() {
    let scene = Scene::new(42);
    scene.with_history("Ann <ann@example.org>");
    let id = scene.id();
    every_step(&scene, &["open", &id, "report.json", "--invite", "bob"]);
    scene
        .respond(&["open", &id, "report.json", "--invite", "bob"])
        .code(0);
    scene.verdict("rejected");
    scene.dir.file("bot.env", "");
    scene.edit(|finding| finding["history"] = serde_json::Value::Null);
    every_step(&scene, &["sync", "report.json"]);
    every_step(&scene, &["close", &id]);
}

/// What is cut off may be the check that follows; nothing is known of it then, and it is made again.
#[test]
fn disabling_and_revoking() {
    let scene = Scene::new(43);
    let (short, admin) = (scene.short(), scene.server.admin.clone());
    let world = scene.server.world().clone();
    for act in ["disable", "revoke"] {
        let run = || {
            scene.respond_as(
                &admin,
                &[act, &short, "report.json", "--yes", "--user", "root"],
            )
        };
        let reset = |faults| {
            let mut now = scene.server.world();
            *now = world.clone();
            (now.faults, now.asked) = (faults, 0);
        };
        reset(Vec::new());
        run().code(0);
        let (steps, wanted) = {
            let now = scene.server.world();
            (now.asked, seen(&now))
        };
        for step in 0..steps {
            // A check waits before it asks again, so not every cut is tried with both.
            let fault = match act {
                "disable" => Fault::CutBefore(step),
                _ => Fault::CutAfter(step),
            };
            reset(vec![fault]);
            // The check before goes on without the token's id if it learns the owner.
            let output = run();
            assert!(
                output.code_is(2) || output.text().contains("REJECTED"),
                "{output}"
            );
            scene.server.world().faults.clear();
            run().code(0).says("REJECTED");
            assert_eq!(seen(&scene.server.world()), wanted, "{act} cut at {step}");
        }
    }
    scene.assert_kept();
}

#[test]
fn news_at_the_end_of_a_scan() {
    let scene = Scene::new(44);
    let url = scene.server.url();
    let run = || {
        let to = ["--notify-channel", "alerts", "--notify-server", &url];
        let command = scene.dir.scan(["bot.env"]).args(to);
        let token = scene.server.bot.clone();
        let command = command.with(|inner| {
            inner.env("MATTERLEAKS_TOKEN", token);
        });
        command.run().code(1)
    };
    let world = scene.server.world().clone();
    let reset = |faults| {
        let mut now = scene.server.world();
        *now = world.clone();
        (now.faults, now.asked) = (faults, 0);
    };
    run();
    let (steps, wanted) = {
        let now = scene.server.world();
        (now.asked, seen(&now))
    };
    for step in 0..steps {
        for fault in [Fault::CutBefore(step), Fault::CutAfter(step)] {
            reset(vec![fault]);
            run().complains("cannot tell ~alerts");
            scene.server.world().faults.clear();
            run();
            run().quietly();
            assert_eq!(seen(&scene.server.world()), wanted, "cut at {step}");
        }
    }
}

/// Two who run the same at the same time post once: the server takes a pending id once.
#[test]
fn two_at_once() {
    let scene = Scene::new(45);
    let id = scene.id();
    for args in [
        &["message", "--channel", "alerts", "report.json"][..],
        &["file", "--channel", "board", "report.json"],
        &["open", &id, "report.json"],
    ] {
        {
            let mut world = scene.server.world();
            let bot = world.users[0].id.clone();
            for channel in &mut world.channels {
                channel.members.insert(bot.clone());
            }
        }
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| drop(scene.respond(args).code(0)));
            }
        });
    }
    let world = scene.server.world();
    let counts = ["alerts", "board", &scene.channel()].map(|name| world.said(name).len());
    assert_eq!(counts, [1, 1, 1]);
}
