//! The brackets and clauses of one line.

use std::collections::VecDeque;

use crate::sighting::Level;

/// How far within a line brackets and clauses are looked for.
const REACH: usize = 16 << 10;

/// The brackets of a line that are open at a place, and where the clause within each begins. Places are asked for in
/// order, so that a long line is read once.
#[derive(Default)]
pub struct Brackets {
    line: usize,
    read: usize,
    /// The clause outside of all brackets.
    clause: Option<usize>,
    /// Each bracket with the clause within.
    open: VecDeque<(usize, Option<usize>)>,
}

impl Brackets {
    /// So many open brackets are remembered.
    const MOST: usize = 1024;
    /// So many brackets and clauses around a place count.
    const AROUND: usize = 24;

    /// Reads on to a place of the line that starts at `line`.
    pub fn read_to(&mut self, text: &[u8], line: usize, at: usize) {
        if self.line != line || self.read > at {
            *self = Brackets {
                line,
                read: line,
                ..Brackets::default()
            };
        }
        for i in self.read..at.min(text.len()) {
            let next = text.get(i + 1).copied().unwrap_or(b' ');
            let divides = match text[i] {
                b'(' | b'[' | b'{' => {
                    self.open.push_back((i, None));
                    if self.open.len() > Brackets::MOST {
                        self.open.pop_front();
                    }
                    false
                }
                b')' | b']' | b'}' => {
                    if self.open.pop_back().is_none() {
                        self.clause = None;
                    }
                    false
                }
                b';' => true,
                byte @ (b'&' | b'|') => next == byte,
                b'.' | b'!' | b'?' => {
                    next == b' ' && text.get(i + 2).is_some_and(u8::is_ascii_uppercase)
                }
                _ => false,
            };
            if divides {
                let inner = self.open.back_mut().map(|(_, clause)| clause);
                *inner.unwrap_or(&mut self.clause) = Some(i);
            }
        }
        self.read = self.read.max(at.min(text.len()));
    }

    /// What is around the place that was read to, innermost first.
    pub fn around(&self, at: usize) -> Vec<(Level, usize)> {
        let open = self.open.iter().rev().flat_map(|(bracket, clause)| {
            [
                clause.map(|clause| (Level::Clause, clause)),
                Some((Level::Bracket, *bracket)),
            ]
        });
        let outside = self.clause.map(|clause| (Level::Clause, clause));
        let near = |(_, block): &(Level, usize)| at - block <= REACH;
        open.chain([outside])
            .flatten()
            .take(Brackets::AROUND)
            .take_while(near)
            .collect()
    }
}
