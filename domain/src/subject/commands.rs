//! The list of a subject's commands.

/// Lists what people can want of one subject: variant, name on the wire, fields. With `<Words>` its
/// commands carry words, and the subject says how they are sealed.
macro_rules! commands {
    (
        $(#[$meta:meta])*
        pub enum $Subject:ident { $($list:tt)+ }
    ) => {
        commands! { @list $(#[$meta])* $Subject () { $($list)+ } }

        impl $Subject {
            /// It has no words.
            pub(crate) fn seal<Words, E>(
                self,
                _seal: impl FnOnce(crate::ids::AlarmId, Words) -> Result<crate::personal::PersonalRef, E>,
            ) -> Result<Self, E> {
                Ok(self)
            }
        }
    };
    (
        $(#[$meta:meta])*
        pub enum $Subject:ident<$Words:ident> { $($list:tt)+ }
    ) => {
        commands! { @list $(#[$meta])* $Subject (<$Words>) { $($list)+ } }
    };
    (
        @list
        $(#[$meta:meta])*
        $Subject:ident ($($generics:tt)*) {
            $($(#[$doc:meta])* $name:ident = $wire:literal {
                $($(#[$field_doc:meta])* $field:ident: $type:ty),+ $(,)?
            }),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub enum $Subject $($generics)* {
            $($(#[$doc])* #[serde(rename = $wire)] $name {
                $($(#[$field_doc])* $field: $type),+
            }),+
        }

        impl $($generics)* $Subject $($generics)* {
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
