//! The checker of the ledger test: what senders were promised, against what is on disk.
//!
//! It reads the journal itself and trusts nothing of the server's own code but the shape of a fact:
//! hash chain, numbering and counts are computed here once more. Positions it asks of the server.

use super::{Castellan, SITE, database};
use castellan_domain::alarm::AlarmFact;
use castellan_domain::answer::{Accepted, Answer, Outcome};
use castellan_domain::fact::{Cause, Fact, FactBody};
use castellan_domain::ids::{AlarmId, AlarmTypeId, DeviceId};
use castellan_domain::observation::ReportedState;
use castellan_domain::site::Site;
use castellan_domain::time::Timestamp;
use castellan_domain::wire::history::TrackPage;
use sha2::{Digest as _, Sha256};
use sqlx::Row as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// An event as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) kind: AlarmTypeId,
    pub(crate) state: ReportedState,
}

/// By what an event is known.
pub(crate) type EventKey = (DeviceId, String);

/// Everything that a sender wrote down.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ledger {
    /// Every event that was sent at least once.
    pub(crate) sent_events: BTreeMap<EventKey, Sent>,
    /// Every 200 to an event, with its promise.
    pub(crate) events: Vec<(EventKey, Accepted)>,
    /// Every command that was sent at least once.
    pub(crate) sent_commands: BTreeSet<uuid::Uuid>,
    /// Every 200, 403, 404, 409 or 422 to a command.
    pub(crate) commands: Vec<(uuid::Uuid, Answer)>,
    /// Every position that was sent: person, second, ten-millionths of a degree east.
    pub(crate) sent_fixes: BTreeMap<(String, i64), i64>,
    /// Every 200 to a position.
    pub(crate) fixes: Vec<(String, i64)>,
}

impl Ledger {
    /// Puts another sender's ledger to this one.
    pub(crate) fn add(&mut self, other: Self) {
        self.sent_events.extend(other.sent_events);
        self.events.extend(other.events);
        self.sent_commands.extend(other.sent_commands);
        self.commands.extend(other.commands);
        self.sent_fixes.extend(other.sent_fixes);
        self.fixes.extend(other.fixes);
    }
}

/// A row of the journal.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) seq: i64,
    pub(crate) bytes: String,
    pub(crate) hash: Vec<u8>,
}

/// What is on disk.
#[derive(Debug, Clone, Default)]
pub(crate) struct Record {
    pub(crate) journal: uuid::Uuid,
    pub(crate) facts: Vec<Row>,
    pub(crate) seen_events: BTreeMap<EventKey, Answer>,
    pub(crate) seen_commands: BTreeMap<uuid::Uuid, Answer>,
    pub(crate) fixes: Vec<(String, i64, i64)>,
}

impl Record {
    /// Reads the journal of a stopped server without changing it, and then its positions.
    pub(crate) async fn read(data: &Path) -> Result<Self, Box<dyn std::error::Error>> {
        let mut record = Self::default();
        let mut db = read_only(&database(data, "journal.db")).await?;
        let row = sqlx::query("SELECT value FROM meta WHERE key = 'journal_id'");
        record.journal = row.fetch_one(&mut db).await?.get::<String, _>(0).parse()?;
        let rows = sqlx::query("SELECT seq, bytes, hash FROM facts ORDER BY seq");
        for row in rows.fetch_all(&mut db).await? {
            record.facts.push(Row {
                seq: row.try_get(0)?,
                bytes: row.try_get(1)?,
                hash: row.try_get(2)?,
            });
        }
        let rows = sqlx::query("SELECT device, event, answer FROM seen_events");
        for row in rows.fetch_all(&mut db).await? {
            let device = DeviceId::new(row.try_get::<String, _>(0)?)?;
            let answer = serde_json::from_str(row.try_get(2)?)?;
            record.seen_events.insert((device, row.try_get(1)?), answer);
        }
        let rows = sqlx::query("SELECT command_id, answer FROM seen_commands");
        for row in rows.fetch_all(&mut db).await? {
            let id = row.try_get::<String, _>(0)?.parse()?;
            let answer = serde_json::from_str(row.try_get(1)?)?;
            record.seen_commands.insert(id, answer);
        }
        record.fixes = positions(data).await?;
        Ok(record)
    }
}

/// Positions lie packed in blocks: read them as everybody does, of another life of the server.
async fn positions(data: &Path) -> Result<Vec<(String, i64, i64)>, Box<dyn std::error::Error>> {
    let server = Castellan::start(data);
    let mut db = read_only(&database(data, "tracks.db")).await?;
    let people = sqlx::query("SELECT person FROM people");
    let mut fixes = Vec::new();
    for row in people.fetch_all(&mut db).await? {
        let person: String = row.try_get(0)?;
        let mut from = Some(Timestamp::default());
        while let Some(begin) = from {
            let begin = begin.as_micros();
            let path = format!("/api/v1/sites/{SITE}/tracks/{person}?from={begin}&limit=5000");
            let page: TrackPage = server.get_as("li-na", &path).await.json();
            fixes.extend(page.fixes.iter().map(|fix| {
                let lon = (fix.at.lon() * 1e7).round();
                (
                    person.clone(),
                    fix.occurred_at.as_micros() / 1_000_000,
                    e7(lon),
                )
            }));
            from = page.next;
        }
    }
    Ok(fixes)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a longitude is at most 1.8e9 here"
)]
fn e7(rounded: f64) -> i64 {
    rounded as i64
}

async fn read_only(path: &Path) -> Result<SqliteConnection, sqlx::Error> {
    use sqlx::Connection as _;
    let options = SqliteConnectOptions::new().filename(path).read_only(true);
    SqliteConnection::connect_with(&options).await
}

/// Every promise that the record breaks, as sentences. None: the ledger holds.
pub(crate) fn faults(ledger: &Ledger, record: &Record) -> Vec<String> {
    let mut faults = Vec::new();
    let facts = chain(record, &mut faults);
    no_alarm_twice(&facts, &mut faults);
    let mut of_events: BTreeMap<EventKey, Vec<&FactBody>> = BTreeMap::new();
    let mut of_commands: BTreeMap<uuid::Uuid, Vec<&Fact>> = BTreeMap::new();
    for fact in &facts {
        match &fact.cause {
            Cause::Event { device, event } => {
                let key = (device.clone(), event.to_string());
                of_events.entry(key).or_default().push(&fact.body);
            }
            Cause::Command(id) => of_commands.entry(id.0).or_default().push(fact),
            Cause::Call { .. }
            | Cause::Rule(_)
            | Cause::Estate
            | Cause::Console
            | Cause::Server => {}
        }
    }
    for (key, promised) in &ledger.events {
        match record.seen_events.get(key) {
            Some(Ok(kept)) if kept == promised => {}
            kept => faults.push(format!(
                "{key:?} was promised {promised:?}, kept is {kept:?}"
            )),
        }
    }
    for (key, answer) in &record.seen_events {
        let made: &[&FactBody] = of_events.get(key).map_or(&[], Vec::as_slice);
        match ledger.sent_events.get(key) {
            None => faults.push(format!("{key:?} was never sent")),
            Some(sent) if !fits(sent, answer, made) => {
                faults.push(format!(
                    "{key:?} {sent:?} was answered {answer:?} and made {made:?}"
                ));
            }
            Some(_) => {}
        }
    }
    for key in of_events.keys() {
        if !record.seen_events.contains_key(key) {
            faults.push(format!("{key:?} made a fact and is not remembered"));
        }
    }
    commands(ledger, record, &of_commands, &mut faults);
    fixes(ledger, record, &mut faults);
    faults
}

/// Reads all facts, checking numbers and chain.
fn chain(record: &Record, faults: &mut Vec<String>) -> Vec<Fact> {
    let mut link: Vec<u8> = Sha256::digest(record.journal.as_bytes()).to_vec();
    let mut facts = Vec::new();
    for (row, expected) in record.facts.iter().zip(1i64..) {
        if row.seq != expected {
            faults.push(format!("fact {expected} is missing before {}", row.seq));
            break;
        }
        link.extend_from_slice(row.bytes.as_bytes());
        link = Sha256::digest(&link).to_vec();
        if link != row.hash {
            faults.push(format!("the chain breaks at fact {expected}"));
            break;
        }
        match Fact::decode(&row.bytes) {
            Ok(fact) if fact.seq.0 == expected.unsigned_abs() && fact.site.as_str() == SITE => {
                facts.push(fact);
            }
            other => faults.push(format!("fact {expected} reads as {other:?}")),
        }
    }
    facts
}

/// No alarm number is given twice, no condition is raised while its alarm is open, and the site's
/// time never goes back.
fn no_alarm_twice(facts: &[Fact], faults: &mut Vec<String>) {
    let mut site = Site::default();
    let mut numbers = BTreeSet::new();
    let mut before = None;
    for fact in facts {
        if let FactBody::Alarm(AlarmFact::Raised(body)) = &fact.body {
            if !numbers.insert(body.alarm) {
                faults.push(format!("{} was raised twice", body.alarm));
            }
            if let Some(open) = site
                .control()
                .alarms
                .row_of(&body.source, &body.family, fact.drill)
            {
                faults.push(format!("{} was raised while {open} was open", body.alarm));
            }
        }
        if before > Some(fact.recorded_at) {
            faults.push(format!("time went back at fact {}", fact.seq));
        }
        before = Some(fact.recorded_at);
        site.apply(fact);
    }
}

/// Whether an event, its answer and the facts that it caused belong together.
fn fits(sent: &Sent, answer: &Answer, made: &[&FactBody]) -> bool {
    let Ok(Accepted::Reported { outcome, alarm }) = answer else {
        return false;
    };
    let same = |made: AlarmId| *alarm == Some(made);
    let again = |made: &FactBody| match made {
        FactBody::Alarm(AlarmFact::Repeated(body)) => same(body.alarm) && body.state == sent.state,
        FactBody::Alarm(AlarmFact::Joined(body)) => {
            same(body.alarm) && body.kind == sent.kind && body.state == sent.state
        }
        _ => false,
    };
    match (outcome, made) {
        (Outcome::Raised, [FactBody::Alarm(AlarmFact::Raised(body))]) => {
            same(body.alarm) && body.kind == sent.kind && body.state == sent.state
        }
        (Outcome::Repeated, [repeated @ FactBody::Alarm(AlarmFact::Repeated(_))]) => {
            again(repeated)
        }
        (Outcome::Joined, [joined @ FactBody::Alarm(AlarmFact::Joined(_))]) => again(joined),
        (Outcome::Returned, [repeated, FactBody::Alarm(AlarmFact::Returned(body))]) => {
            again(repeated) && same(body.alarm)
        }
        (Outcome::Cleared, [FactBody::Alarm(AlarmFact::Cleared(body))]) => {
            same(body.alarm) && sent.state == ReportedState::Cleared
        }
        (Outcome::NothingToClear, []) => sent.state == ReportedState::Cleared,
        _ => false,
    }
}

fn commands(
    ledger: &Ledger,
    record: &Record,
    made: &BTreeMap<uuid::Uuid, Vec<&Fact>>,
    faults: &mut Vec<String>,
) {
    for (id, promised) in &ledger.commands {
        let kept = record.seen_commands.get(id);
        if kept != Some(promised) {
            faults.push(format!(
                "command {id} was promised {promised:?}, kept is {kept:?}"
            ));
        }
    }
    for (id, answer) in &record.seen_commands {
        let made: &[&Fact] = made.get(id).map_or(&[], Vec::as_slice);
        let fits = match (answer, made) {
            (Ok(Accepted::Done { seq }), [fact]) => fact.seq == *seq,
            (Err(_), []) => true,
            _ => false,
        };
        if !fits || !ledger.sent_commands.contains(id) {
            faults.push(format!(
                "command {id} was answered {answer:?} and made {made:?}"
            ));
        }
    }
    for id in made
        .keys()
        .filter(|id| !record.seen_commands.contains_key(id))
    {
        faults.push(format!("command {id} made a fact and is not remembered"));
    }
}

fn fixes(ledger: &Ledger, record: &Record, faults: &mut Vec<String>) {
    let mut kept = BTreeSet::new();
    for (person, second, lon) in &record.fixes {
        let key = (person.clone(), *second);
        if ledger.sent_fixes.get(&key) != Some(lon) {
            faults.push(format!("the position {key:?} at {lon} was never sent"));
        }
        if !kept.insert(key) {
            faults.push(format!(
                "the position of {person} at {second} is there twice"
            ));
        }
    }
    for key in &ledger.fixes {
        if !kept.contains(key) {
            faults.push(format!("the position {key:?} was promised and is not kept"));
        }
    }
}
