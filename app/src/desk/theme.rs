//! Dark or light.

/// Dark for control rooms, light for offices and print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// Night blue.
    #[default]
    Dark,
    /// Paper.
    Light,
}
