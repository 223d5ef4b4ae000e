//! What a message changed in a display's copy: it drives what is drawn anew.

use crate::ids::PersonId;
use crate::text::Text;
use crate::time::Span;
use crate::view::Touched;
use crate::wire::live::Refused;

/// What a message changed.
#[derive(Debug, Clone, PartialEq, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says of another thing whether it changed"
)]
pub struct Change {
    /// What the facts in it changed.
    pub touched: Touched,
    /// Everything may have changed: draw anew.
    pub reset: bool,
    /// Whose position is gone. Counts before who moved.
    pub gone: Vec<PersonId>,
    /// Who moved.
    pub moved: Vec<PersonId>,
    /// Other latest values changed.
    pub latest: bool,
    /// The list of what could not be recorded changed.
    pub unrecorded: bool,
    /// Somebody else looks at something else.
    pub viewers: bool,
    /// The snapshot has to be fetched now.
    pub take_snapshot: bool,
    /// The build that the server serves, told in its welcome.
    pub server_build: Option<Text<64>>,
    /// The server said no.
    pub refused: Option<Refused>,
    /// An echo came back: how long the way there and back took.
    pub round_trip: Option<Span>,
}
