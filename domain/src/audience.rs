//! Classes of displays that are told the same.
//!
//! The staff replicates the facts themselves. The others get what they may see of each thing, whole,
//! whenever it changes, and never the facts: a fact tells more than its outcome. A guard's phone holds no
//! copy at all: it gets what its one person needs. Each subject says in
//! its `shown` who may see its things; [`crate::site::project`] asks them. The law that
//! `domain/tests/fold_laws.rs` holds: folding what was projected equals projecting what was folded.

use serde::{Deserialize, Serialize};

/// Stands where a person is not shown.
pub const WITHHELD: &str = "-";

/// A class of displays that may see the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Consoles of those who have `Right::SeeDuress`: everything. Who that is cannot be proven before
    /// there is sign-in; every role that works at a console has the right.
    Staff,
    /// 大屏 where the staff works: everything but duress.
    Wall,
    /// 大屏 before visitors: true, without persons and without duress. What goes without saying sees least.
    #[default]
    WallVisitor,
    /// The phone of somebody who is sent: no copy of the site, only what this one person needs
    /// ([`crate::guard_view`]).
    Guard,
}

impl Audience {
    /// Every audience.
    pub const ALL: [Self; 4] = [Self::Staff, Self::Wall, Self::WallVisitor, Self::Guard];
    /// Those that hold a copy of the site, each of what it may see.
    pub const WITH_COPY: [Self; 3] = [Self::Staff, Self::Wall, Self::WallVisitor];

    /// The audience of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }

    /// Its name on the wire.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Wall => "wall",
            Self::WallVisitor => "wall_visitor",
            Self::Guard => "guard",
        }
    }

    /// Whether it holds a copy of the site.
    pub const fn has_copy(&self) -> bool {
        match self {
            Self::Staff | Self::Wall | Self::WallVisitor => true,
            Self::Guard => false,
        }
    }

    /// Whether it replicates the stored facts. Whoever does sees all that they tell.
    pub const fn gets_facts(&self) -> bool {
        match self {
            Self::Staff => true,
            Self::Wall | Self::WallVisitor | Self::Guard => false,
        }
    }

    /// Whether it may see who works here: owners, authors, positions, names.
    pub const fn sees_persons(&self) -> bool {
        match self {
            Self::Staff | Self::Wall => true,
            Self::WallVisitor | Self::Guard => false,
        }
    }

    /// Whether it may see a silent call for help. Never where the one who threatens can read it.
    pub const fn sees_duress(&self) -> bool {
        match self {
            Self::Staff => true,
            Self::Wall | Self::WallVisitor | Self::Guard => false,
        }
    }

    /// Whether it may see what is armed, which doors stand open, and which are released.
    pub const fn sees_security(&self) -> bool {
        match self {
            Self::Staff | Self::Wall => true,
            Self::WallVisitor | Self::Guard => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_audience_is_found_by_its_name_and_written_as_it() {
        for audience in Audience::ALL {
            assert_eq!(Audience::named(audience.name()), Some(audience.clone()));
            let written = serde_json::to_value(&audience).unwrap();
            assert_eq!(written, audience.name());
        }
        assert_eq!(Audience::named("Staff"), None);
        assert_eq!(Audience::named(""), None);
    }
}
