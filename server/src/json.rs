//! Reads JSON from outside: strictly what people and displays want, and what devices say so that
//! nothing of it is lost that can be read.

use serde::Serialize;
use serde::de::{DeserializeOwned, Error as _};
use serde_json::{Map, Value};

/// Objects and lists within each other that what is nearly JSON may have; what is nested more deeply is
/// nothing. The parser itself takes 127.
const DEPTH_MAX: usize = 100;

/// The fields of a message, by name.
pub(crate) type Object = Map<String, Value>;

/// Why bytes are no message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoObject {
    #[error("it is not JSON: {0}")]
    NotJson(String),
    #[error("it is not an object, {{…}}")]
    Other,
}

/// A message of which every field must be right, since somebody waits for the answer and can mend it.
///
/// serde takes a list for a struct, its fields in the order of the source: `["A-1"]` would claim an
/// alarm. So what was read is written once more, and no list may stand where an object does.
pub(crate) fn strict<T: Serialize + DeserializeOwned>(
    bytes: &[u8],
) -> Result<T, serde_json::Error> {
    let message: T = serde_json::from_slice(bytes)?;
    let said: Value = serde_json::from_slice(bytes)?;
    if is_list_for_object(&said, &serde_json::to_value(&message)?) {
        return Err(serde_json::Error::custom(
            "a list stands where an object belongs; name each field",
        ));
    }
    Ok(message)
}

fn is_list_for_object(said: &Value, meant: &Value) -> bool {
    match (said, meant) {
        (Value::Array(_), Value::Object(_)) => true,
        (Value::Array(said), Value::Array(meant)) => {
            let mut both = said.iter().zip(meant);
            both.any(|(said, meant)| is_list_for_object(said, meant))
        }
        (Value::Object(said), Value::Object(meant)) => meant.iter().any(|(name, meant)| {
            let said = said.get(name);
            said.is_some_and(|said| is_list_for_object(said, meant))
        }),
        _ => false,
    }
}

/// The fields of what a device said. What is nearly JSON is mended first.
pub(crate) fn object(bytes: &[u8]) -> Result<Object, NoObject> {
    let value = serde_json::from_slice(bytes)
        .or_else(|error| serde_json::from_str(&mended(bytes)).map_err(|_still_broken| error))
        .map_err(|error: serde_json::Error| NoObject::NotJson(error.to_string()))?;
    match value {
        Value::Object(fields) => Ok(fields),
        _ => Err(NoObject::Other),
    }
}

/// JSON of what a small device's `printf` made of it: a number that is none (`nan`, `inf`, `1e999`),
/// a value that is missing, `True`, a comma too many, the zero byte of a C text and what lies behind
/// it, text that is not UTF-8 or has bytes that JSON wants escaped, what is nested too deeply. Each
/// costs its own field, not the message. What is JSON stays what it is.
fn mended(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut chars = text.trim_start_matches('\u{feff}').chars().peekable();
    let mut mended = Mended {
        json: String::with_capacity(text.len()),
        ..Mended::default()
    };
    let mut in_text = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' if in_text => match chars.next_if(|next| r#""\/bfnrtu"#.contains(*next)) {
                Some('u') => mended.json.push_str(&escape(&mut chars)),
                Some(escaped) => mended.json.extend(['\\', escaped]),
                None => mended.json.push_str("\\\\"),
            },
            '"' => {
                in_text = !in_text;
                if in_text {
                    mended.begin();
                }
                mended.json.push(c);
            }
            c if in_text => mended.json.push(if c < ' ' { ' ' } else { c }),
            '\0' => break,
            c if is_bare(c) => {
                let mut word = String::from(c);
                while let Some(next) = chars.next_if(|next| is_bare(*next)) {
                    word.push(next);
                }
                mended.begin();
                mended.json.push_str(&value(word));
            }
            c => mended.sign(c),
        }
    }
    mended.json
}

/// What is mended so far.
#[derive(Default)]
struct Mended {
    json: String,
    /// A name stands there without its value.
    wants_value: bool,
    /// A comma came; it is one only if something follows.
    has_comma: bool,
    /// Something stands before it in the same list or object.
    has_begun: bool,
    depth: usize,
    /// Where that begins which is nested too deeply.
    too_deep_at: Option<usize>,
}

impl Mended {
    /// A text, a word, a list or an object begins.
    fn begin(&mut self) {
        if std::mem::take(&mut self.has_comma) {
            self.json.push(',');
        }
        self.wants_value = false;
        self.has_begun = true;
    }

    /// What stands between texts and words.
    fn sign(&mut self, c: char) {
        if self.wants_value && matches!(c, ',' | '}') {
            self.json.push_str("null");
            self.wants_value = false;
        }
        match c {
            ',' => self.has_comma = self.has_begun,
            '{' | '[' => {
                self.begin();
                self.depth += 1;
                if self.depth == DEPTH_MAX + 1 {
                    self.too_deep_at = Some(self.json.len());
                }
                self.json.push(c);
                self.has_begun = false;
            }
            '}' | ']' => {
                self.has_comma = false;
                self.json.push(c);
                if self.depth == DEPTH_MAX + 1
                    && let Some(at) = self.too_deep_at.take()
                {
                    self.json.truncate(at);
                    self.json.push_str("null");
                }
                self.depth = self.depth.saturating_sub(1);
                self.has_begun = true;
            }
            c => {
                if !c.is_whitespace() {
                    self.wants_value = c == ':';
                }
                self.json.push(c);
            }
        }
    }
}

const fn is_bare(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.' | '_')
}

/// A word outside of quotes as JSON.
fn value(word: String) -> String {
    let small = word.to_ascii_lowercase();
    if ["true", "false", "null"].contains(&small.as_str()) {
        return small;
    }
    let is_number = serde_json::from_str::<serde_json::Number>(&word).is_ok();
    if is_number { word } else { "null".to_owned() }
}

/// What follows `\u`. Half of a pair, or no code at all, becomes the sign for what cannot be read.
fn escape(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    let mut digits = String::new();
    while digits.len() < 4 {
        let Some(digit) = chars.next_if(char::is_ascii_hexdigit) else {
            break;
        };
        digits.push(digit);
    }
    let code = u32::from_str_radix(&digits, 16)
        .ok()
        .and_then(char::from_u32);
    match code {
        Some(_) if digits.len() == 4 => format!("\\u{digits}"),
        _ => char::REPLACEMENT_CHARACTER.to_string(),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use castellan_domain::wire::api::CommandRequest;
    use castellan_domain::wire::live::ClientMessage;
    use proptest::prelude::*;
    use serde_json::json;

    fn is_taken<T: Serialize + DeserializeOwned>(json: &str) -> bool {
        strict::<T>(json.as_bytes()).is_ok()
    }

    #[test]
    fn a_list_is_no_object_at_any_depth() {
        let id = "6f1c3f0e-5b7e-4a51-9d4e-0d9a7a1b2c3d";
        for (command, taken) in [
            (r#"{"claim":{"alarm":"A-1"}}"#, true),
            (r#"{"claim":["A-1"]}"#, false),
            (
                r#"{"give_call_sign":{"person":"p","call_sign":{"zh":"一","en":"a"}}}"#,
                true,
            ),
            (
                r#"{"give_call_sign":{"person":"p","call_sign":["一","a"]}}"#,
                false,
            ),
            (r#"{"give_call_sign":["p",{"zh":"一","en":"a"}]}"#, false),
            (r#"{"claim":{"alarm":"A-1","more":1}}"#, false),
        ] {
            let body = format!(r#"{{"command_id":"{id}","command":{command}}}"#);
            assert_eq!(is_taken::<CommandRequest>(&body), taken, "{body}");
            let list = format!(r#"["{id}",null,{command}]"#);
            assert!(!is_taken::<CommandRequest>(&list), "{list}");
        }
        let resume = r#"{"journal":"76169a46-d737-4e4c-bb17-8348743b7b4b","seq":1,"hash":"a"}"#;
        let hello = |resume: &str, more: &str| {
            format!(
                r#"{{"t":"hello","protocol":3,"build":"x","site":"s","audience":"wall","resume":{resume}{more}}}"#
            )
        };
        assert!(is_taken::<ClientMessage>(&hello(resume, "")));
        assert!(!is_taken::<ClientMessage>(&hello(resume, r#","more":1"#)));
        let list = r#"["76169a46-d737-4e4c-bb17-8348743b7b4b",1,"a"]"#;
        assert!(!is_taken::<ClientMessage>(&hello(list, "")));
        for (message, taken) in [
            (r#"["hello",3,"x","jinxiu","staff",null]"#, false),
            (
                r#"{"t":"hello","protocol":3,"build":"x","site":"s"}"#,
                false,
            ),
            (r#"{"t":"echo","n":1}"#, true),
            (r#"["echo",1]"#, false),
            (r#"{"t":"echo","n":1,"m":2}"#, false),
            (
                r#"{"t":"presence","person":"p","looking_at":{"alarm":"A-1"}}"#,
                true,
            ),
            (r#"{"t":"presence","personn":"p"}"#, false),
            (r#"{"t":"painted_upto","seq":1}"#, true),
            (r#"{"t":"painted_upto","seq":1,"frames":2}"#, false),
        ] {
            assert_eq!(is_taken::<ClientMessage>(message), taken, "{message}");
        }
    }

    /// So many lists within each other, and nothing in them.
    fn nested(lists: usize) -> Value {
        (0..lists).fold(Value::Null, |inner, _| json!([inner]))
    }

    #[test]
    fn what_is_nearly_json_loses_no_more_than_what_cannot_be_read() {
        for (said, meant) in [
            (
                r#"{"at":[nan,-NaN],"n":1}"#,
                json!({"at": [null, null], "n": 1}),
            ),
            (
                r#"{"at":[1e999,-1e999],"n":-1.5}"#,
                json!({"at": [null, null], "n": -1.5}),
            ),
            (
                r#"{"a":inf,"b":007,"c":.5}"#,
                json!({"a": null, "b": null, "c": null}),
            ),
            (
                r#"{"a":,"b": , "c": }"#,
                json!({"a": null, "b": null, "c": null}),
            ),
            ("{\"a\":1}\0\0", json!({"a": 1})),
            ("{\"a\":\"b\"}\r\n\0x\"}", json!({"a": "b"})),
            (
                r#"{,"a":[1,,2,],"b":{"c":3,},"d": ,, }"#,
                json!({"a": [1, 2], "b": {"c": 3}, "d": null}),
            ),
            (
                &format!(r#"{{"a":{}{},"b":[1]}}"#, "[".repeat(500), "]".repeat(500)),
                json!({"a": nested(DEPTH_MAX - 1), "b": [1]}),
            ),
            (r#"{"a":True,"b":None}"#, json!({"a": true, "b": null})),
            ("\u{feff}{\"a\":1}", json!({"a": 1})),
            ("{\"a\":\"x\ny\tz\"}", json!({"a": "x y z"})),
            (
                r#"{"a":"\x \ud800 \uzz \u00e9 \"\\ nan: ,"}"#,
                json!({"a": "\\x \u{fffd} \u{fffd}zz é \"\\ nan: ,"}),
            ),
        ] {
            let object = object(said.as_bytes()).map(Value::Object);
            assert_eq!(object, Ok(meant), "{said}");
        }
        let gbk = b"{\"name\":\"\xcd\xf5\xc7\xbf\",\"kind\":\"sos\"}";
        assert_eq!(object(gbk).unwrap()["kind"], "sos");
    }

    #[test]
    fn what_is_no_object_is_none() {
        for other in [
            "",
            "[]",
            "null",
            "1",
            "\"{}\"",
            "[{}]",
            "<a>",
            "{",
            "{\"a\"}",
            "\0{}",
            "{}{}",
            "id=1&lat=2",
        ] {
            assert!(object(other.as_bytes()).is_err(), "{other}");
        }
        let deep = object("[".repeat(60_000).as_bytes());
        assert!(matches!(deep, Err(NoObject::NotJson(_))));
    }

    pub(crate) fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 20, 4, |inner| {
            let list = proptest::collection::vec(inner.clone(), 0..4);
            let fields = proptest::collection::vec((any::<String>(), inner), 0..4);
            prop_oneof![
                list.prop_map(Value::from),
                fields.prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_json_stays_what_it_is(value in any_json(), is_pretty in any::<bool>()) {
            let json = if is_pretty { format!("{value:#}") } else { value.to_string() };
            let again: Value = serde_json::from_str(&mended(json.as_bytes())).unwrap();
            prop_assert_eq!(again, value);
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = object(&bytes);
        }
    }
}
