//! What is told, and where it is.

use crate::estate::TYPED_MAX;
use crate::ids::AlarmTypeId;
use crate::text::Text;

/// The id of a place as the search of the estate gives it ([`crate::estate::Found::id`]): a device, a post, an
/// area, a building `3`, or an address such as `3-2-1502`; or a point of the map ([`crate::estate::point_name`]).
pub type PlaceName = Text<TYPED_MAX>;

commands! {
    /// What people can want that is no alarm yet.
    pub enum RegistrationCommand {
        /// 登记: somebody told of it. What was said goes into a note.
        Register = "register" {
            #[serde(rename = "type")]
            kind: AlarmTypeId,
            /// Where it is.
            place: PlaceName,
        },
    }
}
