//! The nearest of many straight pieces: boxes within boxes, so that a question looks at a few of
//! them, however long or crowded the pieces lie.

use super::xy::Xy;

/// Pieces in a box that is not divided any more.
const LEAF: usize = 6;

/// A straight piece, and whose it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece<T> {
    pub(super) from: Xy,
    pub(super) to: Xy,
    pub(super) of: T,
}

/// Whose piece it is, how far along it, and how far from where one asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Near<T> {
    pub(super) of: T,
    /// Metres from the piece's beginning.
    pub(super) along_m: f64,
    pub(super) away_m: f64,
}

/// A box around the pieces `first..end`, and the box of their second half.
#[derive(Debug, Clone, Copy)]
struct Frame {
    least: Xy,
    most: Xy,
    first: usize,
    end: usize,
    /// Nothing where the box is not divided; the first half always comes next.
    second: Option<usize>,
}

/// Straight pieces in the plane.
#[derive(Debug, Clone)]
pub(super) struct Pieces<T> {
    pieces: Vec<Piece<T>>,
    frames: Vec<Frame>,
}

impl<T: Copy> Pieces<T> {
    pub(super) fn new(mut pieces: Vec<Piece<T>>) -> Self {
        let mut frames = Vec::new();
        let end = pieces.len();
        if end > 0 {
            divide(&mut pieces, 0, end, &mut frames);
        }
        Self { pieces, frames }
    }

    /// The nearest piece to a point; of equals, always the same one. Nothing beyond `within_m`.
    pub(super) fn nearest(&self, to: Xy, within_m: f64) -> Option<Near<T>> {
        let mut best = None;
        let mut open: Vec<usize> = (0..self.frames.len().min(1)).collect();
        while let Some(index) = open.pop() {
            let frame = &self.frames[index];
            let most_m = best.as_ref().map_or(within_m, |near: &Near<T>| near.away_m);
            if frame.distance(to) > most_m {
                continue;
            }
            let Some(second) = frame.second else {
                for piece in &self.pieces[frame.first..frame.end] {
                    best = nearer(best, piece, to, within_m);
                }
                continue;
            };
            let first = index + 1;
            // The nearer half is looked at first: it spares most of the other one.
            let is_first = self.frames[first].distance(to) <= self.frames[second].distance(to);
            open.extend(if is_first {
                [second, first]
            } else {
                [first, second]
            });
        }
        best
    }
}

fn nearer<T: Copy>(
    best: Option<Near<T>>,
    piece: &Piece<T>,
    to: Xy,
    within_m: f64,
) -> Option<Near<T>> {
    let part = to.along(piece.from, piece.to);
    let away_m = piece.from.toward(piece.to, part).distance(to);
    let is_nearer = match &best {
        Some(best) => away_m < best.away_m,
        None => away_m <= within_m,
    };
    if !is_nearer {
        return best;
    }
    Some(Near {
        of: piece.of,
        along_m: piece.from.distance(piece.to) * part,
        away_m,
    })
}

impl Frame {
    fn distance(&self, to: Xy) -> f64 {
        let beyond = |value: f64, least: f64, most: f64| (least - value).max(value - most).max(0.0);
        let east = beyond(to.x, self.least.x, self.most.x);
        east.hypot(beyond(to.y, self.least.y, self.most.y))
    }
}

fn divide<T>(pieces: &mut [Piece<T>], first: usize, end: usize, frames: &mut Vec<Frame>) {
    let within = &mut pieces[first..end];
    let corner = |pick: fn(f64, f64) -> f64| {
        let points = within.iter().flat_map(|piece| [piece.from, piece.to]);
        points.reduce(|a, b| Xy {
            x: pick(a.x, b.x),
            y: pick(a.y, b.y),
        })
    };
    let (Some(least), Some(most)) = (corner(f64::min), corner(f64::max)) else {
        return;
    };
    let index = frames.len();
    frames.push(Frame {
        least,
        most,
        first,
        end,
        second: None,
    });
    if end - first <= LEAF {
        return;
    }
    let is_wide = most.x - least.x > most.y - least.y;
    let middle = |piece: &Piece<T>| {
        let middle = piece.from.toward(piece.to, 0.5);
        if is_wide { middle.x } else { middle.y }
    };
    let half = within.len() / 2;
    within.select_nth_unstable_by(half, |a, b| middle(a).total_cmp(&middle(b)));
    divide(pieces, first, first + half, frames);
    frames[index].second = Some(frames.len());
    divide(pieces, first + half, end, frames);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn point() -> impl Strategy<Value = Xy> {
        // Few places, so that pieces share ends, lie on each other and have no length.
        (-30..30_i32, -30..30_i32).prop_map(|(x, y)| Xy {
            x: f64::from(x),
            y: f64::from(y),
        })
    }

    proptest! {
        #[test]
        fn boxes_find_what_looking_at_every_piece_finds(
            ends in prop::collection::vec((point(), point()), 0..60),
            to in point(),
            within in 0..80_i32,
        ) {
            let within_m = f64::from(within);
            let pieces = ends.iter().enumerate();
            let pieces: Vec<Piece<usize>> =
                pieces.map(|(of, (from, to))| Piece { from: *from, to: *to, of }).collect();
            let away = |piece: &Piece<usize>| {
                let part = to.along(piece.from, piece.to);
                piece.from.toward(piece.to, part).distance(to)
            };
            let least_m = pieces.iter().map(away).fold(f64::INFINITY, f64::min);
            let found = Pieces::new(pieces.clone()).nearest(to, within_m);
            match found {
                None => prop_assert!(least_m > within_m),
                Some(near) => {
                    prop_assert!((near.away_m - least_m).abs() < 1e-12);
                    prop_assert!((away(&pieces[near.of]) - least_m).abs() < 1e-12);
                }
            }
        }
    }
}
