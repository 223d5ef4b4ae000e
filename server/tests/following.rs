//! One input can be followed through the log, from its sender to a display.

use crate::common::display::Display;
use crate::common::{Castellan, estate, eventually};

/// The line with these words, and a figure in it.
fn line<'a>(log: &'a str, words: &[&str]) -> Option<&'a str> {
    let mut lines = log.lines();
    lines.find(|line| words.iter().all(|word| line.contains(word)))
}

fn figure<'a>(line: &'a str, name: &str) -> &'a str {
    let (_, rest) = line.split_once(name).expect("the figure");
    let end = rest.find(|c: char| !c.is_ascii_digit());
    &rest[..end.unwrap_or(rest.len())]
}

#[tokio::test]
async fn the_log_leads_from_a_report_by_its_number_to_the_fact_and_by_that_to_the_display() {
    let data = tempfile::tempdir().unwrap();
    let log = ["env", "RUST_LOG=castellan=trace"];
    let server = Castellan::start_wrapped(&log, data.path(), &estate(), &[]);
    let mut console = Display::open(&server).await;
    server.raise("d-004", "e-1", "gas_low").await;
    console
        .until(&server, |console| !console.replica.view().alarms.is_empty())
        .await;
    eventually("the line of the display", async || {
        let log = server.log();
        let received = line(&log, &["received", r#"adapter="events""#])?;
        let trace = figure(received, "trace=").to_owned();
        let published = line(&log, &["published", &trace])?;
        let upto: u64 = figure(published, "upto=").parse().expect("a number");
        // Facts of later turns may go out with it.
        let mut sent = log.lines().filter(|line| line.contains(" sent messages="));
        let holds = |line: &str| {
            figure(line, "upto=")
                .parse::<u64>()
                .is_ok_and(|to| to >= upto)
        };
        sent.any(holds).then_some(())
    })
    .await;
}
