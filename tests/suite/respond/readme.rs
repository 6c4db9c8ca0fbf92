//! Every command that the README shows under "Respond" does what it says, in this order.

use super::Scene;

const README: &str = include_str!("../../../README.md");

#[test]
fn every_command_of_the_readme_runs() {
    let scene = Scene::new(90);
    scene.dir.file("admin.token", &scene.server.admin);
    let (_, section) = README.split_once("\n## Respond\n").expect("the section");
    let section = section.split("\n## ").next().expect("its text");
    let (url, short) = (scene.server.url(), scene.short());
    let commands = section
        .lines()
        .filter_map(|line| line.strip_prefix("matterleaks "));
    let mut ran = Vec::new();
    for command in commands {
        let command = command
            .replace("https://chat.example.org", &url)
            .replace("40efc535579e", &short)
            .replace("--user ann", "--user root")
            .replace("kcubqq7pgi8ybkn3ozyp337rpa", &scene.token_id);
        let mut args: Vec<&str> = command.split(' ').collect();
        if matches!(args[..2], ["respond", "disable" | "revoke"]) {
            // Nobody sits there to be asked.
            args.push("--yes");
        }
        let token = scene.server.bot.clone();
        let output = scene
            .dir
            .program(&args)
            .with(|inner| {
                inner.env("MATTERLEAKS_TOKEN", token);
            })
            .run();
        let wanted = if args[0] == "scan" { 1 } else { 0 };
        assert!(output.code_is(wanted), "{command}\n{output}");
        ran.push(args[..2].join(" "));
    }
    for command in [
        "test", "message", "file", "open", "sync", "close", "disable", "revoke",
    ] {
        assert!(
            ran.contains(&format!("respond {command}")),
            "{command} is not shown"
        );
    }
    let world = scene.server.world();
    assert!(world.tokens.iter().all(|token| token.id != scene.token_id));
    assert!(world.find(&scene.channel()).delete_at > 0);
    assert_eq!((world.files.len(), world.said("alerts").len()), (1, 2));
    drop(world);
    scene.assert_kept();
}
