//! 登记: what somebody tells an operator, on the telephone, by radio or at the desk, becomes an alarm and its
//! incident at once, and is that operator's.

mod command;
pub(crate) mod decide;
mod refusal;

pub use command::{PlaceName, RegistrationCommand};
pub use refusal::RegistrationRefusal;
