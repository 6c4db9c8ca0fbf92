//! `respond file`: reports that are uploaded, and what stays here.

use super::Scene;
use crate::triage::FORMATS;
use crate::util::token;

#[test]
fn a_file_is_uploaded_once() {
    let scene = Scene::new(8);
    let args = ["file", "--channel", "alerts", "report.json"];
    scene
        .respond(&args)
        .code(0)
        .quietly()
        .says("uploaded report.json to ~alerts");
    scene.respond(&args).code(0).says("~alerts has it already");
    let world = scene.server.world();
    assert_eq!((world.files.len(), world.said("alerts").len()), (1, 1));
    let (id, name, content) = &world.files[0];
    assert_eq!(
        (name.as_str(), content),
        ("report.json", &scene.dir.read("report.json"))
    );
    assert_eq!(world.said("alerts")[0].files, std::slice::from_ref(id));
    drop(world);
    scene.assert_kept();
}

#[test]
fn a_file_that_is_too_large_or_holds_a_secret_stays_here() {
    let scene = Scene::new(9);
    scene.server.world().max_file = 100;
    let args = ["file", "--to", "ann", "report.json"];
    scene
        .respond(&args)
        .code(2)
        .complains("and the server takes 100");
    scene
        .dir
        .scan([
            "--format",
            "json",
            "--show-secrets",
            "--output",
            "full.json",
        ])
        .run();
    scene
        .dir
        .scan(["--format", "sarif", "--output", "full.sarif"])
        .run();
    let sarif = scene.dir.read("full.sarif");
    scene
        .dir
        .file("full.sarif", format!("{sarif}\n{}", scene.leak));
    for format in ["gitlab", "codeclimate", "markdown", "html", "jsonl", "csv"] {
        scene
            .dir
            .scan(["--show-secrets", "--format", format, "--output", format])
            .run();
    }
    let files = [
        "full.json",
        "full.sarif",
        "bot.env",
        "gitlab",
        "codeclimate",
        "markdown",
        "html",
        "jsonl",
        "csv",
    ];
    // Some formats never show one.
    for file in files
        .into_iter()
        .filter(|file| scene.dir.read(file).contains(&scene.leak))
    {
        let wide: Vec<u8> = format!("\u{feff}{}", scene.dir.read(file))
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        scene.dir.file("wide", wide);
        scene
            .respond(&["file", "--to", "ann", "wide"])
            .code(2)
            .complains("holds a secret in full");
        scene
            .respond(&["file", "--to", "ann", file])
            .code(2)
            .complains("holds a secret in full");
    }
    scene.dir.file("report.gz", [0x1f, 0x8b, 8, 0, 1, 2]);
    scene
        .respond(&["file", "--to", "ann", "report.gz"])
        .code(2)
        .complains("neither UTF-8 nor UTF-16 text");
    // What is told of such a report is masked all the same.
    scene
        .respond(&["message", "--to", "ann", "full.json"])
        .code(0);
    scene.assert_kept();
}

#[test]
fn a_report_of_any_format_may_be_uploaded() {
    let scene = Scene::new(10);
    scene.with_history("Ann Example <ann@example.org>");
    scene.edit(|finding| {
        let note = serde_json::json!({"post": token(55_100), "author": "ann", "at": "2026-11-27T10:00:00Z", "text": "x"});
        finding["incident"] = serde_json::json!({"channel": "incident-1", "state": "open", "notes": [note]});
    });
    for format in FORMATS {
        let output = format!("report.{format}");
        scene
            .dir
            .program([
                "report",
                "report.json",
                "--format",
                format,
                "--output",
                &output,
            ])
            .run()
            .code(0);
        scene
            .respond(&["file", "--channel", "alerts", &output])
            .code(0)
            .says(&format!("uploaded {output}"));
    }
    assert_eq!(scene.server.world().files.len(), FORMATS.len());
    scene.assert_kept();
}
