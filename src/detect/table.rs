//! Tables without a grammar: Markdown, CSV, psql's output, columns of blanks. A value's name is the header
//! of its column.

use std::ops::Range;

use super::block::Blocks;

/// Lines longer than this are no table that people made.
const LONGEST: usize = 4_000;
/// How far above a row its header is looked for, if the paragraph does not begin with it.
const ABOVE: usize = 100;

/// The header of the column that a value stands in: the cell in the first row above it that has as many
/// cells and no break between.
pub fn header<'t>(text: &'t [u8], blocks: &Blocks, span: &Range<usize>) -> Option<&'t [u8]> {
    let index = blocks.line(span.start);
    let row = |line: usize| {
        let line = blocks.span(text, line);
        line.start
            + text[line.clone()]
                .iter()
                .take_while(|b| b.is_ascii_whitespace())
                .count()..line.end
    };
    let line = row(index);
    if line.len() > LONGEST {
        return None;
    }
    [b'|', b'\t', b',', b';', b' ']
        .into_iter()
        .find_map(|divider| {
            let here = dividers(&text[line.clone()], divider);
            let like = |l: &Range<usize>| {
                l.len() <= LONGEST && !l.is_empty() && dividers(&text[l.clone()], divider) == here
            };
            if here == 0 || index == 0 {
                return None;
            }
            // A long table is a paragraph of its own: no need to walk up to its head.
            let first = blocks.paragraph(index);
            let mut header = Some(row(first))
                .filter(|l| first < index && like(l) && is_names(&text[l.clone()], divider));
            if header.is_none() {
                for above in (index.saturating_sub(ABOVE)..index).rev() {
                    let l = row(above);
                    match is_rule(&text[l.clone()]) {
                        true => {}
                        false if like(&l) => {
                            header = Some(l)
                                .filter(|l| is_names(&text[l.clone()], divider))
                                .or(header)
                        }
                        false => break,
                    }
                }
            }
            // Only what fills its cell has the column's name.
            let inside = |b: u8| b != divider && (divider != b' ' || b != b'\t');
            let dress = |t: &[u8]| {
                t.iter()
                    .all(|b| matches!(b, b' ' | b'"' | b'\'' | b'`' | b'*' | b'\r'))
            };
            let before = &text[line.start..span.start];
            let before = &before[before
                .iter()
                .rposition(|&b| !inside(b))
                .map_or(0, |i| i + 1)..];
            let after = &text[span.end..line.end.max(span.end)];
            let after = &after[..after
                .iter()
                .position(|&b| !inside(b))
                .unwrap_or(after.len())];
            if !dress(before) || !dress(after) {
                return None;
            }
            let header = &text[header?];
            let column = dividers(&text[line.start..span.start], divider);
            let cell = match divider {
                b' ' => blank_cells(header).nth(column),
                _ => header.split(|&b| b == divider).nth(column),
            };
            cell.map(<[u8]>::trim_ascii).filter(|cell| is_name(cell))
        })
}

/// The first cell of a value's row, if it could be its name: settings are often listed so.
pub fn row_name<'t>(text: &'t [u8], blocks: &Blocks, span: &Range<usize>) -> Option<&'t [u8]> {
    let line = blocks.span(text, blocks.line(span.start));
    if line.len() > LONGEST || !text[line.clone()].contains(&b'|') {
        return None;
    }
    let mut cells = text[line.start..span.start]
        .split(|&b| b == b'|')
        .map(<[u8]>::trim_ascii);
    cells
        .find(|cell| !cell.is_empty())
        .filter(|cell| is_name(cell))
}

/// Whether every cell could be a name: then it is a header and no row of values.
fn is_names(row: &[u8], divider: u8) -> bool {
    let name = |cell: &[u8]| cell.trim_ascii().is_empty() || is_name(cell.trim_ascii());
    match divider {
        b' ' => blank_cells(row).all(name),
        _ => row.split(|&b| b == divider).all(name),
    }
}

fn is_name(cell: &[u8]) -> bool {
    let plain = |b: &u8| {
        b.is_ascii_alphabetic()
            || !b.is_ascii()
            || matches!(b, b' ' | b'_' | b'-' | b'"' | b'*' | b'`' | b'/')
    };
    cell.len() <= 60
        && cell.iter().all(plain)
        && cell
            .iter()
            .any(|b| b.is_ascii_alphabetic() || !b.is_ascii())
}

/// A line that only divides: `|---|---|`, `----+----`.
fn is_rule(row: &[u8]) -> bool {
    !row.is_empty()
        && row
            .iter()
            .all(|b| matches!(b, b'-' | b'+' | b'=' | b'|' | b' ' | b':'))
}

/// How many dividers a row holds; a comma or semicolon in quotes divides nothing.
fn dividers(row: &[u8], divider: u8) -> usize {
    if divider == b' ' {
        return blank_cells(row)
            .count()
            .saturating_sub(usize::from(!row.ends_with(b" ")));
    }
    let mut quoted = false;
    let hides = matches!(divider, b',' | b';');
    let divides = |b: &&u8| {
        quoted ^= **b == b'"' && hides;
        **b == divider && !quoted
    };
    row.iter().filter(divides).count()
}

/// Cells that two or more blanks divide.
fn blank_cells(row: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = row;
    std::iter::from_fn(move || {
        rest = rest.trim_ascii_start();
        let end = rest
            .windows(2)
            .position(|pair| pair == b"  ")
            .unwrap_or(rest.len());
        let (cell, more) = rest.split_at(end);
        rest = more;
        (!cell.is_empty()).then_some(cell)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_of_a_cell_is_its_name() {
        for (text, name) in [
            (
                "select x;\n   id  |  token  | trigger\n-------+---------+----\n abc12 | VALUE | deploy\n",
                Some("token"),
            ),
            (
                "| a | Token |\n|---|---|\n| x1 | `VALUE` |\n",
                Some("Token"),
            ),
            ("id,token,x\n1,\"VALUE\",2\n", Some("token")),
            ("server     bot   token\nh1  b1   VALUE\n", Some("token")),
            ("a, b\nf(x1), VALUE\n", Some("b")),
            ("ls -la;x\ncurl VALUE;y\n", None),
            ("1,2\n3,VALUE\n", None),
        ] {
            let at = text.find("VALUE").expect("VALUE");
            let header = header(
                text.as_bytes(),
                &Blocks::new(text.as_bytes()),
                &(at..at + 5),
            );
            assert_eq!(
                header.map(String::from_utf8_lossy).as_deref(),
                name,
                "{text}"
            );
        }
    }
}
