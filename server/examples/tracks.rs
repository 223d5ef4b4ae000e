//! How many positions the history stores a second: no HTTP, no engine, the store alone, which `cargo
//! xtask bench history` measures beside plain `SQLite`. Called with a folder and a number of rows; prints
//! one JSON object.

#[path = "../src/clock.rs"]
#[expect(dead_code, reason = "upkeep names the clock; nothing here asks it")]
mod clock;
#[path = "../src/rows.rs"]
mod rows;
#[path = "../src/sqlite.rs"]
#[expect(dead_code, reason = "other stores ask more of it")]
mod sqlite;
#[path = "../src/tracks/mod.rs"]
#[expect(dead_code, unused_imports, reason = "only what writes is measured")]
mod tracks;

use anyhow::{Context as _, ensure};
use castellan_domain::geo::LonLat;
use castellan_domain::ids::PersonId;
use castellan_domain::observation::Fix;
use castellan_domain::time::Timestamp;
use rustix::time::{ClockId, clock_gettime};
use serde_json::json;
use std::path::Path;
use std::time::{Duration, Instant};
use tracks::Tracks;

/// As many as one turn of the server takes at most.
const TURN_ROWS: u32 = 256;
/// Everybody tells where they are once a second.
const PEOPLE: u32 = 2_000;
/// As often as the server brings positions onto the disk itself.
const SYNC_EVERY: Duration = Duration::from_secs(1);
/// Rows at most: they lie in memory before the measurement begins.
const ROWS_MAX: u32 = 2_000_000;
/// Midnight UTC: what is stored lies in one day.
const BEGINS_S: i64 = 1_795_046_400;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [folder, rows] = words.as_slice() else {
        println!("Called by `cargo xtask bench history`, with a folder and a number of rows.");
        return Ok(());
    };
    let rows: u32 = rows.parse().context("the number of rows")?;
    ensure!(rows <= ROWS_MAX, "at most {ROWS_MAX} rows");
    let turns = march(rows)?;
    let tracks = Tracks::open(&Path::new(folder).join("tracks.db")).await?;
    let (begun, cpu) = (Instant::now(), cpu_s());
    let mut sync_at = begun + SYNC_EVERY;
    for turn in &turns {
        tracks.append(turn).await?;
        if Instant::now() >= sync_at {
            tracks.sync().await?;
            sync_at = Instant::now() + SYNC_EVERY;
        }
    }
    tracks.sync().await?;
    let (stored, stored_cpu) = (Instant::now(), cpu_s());
    tracks.compact().await?;
    let report = json!({
        "rows": rows,
        "took_s": (stored - begun).as_secs_f64(),
        "cpu_s": stored_cpu - cpu,
        "packing_s": stored.elapsed().as_secs_f64(),
        "packing_cpu_s": cpu_s() - stored_cpu,
    });
    println!("{report}");
    Ok(())
}

/// What the turns bring: everybody goes east at a walk.
fn march(rows: u32) -> anyhow::Result<Vec<Vec<Fix>>> {
    let people: Vec<PersonId> = (0..PEOPLE)
        .map(|n| PersonId::new(format!("p-{n:05}")))
        .collect::<Result<_, _>>()?;
    let mut turns = vec![Vec::new(); rows.div_ceil(TURN_ROWS) as usize];
    for row in 0..rows {
        let (who, second) = (row % PEOPLE, row / PEOPLE);
        let occurred_at = Timestamp::from_secs(BEGINS_S + i64::from(second));
        let fix = Fix {
            person: people[who as usize].clone(),
            occurred_at,
            received_at: occurred_at
                + castellan_domain::time::Span::from_millis(i64::from(80 + row % 40)),
            at: LonLat::new(
                120.1 + f64::from(second) * 1.4e-5,
                30.0 + f64::from(who) * 2e-6,
            )?,
            accuracy_dm: Some(u16::try_from(50 + (who + second) / 5 % 8 * 10)?),
            battery_percent: Some(80),
        };
        turns[(row / TURN_ROWS) as usize].push(fix);
    }
    Ok(turns)
}

/// Processor time of this process, all threads.
fn cpu_s() -> f64 {
    let spent = clock_gettime(ClockId::ProcessCPUTime);
    Duration::try_from(spent).map_or(0.0, |spent| spent.as_secs_f64())
}
