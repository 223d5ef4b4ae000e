//! What a file of channels may say, and the sentence for each fault.

use super::*;

const WHOLE: &str = r#"
language = "en"

[person.zhou-jie]
reach = [{ by = "voice", at = "13800000000" }, { by = "chat", at = "security" }, { by = "mail", at = "zhou@example.com" }]

[chat.security]
kind = "wecom"
url_file = "URL"

[voice]
url_file = "URL"
body = '{"to":"{to}","say":"{text}"}'
accepted = { pointer = "/code", equals = "OK" }

[mail]
relay = "127.0.0.1:25"
from = "castellan@example.com"
"#;

fn tried(text: &str) -> Result<ReachPublished, String> {
    let folder = tempfile::tempdir().unwrap();
    let url = folder.path().join("url");
    fs::write(&url, "http://127.0.0.1:9/robot?key=abc\n").unwrap();
    let path = folder.path().join("channels.toml");
    fs::write(&path, text.replace("URL", url.to_str().unwrap())).unwrap();
    let estate = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/common/estate.json");
    let estate = Estate::parse(&fs::read(estate).unwrap()).unwrap();
    let read = read(&path, &Arc::new(estate), JournalId(uuid::Uuid::nil()));
    let read = read.map_err(|error| format!("{error:#}"))?;
    let shown = format!("{:?}", read.0);
    assert!(!shown.contains("abc"), "no key in a log: {shown}");
    Ok(read.1)
}

#[test]
fn whoever_is_named_is_reached_in_the_order_that_is_said() {
    let reach = tried(WHOLE).unwrap();
    let person: PersonId = "zhou-jie".parse().unwrap();
    let expected = vec![Channel::Voice, Channel::Chat, Channel::Mail];
    assert_eq!(reach.people, BTreeMap::from([(person, expected)]));
}

#[test]
fn each_fault_has_its_sentence() {
    for (before, after, sentence) in [
        ("zhou-jie", "nobody", "person nobody is not in the estate"),
        (
            "[chat.security]",
            "[chat.other]",
            "[chat.security] is not there",
        ),
        ("[voice]", "[sms]", "[voice] is not there; add it"),
        ("zhou@example.com", "zhou", "is no mail address"),
        ("13800000000", " ", "has no number by voice"),
        ("{to}", "{two}", "voice.body says {to} nowhere"),
        (
            "127.0.0.1:25\"",
            "mail.example.com:25\"\ntls = \"none\"",
            "without TLS to this machine only",
        ),
        (
            "from =",
            "user = \"castellan\"\nfrom =",
            "mail needs password_file or password_env",
        ),
        (
            "from =",
            "password_file = \"URL\"\nfrom =",
            "a password and no user",
        ),
        (
            "from =",
            "password = \"abc\"\nfrom =",
            "line 18: unknown field `password`",
        ),
        (
            "language",
            "ca_file = \"/nowhere/own.pem\"\nlanguage",
            "ca_file /nowhere/own.pem",
        ),
        ("kind = \"wecom\"", "kind = \"icq\"", "unknown variant"),
        (
            "url_file = \"URL\"",
            "url_env = \"NOT_SET_ANYWHERE\"",
            "which is not set",
        ),
        ("by = \"voice\"", "by = \"pigeon\"", "unknown variant"),
        ("from =", "form =", "unknown field"),
    ] {
        assert!(WHOLE.contains(before), "{before}");
        let said = tried(&WHOLE.replacen(before, after, 1)).unwrap_err();
        assert!(said.contains(sentence), "{after}: {said}");
        assert!(!said.contains("abc"), "no key in a log: {said}");
    }
}
