//! Statements about many rows at once: to SQLite's own thread and back costs more than a row.

use std::sync::Arc;

/// Rows of one statement, largest first: a whole turn in one. Few lengths, so that each stays
/// prepared; halves, so that few statements make any number.
const LENGTHS: [usize; 9] = [256, 128, 64, 32, 16, 8, 4, 2, 1];

/// One statement for each of these lengths. They are long: written once.
#[derive(Debug)]
pub(crate) struct ManyRows([Arc<str>; LENGTHS.len()]);

impl ManyRows {
    /// `before`, a list in brackets for each row, `after`.
    pub(crate) fn new(before: &str, columns: usize, after: &str) -> Self {
        // Without names, which another store may want. SQLite looks for a parameter's name by walking over those before it, and
        // sqlx asks for each: with 1,792 named ones that takes longer than to insert 256 rows.
        let row = format!("({}?)", "?,".repeat(columns.saturating_sub(1)));
        Self(LENGTHS.map(|length| {
            let more = format!(",{row}").repeat(length - 1);
            format!("{before} {row}{more} {after}").into()
        }))
    }

    /// All rows in their order, cut into pieces, each with its statement.
    pub(crate) fn cut<'a, T>(
        &'a self,
        mut rows: &'a [T],
    ) -> impl Iterator<Item = (Arc<str>, &'a [T])> {
        std::iter::from_fn(move || {
            let index = LENGTHS.iter().position(|length| *length <= rows.len())?;
            let (piece, rest) = rows.split_at(LENGTHS[index]);
            rows = rest;
            Some((self.0[index].clone(), piece))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_cut_into_statements_of_just_their_length() {
        let many = ManyRows::new("INSERT INTO t VALUES", 2, "RETURNING 1");
        for count in [0, 1, 2, 3, 255, 256, 257, 700] {
            let rows: Vec<usize> = (0..count).collect();
            let mut seen = Vec::new();
            for (text, piece) in many.cut(&rows) {
                assert_eq!(text.matches("(?,?)").count(), piece.len(), "{text}");
                assert_eq!(text.matches('?').count(), 2 * piece.len(), "{text}");
                seen.extend_from_slice(piece);
            }
            assert_eq!(seen, rows);
        }
        let rows = [7];
        let (text, _) = many.cut(&rows).next().expect("a statement");
        assert_eq!(&*text, "INSERT INTO t VALUES (?,?) RETURNING 1");
    }
}
