//! Which column of which table a value of a database dump stands in.
//!
//! Dumps are positional: `COPY t (a, b) FROM stdin`, `INSERT INTO t VALUES (…),(…)`. Where the columns are
//! not written, the rules know the product's tables.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use regex::bytes::Regex;

/// A statement whose rows follow.
pub struct Statement {
    table: String,
    columns: Vec<String>,
    rows: Range<usize>,
    copy: bool,
}

static HEADS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    regex::bytes::RegexBuilder::new(
        r#"(?x)\b(?:insert\s+(?:ignore\s+)?into|replace\s+into|(?P<copy>copy))\s+
           (?P<table>[`"\w.\[\]]{1,120})\s*(?:\((?P<columns>[^()]{1,4000})\)\s*)?(?:values?\b|from\s+stdin|select\b)"#,
    )
    .unicode(false)
    .case_insensitive(true)
    .build()
    .ok()
});

/// All statements of a text, in order. `tables` gives the columns of tables that are not named.
pub fn statements(text: &[u8], tables: &BTreeMap<String, Vec<String>>) -> Vec<Statement> {
    let Some(heads) = HEADS.as_ref() else {
        return Vec::new();
    };
    let mut found: Vec<Statement> = Vec::new();
    for head in heads.captures_iter(text) {
        let (Some(all), Some(table)) = (head.get(0), head.name("table")) else {
            continue;
        };
        if let Some(last) = found.last_mut() {
            last.rows.end = last.rows.end.min(all.start());
        }
        let table = plain(
            table
                .as_bytes()
                .rsplit(|&b| b == b'.')
                .next()
                .unwrap_or_default(),
        );
        let columns = match head.name("columns") {
            Some(columns) => columns
                .as_bytes()
                .split(|&b| b == b',')
                .map(plain)
                .collect(),
            None => tables.get(&table).cloned().unwrap_or_default(),
        };
        let copy = head.name("copy").is_some();
        let end = if copy {
            memchr::memmem::find(&text[all.end()..], b"\n\\.")
        } else {
            None
        };
        let end = if copy {
            end
        } else {
            memchr::memmem::find(&text[all.end()..], b";\n")
        };
        let end = end.map_or(text.len(), |e| all.end() + e);
        found.push(Statement {
            table,
            columns,
            rows: all.end()..end,
            copy,
        });
    }
    found
}

/// Where the last statement of a text starts whose rows follow and do not end in it.
pub fn last_head(text: &[u8]) -> Option<usize> {
    // Every head has one of these words in capitals or small letters.
    let words: [&[u8]; 4] = [b"COPY ", b"copy ", b"INTO ", b"into "];
    let near = words
        .iter()
        .filter_map(|word| memchr::memmem::rfind(text, word))
        .max()?;
    let start = memchr::memrchr(b'\n', &text[..near]).map_or(0, |i| i + 1);
    let head = HEADS.as_ref()?.find_at(text, start)?;
    let ended = memchr::memmem::find(&text[head.end()..], b"\n\\.").is_some();
    (!ended).then_some(start)
}

/// A name as the rules write it: lower case, no quotes, no underscores (`user_id` and `UserId` are one).
fn plain(name: &[u8]) -> String {
    name.iter()
        .filter(|b| b.is_ascii_alphanumeric())
        .map(|b| b.to_ascii_lowercase() as char)
        .collect()
}

/// The table and column of the value at `at`.
pub fn column(text: &[u8], statements: &[Statement], at: usize) -> Option<(String, String)> {
    let index = statements
        .partition_point(|s| s.rows.start <= at)
        .checked_sub(1)?;
    let statement = &statements[index];
    if !statement.rows.contains(&at) {
        return None;
    }
    let field = if statement.copy {
        let start = memchr::memrchr(b'\n', &text[..at]).map_or(0, |i| i + 1);
        memchr::memchr_iter(b'\t', &text[start..at]).count()
    } else {
        // A row opens with a parenthesis behind a comma, a line or `VALUES`; within it quotes hide commas.
        let from = statement.rows.start.max(at.saturating_sub(64 << 10));
        let row = &text[from..at];
        let open = (0..row.len()).rev().find(|&i| {
            row[i] == b'('
                && matches!(row[..i].trim_ascii_end().last(), None | Some(b',' | b')'))
                && !row[i + 1..].starts_with(b")")
        })?;
        fields(&row[open + 1..])
    };
    let column = statement.columns.get(field).cloned().unwrap_or_default();
    Some((statement.table.clone(), column))
}

/// The quoted string before the one that starts at `at`, in the same row.
pub fn string_before(text: &[u8], at: usize) -> Option<&[u8]> {
    let row = &text[at.saturating_sub(400)..at];
    let row = row.strip_suffix(b"'").unwrap_or(row);
    let end = memchr::memrchr(b'\'', row)?;
    let start = memchr::memrchr(b'\'', &row[..end])? + 1;
    Some(&row[start..end])
}

/// Commas outside quotes.
fn fields(row: &[u8]) -> usize {
    let (mut count, mut quote, mut depth) = (0, None, 0usize);
    let mut bytes = row.iter();
    while let Some(&b) = bytes.next() {
        match (quote, b) {
            (Some(_), b'\\') => drop(bytes.next()),
            (Some(q), _) if b == q => quote = None,
            (Some(_), _) => {}
            (None, b'\'' | b'"') => quote = Some(b),
            (None, b'(') => depth += 1,
            (None, b')') => depth = depth.saturating_sub(1),
            (None, b',') if depth == 0 => count += 1,
            _ => {}
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column_of(text: &str) -> Option<(String, String)> {
        let tables = BTreeMap::from([(
            "sessions".to_owned(),
            vec!["id".to_owned(), "token".to_owned(), "createat".to_owned()],
        )]);
        column(
            text.as_bytes(),
            &statements(text.as_bytes(), &tables),
            text.rfind("VALUE")?,
        )
    }

    #[test]
    fn columns_are_named_or_known() {
        for (text, table, name) in [
            (
                "COPY public.sessions (id, token) FROM stdin;\nx\tVALUE\n\\.\n",
                "sessions",
                "token",
            ),
            (
                "INSERT INTO `Sessions` VALUES ('a','b',1),('c,d','VALUE',2);",
                "sessions",
                "token",
            ),
            (
                "INSERT INTO Sessions VALUES\n('a', 'b', 1),\n('c''(', 'VALUE', 2);",
                "sessions",
                "token",
            ),
            (
                "insert into t (user_id, \"Props\") values ('x', '{\"a\":\"VALUE\"}');",
                "t",
                "props",
            ),
            ("INSERT INTO unknown VALUES ('VALUE')", "unknown", ""),
        ] {
            assert_eq!(
                column_of(text),
                Some((table.to_owned(), name.to_owned())),
                "{text}"
            );
        }
        assert_eq!(
            column_of("COPY sessions (id) FROM stdin;\nx\n\\.\nVALUE"),
            None
        );
    }
}
