//! Commits, files and tags for `git fast-import`: hundreds of them in one run of git.

/// What is to be imported.
pub struct Stream {
    pub text: Vec<u8>,
    seconds: u64,
}

/// Who writes if nobody else is named.
const ANN: &str = "Ann <ann@example.org>";

impl Stream {
    pub fn new() -> Stream {
        Stream {
            text: Vec::new(),
            seconds: 1_600_000_000,
        }
    }

    /// Any command.
    pub fn say(&mut self, line: impl AsRef<[u8]>) -> &mut Stream {
        self.text.extend_from_slice(line.as_ref());
        self.text.push(b'\n');
        self
    }

    fn data(&mut self, content: impl AsRef<[u8]>) -> &mut Stream {
        let content = content.as_ref();
        self.say(format!("data {}", content.len())).say(content)
    }

    /// Begins a commit, a minute after the one before. Its files follow. `parents` are marks or ids; without
    /// one it stands on the last commit of its ref.
    pub fn commit(&mut self, mark: &str, name: &str, parents: &[&str]) -> &mut Stream {
        self.commit_of(mark, name, (ANN, ANN), "Change", parents)
    }

    /// The same, by an author and a committer, with a message.
    pub fn commit_of(
        &mut self,
        mark: &str,
        name: &str,
        (author, committer): (&str, &str),
        message: &str,
        parents: &[&str],
    ) -> &mut Stream {
        self.seconds += 60;
        let time = format!("{} +0000", self.seconds);
        self.say(format!("commit {name}"))
            .say(format!("mark {mark}"))
            .say(format!("author {author} {time}"))
            .say(format!("committer {committer} {time}"))
            .data(message);
        for (n, parent) in parents.iter().enumerate() {
            let word = if n == 0 { "from" } else { "merge" };
            self.say(format!("{word} {parent}"));
        }
        self
    }

    /// A file of the last commit.
    pub fn file(&mut self, path: impl AsRef<[u8]>, content: impl AsRef<[u8]>) -> &mut Stream {
        self.entry("100644", path.as_ref(), content.as_ref())
    }

    /// A symbolic link of the last commit.
    pub fn link(&mut self, path: &str, target: &str) -> &mut Stream {
        self.entry("120000", path.as_bytes(), target.as_bytes())
    }

    fn entry(&mut self, mode: &str, path: &[u8], content: &[u8]) -> &mut Stream {
        self.say(format!("M {mode} inline {}", quoted(path)))
            .data(content)
    }

    /// Takes a path out of the last commit.
    pub fn delete(&mut self, path: impl AsRef<[u8]>) -> &mut Stream {
        self.say(format!("D {}", quoted(path.as_ref())))
    }

    /// A note on a commit.
    pub fn note(&mut self, on: &str, content: &str) -> &mut Stream {
        self.say(format!("N inline {on}")).data(content)
    }

    /// A ref without a commit of its own.
    pub fn point(&mut self, name: &str, to: &str) -> &mut Stream {
        self.say(format!("reset {name}"))
            .say(format!("from {to}\n"))
    }

    /// An annotated tag.
    pub fn tag(&mut self, name: &str, on: &str, tagger: &str, message: &str) -> &mut Stream {
        let seconds = self.seconds;
        self.say(format!("tag {name}"))
            .say(format!("from {on}"))
            .say(format!("tagger {tagger} {seconds} +0000"))
            .data(message)
    }

    /// Content that nothing names.
    pub fn blob(&mut self, content: impl AsRef<[u8]>) -> &mut Stream {
        self.say("blob").data(content)
    }
}

/// A path that may hold anything.
fn quoted(path: &[u8]) -> String {
    let byte = |byte: &u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'/' | b'-' | b'_' | b'=' => {
            char::from(*byte).to_string()
        }
        byte => format!("\\{byte:03o}"),
    };
    let text: String = path.iter().map(byte).collect();
    format!("\"{text}\"")
}
