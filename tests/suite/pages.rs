//! Completions and manual pages: those that packages take are those that the program prints.

use std::fs;
use std::path::PathBuf;

use crate::util::Dir;

/// Every page of `packages`, and the command that prints it.
fn pages() -> Vec<(PathBuf, Vec<String>)> {
    let packages = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("packages");
    let shells = [
        ("bash", "matterleaks.bash"),
        ("zsh", "_matterleaks"),
        ("fish", "matterleaks.fish"),
        ("powershell", "_matterleaks.ps1"),
        ("elvish", "matterleaks.elv"),
    ];
    let completions = shells.map(|(shell, file)| {
        (
            packages.join("completions").join(file),
            vec!["completions".into(), shell.into()],
        )
    });
    let mut pages = completions.to_vec();
    let mut names = vec![String::new()];
    while let Some(name) = names.pop() {
        let mut args = vec!["man".to_owned()];
        args.extend((!name.is_empty()).then(|| name.clone()));
        let dash = if name.is_empty() { "" } else { "-" };
        let file = format!("matterleaks{dash}{name}.1");
        let text = Dir::new().program(&args).run().code(0).text();
        let below = text
            .lines()
            .filter_map(|line| line.strip_prefix("matterleaks\\-")?.strip_suffix("(1)"));
        names.extend(below.map(|below| below.replace('\\', "")));
        pages.push((packages.join("man").join(file), args));
    }
    pages
}

/// With `UPDATE_PAGES=1` they are written anew.
#[test]
fn what_packages_take_is_what_is_printed() {
    let update = std::env::var_os("UPDATE_PAGES").is_some();
    let pages = pages();
    assert!(pages.len() > 15, "{pages:?}");
    for (path, args) in &pages {
        let printed = Dir::new().program(args).run().code(0).quietly().text();
        if update {
            fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
            fs::write(path, &printed).expect("written");
        }
        let there = fs::read_to_string(path).unwrap_or_default();
        let how = "UPDATE_PAGES=1 cargo test --test suite pages:: writes them anew";
        assert!(
            there == printed,
            "{} is not what {args:?} prints; {how}",
            path.display()
        );
    }
    // And nothing else lies there.
    let folders: std::collections::BTreeSet<_> =
        pages.iter().filter_map(|(path, _)| path.parent()).collect();
    let files = folders
        .iter()
        .flat_map(|folder| fs::read_dir(folder).expect("a folder"));
    assert_eq!(files.count(), pages.len());
}

#[test]
fn a_page_that_is_not_there_is_said() {
    let dir = Dir::new();
    dir.program(["man", "nope"])
        .run()
        .code(2)
        .complains("there are: scan, verify");
    dir.program(["man", "baseline-nope"])
        .run()
        .code(2)
        .complains("create");
    dir.program(["completions", "csh"])
        .run()
        .code(2)
        .complains("bash");
}
