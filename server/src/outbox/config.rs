//! The file of channels: which ways out there are, and who is reached how. Addresses and keys stay here.

use super::carrier::{Carrier, Way};
use super::chat::{Robot, RobotKind};
use super::gateway::{Accepted, Escape, Gateway, Template};
use super::http_post::HttpPost;
use super::mail::{Mail, Tls, address};
use super::webhook::Webhook;
use super::words::Teller;
use crate::modes::warn_if_open_to_others;
use crate::outside::Authorities;
use anyhow::{Context as _, anyhow, bail, ensure};
use castellan_domain::estate::{Channel, Estate};
use castellan_domain::fact::ReachPublished;
use castellan_domain::ids::{JournalId, PersonId};
use castellan_domain::text::Language;
use jiff::tz::TimeZoneDatabase;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Bytes of a file at most.
const FILE_BYTES_MAX: usize = 1024 * 1024;
/// Messages of one robot in a minute, where the file says nothing else.
const ROBOT_PER_MINUTE: u32 = 20;
/// Bytes of a text by a gateway, where the file says nothing else: four short messages.
const GATEWAY_BYTES: usize = 500;
/// Bytes of a mail's text.
const MAIL_BYTES: usize = 64 * 1024;
/// Characters of an address.
const ADDRESS_CHARS_MAX: usize = 254;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default = "zh")]
    language: Language,
    /// Authorities of the estate's own.
    #[serde(rename = "ca_file")]
    authorities: Option<PathBuf>,
    /// At most as many as fit into the file, whose bytes are limited; so of the next one.
    #[serde(default)]
    person: BTreeMap<PersonId, Person>,
    /// At most as many as fit into the file.
    #[serde(default)]
    chat: BTreeMap<String, Chat>,
    voice: Option<Gate>,
    sms: Option<Gate>,
    mail: Option<Relay>,
    webhook: Option<Hook>,
}

const fn zh() -> Language {
    Language::Zh
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Person {
    /// Best first, at most as many as fit into the file.
    reach: Vec<By>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct By {
    by: Channel,
    /// A number, a mail address, or the name of a robot; nothing for the webhook.
    #[serde(default)]
    at: String,
}

/// An address that holds a key: in a file of its own, or in the environment.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Chat {
    kind: RobotKind,
    url_file: Option<PathBuf>,
    url_env: Option<String>,
    per_minute_max: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Gate {
    url_file: Option<PathBuf>,
    url_env: Option<String>,
    body: String,
    #[serde(default)]
    escape: Escape,
    accepted: Option<Accepted>,
    per_minute_max: Option<u32>,
    bytes_max: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Relay {
    #[serde(rename = "relay")]
    address: String,
    tls: Option<Tls>,
    user: Option<String>,
    password_file: Option<PathBuf>,
    password_env: Option<String>,
    from: String,
    per_minute_max: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hook {
    url: String,
    secret_file: PathBuf,
}

/// Reads the file, and checks all that it says.
pub(super) fn read(
    path: &Path,
    estate: &Arc<Estate>,
    journal: JournalId,
) -> anyhow::Result<(BTreeMap<Channel, Carrier>, ReachPublished)> {
    let named = || format!("the file of channels {} is not usable", path.display());
    let bytes = fs::read(path)
        .with_context(|| format!("the file of channels {} cannot be read", path.display()))?;
    ensure!(
        bytes.len() <= FILE_BYTES_MAX,
        "{} has more than {FILE_BYTES_MAX} bytes",
        path.display()
    );
    let text = String::from_utf8(bytes).with_context(named)?;
    let file: File = toml::from_str(&text)
        .map_err(|error| without_the_line(&error, &text))
        .with_context(named)?;
    set_up(file, estate, journal).with_context(named)
}

/// What is wrong and where. Not the line itself: somebody may have written a key into it.
fn without_the_line(error: &toml::de::Error, text: &str) -> anyhow::Error {
    let before = error.span().and_then(|span| text.get(..span.start));
    let line = 1 + before.unwrap_or_default().matches('\n').count();
    anyhow!("line {line}: {}", error.message())
}

fn set_up(
    file: File,
    estate: &Arc<Estate>,
    journal: JournalId,
) -> anyhow::Result<(BTreeMap<Channel, Carrier>, ReachPublished)> {
    let zone = TimeZoneDatabase::bundled().get(estate.time_zone.as_str())?;
    let teller = Teller {
        estate: estate.clone(),
        language: file.language,
        zone,
    };
    let authorities = match &file.authorities {
        Some(path) => Authorities::read(path)?,
        None => Authorities::default(),
    };
    let (people, mut addresses) = people_of(file.person, &file.chat, estate)?;
    let mut ways = BTreeMap::new();
    if let Some(hook) = file.webhook {
        let (secret, site) = (&hook.secret_file, estate.site.clone());
        let webhook = Webhook::new(&hook.url, secret, site, journal, &authorities)?;
        ways.insert(Channel::Webhook, (Way::Webhook(webhook), None, usize::MAX));
    }
    for (channel, gate) in [(Channel::Voice, file.voice), (Channel::Sms, file.sms)] {
        if let Some(gate) = gate {
            let limits = (gate.per_minute_max, gate.bytes_max.unwrap_or(GATEWAY_BYTES));
            ensure!(
                limits.1 >= 60,
                "{}.bytes_max is too little for a sentence; give 60 at least",
                channel.name()
            );
            let way = Way::Gateway(gateway(channel.name(), gate, &authorities)?);
            ways.insert(channel, (way, limits.0, limits.1));
        }
    }
    if let Some(relay) = file.mail {
        let per_minute_max = relay.per_minute_max;
        let way = Way::Mail(mail(relay, &authorities)?);
        ways.insert(Channel::Mail, (way, per_minute_max, MAIL_BYTES));
    }
    if !file.chat.is_empty() {
        ways.insert(
            Channel::Chat,
            (robots(file.chat, &authorities)?, None, usize::MAX),
        );
    }
    let mut carriers = BTreeMap::new();
    for channel in addresses.keys() {
        ensure!(
            ways.contains_key(channel),
            "people are reached by {0}, and [{0}] is not there; add it, or leave it out of `reach`",
            channel.name()
        );
    }
    for (channel, (way, per_minute_max, bytes_max)) in ways {
        let addresses = addresses.remove(&channel).unwrap_or_default();
        let carrier = Carrier {
            way,
            addresses,
            teller: teller.clone(),
            journal,
            per_minute_max,
            bytes_max,
        };
        carriers.insert(channel, carrier);
    }
    Ok((carriers, ReachPublished { people }))
}

/// Each person's channels, and where each channel reaches them.
type Reached = (
    BTreeMap<PersonId, Vec<Channel>>,
    BTreeMap<Channel, BTreeMap<PersonId, String>>,
);

fn people_of(
    said: BTreeMap<PersonId, Person>,
    chat: &BTreeMap<String, Chat>,
    estate: &Estate,
) -> anyhow::Result<Reached> {
    let mut people = BTreeMap::new();
    let mut addresses: BTreeMap<Channel, BTreeMap<PersonId, String>> = BTreeMap::new();
    for (person, said) in said {
        ensure!(
            estate.person(&person).is_some(),
            "person {person} is not in the estate; look up the id there"
        );
        let mut channels = Vec::new();
        for By { by, at } in said.reach {
            check_address(&person, by, &at, chat)?;
            ensure!(!channels.contains(&by), "{person} has {} twice", by.name());
            channels.push(by);
            addresses.entry(by).or_default().insert(person.clone(), at);
        }
        ensure!(
            !channels.is_empty(),
            "{person} has no way; leave the person out"
        );
        people.insert(person, channels);
    }
    Ok((people, addresses))
}

fn check_address(
    person: &PersonId,
    by: Channel,
    at: &str,
    chat: &BTreeMap<String, Chat>,
) -> anyhow::Result<()> {
    let is_odd = at.chars().any(char::is_control) || at.chars().count() > ADDRESS_CHARS_MAX;
    ensure!(
        !is_odd,
        "the address of {person} by {} is no address",
        by.name()
    );
    match by {
        Channel::Webhook => ensure!(
            at.is_empty(),
            "{person} has no `at` by the webhook, which reaches everybody"
        ),
        Channel::Chat => ensure!(
            chat.contains_key(at),
            "{person} is reached by the robot {at:?}, and [chat.{at}] is not there"
        ),
        Channel::Mail => drop(address(at).with_context(|| format!("of {person}"))?),
        Channel::Voice | Channel::Sms => {
            ensure!(
                !at.trim().is_empty(),
                "{person} has no number by {}",
                by.name()
            );
        }
    }
    Ok(())
}

fn gateway(whose: &str, gate: Gate, authorities: &Authorities) -> anyhow::Result<Gateway> {
    let url = secret(
        whose,
        "url",
        gate.url_file.as_deref(),
        gate.url_env.as_deref(),
    )?;
    ensure!(
        gate.body.contains("{to}"),
        "{whose}.body says {{to}} nowhere, so nobody would be called"
    );
    Ok(Gateway {
        http: HttpPost::new(&format!("gateway of {whose}"), &url, authorities)?,
        template: Template {
            body: gate.body,
            escape: gate.escape,
        },
        accepted: gate.accepted,
    })
}

fn robots(chat: BTreeMap<String, Chat>, authorities: &Authorities) -> anyhow::Result<Way> {
    let mut robots = BTreeMap::new();
    for (name, chat) in chat {
        let whose = format!("chat.{name}");
        let url = secret(
            &whose,
            "url",
            chat.url_file.as_deref(),
            chat.url_env.as_deref(),
        )?;
        let robot = Robot {
            kind: chat.kind,
            http: HttpPost::new(&format!("robot {name}"), &url, authorities)?,
            per_minute_max: chat.per_minute_max.unwrap_or(ROBOT_PER_MINUTE),
        };
        robots.insert(name, robot);
    }
    Ok(Way::Chat(robots))
}

fn mail(said: Relay, authorities: &Authorities) -> anyhow::Result<Mail> {
    let (file, env) = (said.password_file, said.password_env);
    let login = if let Some(user) = said.user {
        let password = secret("mail", "password", file.as_deref(), env.as_deref())?;
        Some((user, password))
    } else {
        ensure!(
            file.is_none() && env.is_none(),
            "mail has a password and no user; give both or neither"
        );
        None
    };
    Mail::new(&said.address, said.tls, login, &said.from, authorities)
}

/// What nobody may read, from its file or the environment: a password, or an address with a key in it.
fn secret(
    whose: &str,
    what: &str,
    file: Option<&Path>,
    env: Option<&str>,
) -> anyhow::Result<String> {
    let said = match (file, env) {
        (Some(file), None) => {
            warn_if_open_to_others(file);
            fs::read_to_string(file)
                .with_context(|| format!("{whose}.{what}_file {} cannot be read", file.display()))?
        }
        (None, Some(name)) => std::env::var(name)
            .with_context(|| format!("{whose}.{what}_env names {name}, which is not set"))?,
        (None, None) | (Some(_), Some(_)) => {
            bail!("{whose} needs {what}_file or {what}_env, one of them: nobody else may read it")
        }
    };
    Ok(said.trim().to_owned())
}

#[cfg(test)]
mod tests;
