//! The list of a subject's commands.

/// Lists what people can want of one subject: variant, name on the wire, fields.
macro_rules! commands {
    (
        $(#[$meta:meta])*
        pub enum $Subject:ident $(<$Words:ident>)? {
            $($(#[$doc:meta])* $name:ident = $wire:literal {
                $($(#[$field_doc:meta])* $field:ident: $type:ty),+ $(,)?
            }),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub enum $Subject $(<$Words>)? {
            $($(#[$doc])* #[serde(rename = $wire)] $name {
                $($(#[$field_doc])* $field: $type),+
            }),+
        }

        impl $(<$Words>)? $Subject $(<$Words>)? {
            /// The names on the wire.
            pub const NAMES: &'static [&'static str] = &[$($wire),+];

            /// What is wanted, in one word.
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$name { .. } => $wire,)+
                }
            }
        }
    };
}
