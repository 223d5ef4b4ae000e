//! The list of a subject's facts.

/// Lists the kinds of facts of one subject: variant, body, name on record, version; then, for each
/// older version, the shape that it had, from which the current one is made by `From`.
macro_rules! facts {
    (
        $(#[$meta:meta])*
        $visible:vis enum $Subject:ident {
            $($(#[$doc:meta])* $name:ident($body:ty) = $kind:literal, $version:literal
                $(, $old:literal => $released:ty)*;)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        $visible enum $Subject {
            $($(#[$doc])* #[serde(rename = $kind)] $name($body),)+
        }

        impl $Subject {
            /// Every kind with its current version.
            $visible const KINDS: &'static [(&'static str, u16)] = &[$(($kind, $version)),+];

            /// Name and version of its shape.
            $visible const fn kind(&self) -> (&'static str, u16) {
                match self {
                    $(Self::$name(_) => ($kind, $version),)+
                }
            }

            pub(crate) fn write(
                &self,
            ) -> Result<Box<serde_json::value::RawValue>, serde_json::Error> {
                match self {
                    $(Self::$name(body) => serde_json::value::to_raw_value(body),)+
                }
            }

            /// Reads a body. Nothing, if this subject has no such kind or version.
            pub(crate) fn read(
                kind: &str,
                version: u16,
                raw: &serde_json::value::RawValue,
            ) -> Option<Result<Self, serde_json::Error>> {
                match (kind, version) {
                    $(($kind, $version) => {
                        Some(serde_json::from_str(raw.get()).map(Self::$name))
                    }
                    $(($kind, $old) => Some(
                        serde_json::from_str::<$released>(raw.get())
                            .map(|body| Self::$name(body.into())),
                    ),)*)+
                    _ => None,
                }
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};
    use serde_json::value::RawValue;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct LampLit {
        lamp: String,
        colour: String,
    }

    #[derive(Deserialize)]
    struct LampLitV1 {
        lamp: String,
    }

    impl From<LampLitV1> for LampLit {
        fn from(old: LampLitV1) -> Self {
            Self {
                lamp: old.lamp,
                colour: "white".to_owned(),
            }
        }
    }

    facts! {
        enum LampFact {
            Lit(LampLit) = "lamp_lit", 2, 1 => LampLitV1;
        }
    }

    fn read(kind: &str, version: u16, body: &str) -> Option<Result<LampFact, String>> {
        let raw = RawValue::from_string(body.to_owned()).expect("JSON");
        LampFact::read(kind, version, &raw).map(|read| read.map_err(|error| error.to_string()))
    }

    #[test]
    fn a_shape_of_before_is_read_as_the_current_one() {
        let lit = |colour: &str| {
            LampFact::Lit(LampLit {
                lamp: "gate".into(),
                colour: colour.into(),
            })
        };
        assert_eq!(LampFact::KINDS, [("lamp_lit", 2)]);
        assert_eq!(
            read("lamp_lit", 1, r#"{"lamp":"gate"}"#),
            Some(Ok(lit("white")))
        );
        let now = r#"{"lamp":"gate","colour":"red"}"#;
        assert_eq!(read("lamp_lit", 2, now), Some(Ok(lit("red"))));
        assert_eq!(lit("red").write().expect("written").get(), now);
        assert_eq!(lit("red").kind(), ("lamp_lit", 2));
    }

    #[test]
    fn what_is_of_no_kind_is_left_to_others_and_what_does_not_fit_is_an_error() {
        assert_eq!(read("lamp_lit", 3, "{}"), None);
        assert_eq!(read("lamp_broken", 1, "{}"), None);
        assert!(matches!(read("lamp_lit", 2, "{}"), Some(Err(_))));
    }
}
