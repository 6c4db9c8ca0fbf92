//! What the parts of a rule file must say of themselves and of each other, beyond being of the right type.

use super::live::{Live, Request, places};
use super::schema::{Context, Page, RuleFile, Shape};
use super::yaml::{Step, at};

/// Something that does not fit, and the way to it in the file.
#[derive(Debug)]
pub struct Fault {
    /// Where.
    pub way: Vec<Step>,
    /// What is wrong.
    pub message: String,
}

impl Fault {
    /// A fault at the end of a way.
    pub fn new(way: Vec<Step>, message: impl Into<String>) -> Fault {
        Fault {
            way,
            message: message.into(),
        }
    }

    /// The same seen from further out.
    fn below(mut self, above: Vec<Step>) -> Fault {
        self.way.splice(0..0, above);
        self
    }
}

/// Fails unless something holds.
fn require<M: Into<String>>(
    holds: bool,
    way: Vec<Step>,
    message: impl FnOnce() -> M,
) -> Result<(), Fault> {
    if holds {
        Ok(())
    } else {
        Err(Fault::new(way, message()))
    }
}

/// Whether a name can be typed anywhere: lower-case letters, digits and hyphens.
fn is_id(id: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    !id.is_empty() && id.bytes().all(plain)
}

/// The first thing that is wrong with a file.
pub fn check(file: &RuleFile) -> Result<(), Fault> {
    require(file.version == 1, at!["version"], || {
        format!(
            "version {} is not known; this program reads 1",
            file.version
        )
    })?;
    require(
        is_id(&file.product),
        at!["product"],
        || "a product's name is of lower-case letters, digits and hyphens",
    )?;
    for (name, empty) in [
        ("keywords", file.keywords.is_empty()),
        ("secrets", file.secrets.is_empty()),
        ("contexts", file.contexts.is_empty()),
        ("kinds", file.kinds.is_empty()),
    ] {
        require(!empty, at![name], || format!("`{name}` must not be empty"))?;
    }
    for (i, word) in file.keywords.iter().enumerate() {
        require(word.len() >= 3, at!["keywords", i], || {
            format!("keyword `{word}` is too short: it would fit every document")
        })?;
    }
    for (i, secret) in file.secrets.iter().enumerate() {
        shape(secret).map_err(|fault| fault.below(at!["secrets", i]))?;
        let twice = file.secrets[..i].iter().any(|s| s.name == secret.name);
        require(!twice, at!["secrets", i, "name"], || {
            format!("two secrets are called `{}`", secret.name)
        })?;
    }
    for (i, sample) in file.samples.iter().enumerate() {
        let hex = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
        let sha256 = &sample.sha256;
        require(
            sha256.len() == 64 && sha256.bytes().all(hex),
            at!["samples", i, "sha256"],
            || "`sha256` takes 64 lower-case hex digits",
        )?;
    }
    for (scheme, means) in &file.hosts.schemes {
        let web = matches!(means.as_str(), "https" | "http");
        require(
            web,
            at!["hosts", "schemes", scheme.as_str()],
            || "a scheme means `https` or `http`",
        )?;
    }
    let plain = |name: &str| {
        let mut bytes = name.bytes();
        bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    for (table, columns) in &file.tables {
        let odd = columns.iter().position(|column| !plain(column));
        let way = match odd {
            Some(i) => at!["tables", table.as_str(), i],
            None => at!["tables", table.as_str()],
        };
        require(
            plain(table) && odd.is_none(),
            way,
            || "tables and columns are compared in lower case and without underscores: write them so",
        )?;
    }
    for (i, row) in file.contexts.iter().enumerate() {
        context(row, file).map_err(|fault| fault.below(at!["contexts", i]))?;
    }
    live(&file.live).map_err(|fault| fault.below(at!["live"]))?;
    for (i, one) in file.kinds.iter().enumerate() {
        check_of(one, &file.live).map_err(|fault| fault.below(at!["kinds", i, "check"]))?;
        page(one).map_err(|fault| fault.below(at!["kinds", i]))?;
        for other in &file.kinds[..i] {
            require(other.id != one.id, at!["kinds", i, "id"], || {
                format!("two pages have the id `{}`", one.id)
            })?;
            require(other.kind != one.kind, at!["kinds", i, "kind"], || {
                let kind = one.kind.name();
                format!("kind `{kind}` has a page already, `{}`", other.id)
            })?;
        }
    }
    Ok(())
}

fn shape(shape: &Shape) -> Result<(), Fault> {
    require(
        shape.pattern.least() >= 8,
        at!["pattern"],
        || "a secret's pattern must ask for at least 8 characters",
    )
}

fn context(row: &Context, file: &RuleFile) -> Result<(), Fault> {
    let text = [
        &row.key,
        &row.url,
        &row.column,
        &row.before,
        &row.after,
        &row.near,
        &row.outer,
        &row.path,
    ];
    let conditions = text.iter().any(|pattern| pattern.is_some())
        || row.shape.is_some()
        || row.beside.is_some()
        || row.whole;
    require(
        conditions,
        at![],
        || "a context without a condition fits everything",
    )?;
    require(
        row.via.is_empty() || row.key.is_some(),
        at!["via"],
        || "`via` goes with a `key`",
    )?;
    require(
        !row.weak || row.key.is_none(),
        at!["weak"],
        || "a `weak` context is tried when no name decided: it has no `key`",
    )?;
    if let Some(name) = &row.shape {
        let known = file.secrets.iter().any(|secret| secret.name == *name);
        require(known, at!["shape"], || {
            format!("no secret is called `{name}`")
        })?;
    }
    match (row.kind, &row.ignore) {
        (Some(_), Some(_)) => Err(Fault::new(
            at!["ignore"],
            "a context names a `kind` or says `ignore`, not both",
        )),
        (None, None) => Err(Fault::new(
            at![],
            "a context names a `kind`, or says `ignore` with a reason",
        )),
        (None, Some(_)) => require(
            !row.explicit,
            at!["explicit"],
            || "`explicit` goes with a `kind`",
        ),
        (Some(kind), None) => {
            let known = file.kinds.iter().any(|page| page.kind == kind);
            require(known, at!["kind"], || {
                format!("kind `{}` has no page under `kinds`", kind.name())
            })
        }
    }
}

fn live(live: &Live) -> Result<(), Fault> {
    for (name, probe) in &live.probes {
        let way = || at!["probes", name.as_str()];
        request(&probe.request).map_err(|fault| fault.below(way()))?;
        let places = probe.request.texts().flat_map(places).next();
        require(
            places.is_none(),
            at!["probes", name.as_str(), "request"],
            || "a probe carries no credential: it has no place for one",
        )?;
        require(
            !probe.proven.is_empty(),
            way(),
            || "a probe says what proves a server of the product: `proven`",
        )?;
    }
    for (name, check) in &live.checks {
        let below = |fault: Fault| fault.below(at!["checks", name.as_str()]);
        request(&check.request).map_err(below)?;
        let fault = |key: &str, message: String| below(Fault::new(at![key], message));
        if !live.probes.contains_key(&check.probe) {
            let message = format!("no probe is called `{}`", check.probe);
            return Err(fault("probe", message));
        }
        if !check
            .request
            .texts()
            .flat_map(places)
            .any(|place| place == "secret")
        {
            let message = "a check has a place for the secret, `{secret}`";
            return Err(fault("request", message.into()));
        }
        for (key, answers) in [("active", &check.active), ("rejected", &check.rejected)] {
            if answers.is_empty() {
                return Err(fault(key, format!("`{key}` must not be empty")));
            }
        }
        if let Some(token_id) = &check.token_id {
            let below = |fault: Fault| below(fault.below(at!["token_id"]));
            request(&token_id.request).map_err(below)?;
        }
    }
    Ok(())
}

fn request(request: &Request) -> Result<(), Fault> {
    let fault = |key: &str, message: &str| Err(Fault::new(at!["request", key], message));
    if request.get.is_some() == request.post.is_some() {
        return Err(Fault::new(
            at!["request"],
            "a request has either `get` or `post`",
        ));
    }
    let key = if request.get.is_some() { "get" } else { "post" };
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_graphic());
    if !request.path().starts_with('/') || !plain(request.path()) {
        return fault(key, "a path starts with `/` and has no blanks");
    }
    if request.get.is_some() && !request.body.is_empty() {
        return fault("body", "`body` goes with `post`");
    }
    for (name, value) in &request.headers {
        let token = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        let printable = |b: u8| b == b' ' || b.is_ascii_graphic();
        if name.is_empty() || !name.bytes().all(token) || !value.bytes().all(printable) {
            let message = "a header has a name of letters, digits and hyphens, and printable text";
            return Err(Fault::new(
                at!["request", "headers", name.as_str()],
                message,
            ));
        }
        let scheme = value.trim_start().get(..6).unwrap_or_default();
        if scheme.eq_ignore_ascii_case("basic ") && places(value).next().is_some() {
            let message = "what follows `Basic` is base64: write `basic: {user, password}` instead";
            return Err(Fault::new(
                at!["request", "headers", name.as_str()],
                message,
            ));
        }
        if request.basic.is_some() && name.eq_ignore_ascii_case("authorization") {
            let message = "`basic` writes this header itself";
            return Err(Fault::new(
                at!["request", "headers", name.as_str()],
                message,
            ));
        }
        // Where a request goes, and how long it is, is for the program to say.
        if ["host", "content-length", "transfer-encoding", "connection"]
            .contains(&name.to_ascii_lowercase().as_str())
        {
            let message = format!("the program sets `{name}` itself");
            return Err(Fault::new(
                at!["request", "headers", name.as_str()],
                message,
            ));
        }
    }
    let basic = request.basic.iter();
    let written = basic.flat_map(|basic| [("user", &basic.user), ("password", &basic.password)]);
    for (key, text) in written {
        if text.contains(char::is_control) || key == "user" && text.contains(':') {
            let message = "a name has no colon, and neither has control characters";
            return Err(Fault::new(at!["request", "basic", key], message));
        }
    }
    Ok(())
}

/// The check of a page: it exists, and its places are the secret or parts that the page has.
fn check_of(page: &Page, live: &Live) -> Result<(), Fault> {
    let Some(name) = &page.check else {
        return Ok(());
    };
    let Some(check) = live.checks.get(name) else {
        let message = format!("no check under `live` is called `{name}`");
        return Err(Fault::new(at![], message));
    };
    let token_id = check.token_id.iter().map(|token_id| &token_id.request);
    let requests = std::iter::once(&check.request).chain(token_id);
    let known =
        |place: &&str| *place == "secret" || page.parts.iter().any(|part| part.name == *place);
    let mut places = requests.flat_map(Request::texts).flat_map(places);
    match places.find(|place| !known(place)) {
        None => Ok(()),
        Some(odd) => {
            let message = format!("its request has a place `{{{odd}}}`, and the page no such part");
            Err(Fault::new(at![], message))
        }
    }
}

fn page(page: &Page) -> Result<(), Fault> {
    require(
        is_id(&page.id),
        at!["id"],
        || "an id is of lower-case letters, digits and hyphens",
    )?;
    for (i, part) in page.parts.iter().enumerate() {
        require(
            part.pattern.least() > 0,
            at!["parts", i, "pattern"],
            || "a part's pattern must ask for at least one character",
        )?;
        let twice = page.parts[..i].iter().any(|p| p.name == part.name);
        require(!twice, at!["parts", i, "name"], || {
            format!("two parts are called `{}`", part.name)
        })?;
    }
    let most = 2 + page.parts.len();
    let possible = (1..=most).contains(&page.minimum_matches);
    require(possible, at!["minimum_matches"], || {
        format!(
            "`minimum_matches` is 1 (the secret), 2 (with its host) or one more for each of \
             `parts`: here at most {most}"
        )
    })?;
    require(
        !page.remediation.is_empty(),
        at!["remediation"],
        || "a page says what to do",
    )?;
    require(
        !page.examples.is_empty(),
        at!["examples"],
        || "a page needs an example, by which `rules check` sees that it works",
    )?;
    for (i, example) in page.examples.iter().enumerate() {
        let known = |name: &String| page.parts.iter().any(|part| part.name == *name);
        let odd = example.parts.keys().find(|name| !known(name));
        if let Some(name) = odd {
            let message = format!("the page has no part `{name}`");
            let way = at!["examples", i, "parts", name.as_str()];
            return Err(Fault::new(way, message));
        }
    }
    Ok(())
}
