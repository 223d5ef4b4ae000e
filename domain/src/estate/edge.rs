//! One path of the graph: its bends, and how one gets along it.

use super::paths::PathKind;
use super::xy::Xy;

/// A path between two junctions with its bends.
#[derive(Debug, Clone)]
pub struct Edge {
    /// Index of the junction where it begins.
    pub from: usize,
    /// Index of the junction where it ends.
    pub to: usize,
    /// How one gets along it.
    pub kind: PathKind,
    /// Storeys between its ends.
    pub floors: u16,
    bends: Vec<Bend>,
}

#[derive(Debug, Clone, Copy)]
struct Bend {
    at: Xy,
    /// Metres from the beginning of the path.
    along_m: f64,
}

impl Edge {
    pub(super) fn new(
        from: usize,
        to: usize,
        course: impl Iterator<Item = Xy>,
        kind: PathKind,
        floors: u16,
    ) -> Self {
        let mut bends: Vec<Bend> = Vec::new();
        for at in course {
            let along_m = bends
                .last()
                .map_or(0.0, |last| last.along_m + last.at.distance(at));
            bends.push(Bend { at, along_m });
        }
        Self {
            from,
            to,
            kind,
            floors,
            bends,
        }
    }

    /// Metres from one end to the other, bends included.
    pub fn length_m(&self) -> f64 {
        self.bends.last().map_or(0.0, |last| last.along_m)
    }

    /// The other end, seen from `node`.
    pub const fn other_end(&self, node: usize) -> usize {
        if node == self.from {
            self.to
        } else {
            self.from
        }
    }

    /// The point `along_m` metres from the beginning; the ends hold beyond them.
    pub fn at(&self, along_m: f64) -> Xy {
        let (a, b) = self.piece(along_m);
        let length_m = b.along_m - a.along_m;
        if length_m <= 0.0 {
            return a.at;
        }
        let part = ((along_m - a.along_m) / length_m).clamp(0.0, 1.0);
        a.at.toward(b.at, part)
    }

    /// The course of one who walks forward there, in degrees clockwise from north.
    pub fn course_deg(&self, along_m: f64) -> f64 {
        let (a, b) = self.piece(along_m);
        (b.at.x - a.at.x)
            .atan2(b.at.y - a.at.y)
            .to_degrees()
            .rem_euclid(360.0)
    }

    fn piece(&self, along_m: f64) -> (Bend, Bend) {
        let end = self.bends.partition_point(|bend| bend.along_m <= along_m);
        let end = end.clamp(1, self.bends.len() - 1);
        (self.bends[end - 1], self.bends[end])
    }

    /// Whether a guard can go along it on foot.
    pub const fn is_walked(&self) -> bool {
        match &self.kind {
            PathKind::Walk | PathKind::Stairs { .. } => true,
            PathKind::Passage { passes, .. } => passes.guards(),
            PathKind::Lift { .. } => false,
        }
    }

    /// Its straight pieces, each with the metres at which it begins.
    pub(super) fn pieces(&self) -> impl Iterator<Item = (Xy, Xy, f64)> {
        let pairs = self.bends.windows(2);
        pairs.map(|pair| (pair[0].at, pair[1].at, pair[0].along_m))
    }

    /// The bends that one passes on the way between two spots, in that order.
    pub(super) fn between(&self, from_m: f64, to_m: f64) -> impl Iterator<Item = Xy> {
        let (least_m, most_m) = (from_m.min(to_m), from_m.max(to_m));
        let passed = |bend: &&Bend| bend.along_m > least_m && bend.along_m < most_m;
        let mut bends: Vec<Xy> = self.bends.iter().filter(passed).map(|b| b.at).collect();
        if from_m > to_m {
            bends.reverse();
        }
        bends.into_iter()
    }
}
