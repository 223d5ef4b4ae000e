//! `GET /metrics`: the server's figures for Prometheus. They name adapters and codes, and nobody.

use super::App;
use crate::metrics::{CONTENT_TYPE, Kind, Metrics};
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use castellan_domain::time::Timestamp;
use castellan_domain::wire::api::{DiskLevel, RefusalCount};
use std::sync::Arc;

pub(super) async fn show(State(app): State<Arc<App>>) -> impl IntoResponse {
    let mut metrics = Metrics::default();
    turns(&app, &mut metrics);
    messages(&app, &mut metrics);
    displays(&app, &mut metrics);
    people_outside(&app, &mut metrics);
    storage(&app, &mut metrics);
    self_test(&app, &mut metrics);
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], metrics.into_text())
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a second of this century has its microseconds in an f64"
)]
fn seconds(micros: i64) -> f64 {
    micros as f64 / 1_000_000.0
}

fn at(moment: Timestamp) -> f64 {
    seconds(moment.as_micros())
}

fn turns(app: &App, metrics: &mut Metrics) {
    let done = app.turns.done();
    let queue = app.queue();
    metrics.one(
        Kind::Gauge,
        "castellan_start_time_seconds",
        "When the server started, site time.",
        at(app.started_at),
    );
    metrics.one(
        Kind::Counter,
        "castellan_facts_total",
        "Facts on record, those of earlier runs included.",
        app.hub.head(),
    );
    metrics.summary(
        "castellan_turn_seconds",
        "Turns that were recorded, and how long they took.",
        done.recorded,
        done.took,
    );
    metrics.one(
        Kind::Counter,
        "castellan_turns_lost_total",
        "Turns that could not be recorded.",
        done.lost,
    );
    metrics.one(
        Kind::Counter,
        "castellan_positions_total",
        "Positions that were stored.",
        done.positions,
    );
    metrics.one(
        Kind::Gauge,
        "castellan_queue_inputs",
        "Inputs that wait for their turn.",
        queue.waiting,
    );
    metrics.one(
        Kind::Gauge,
        "castellan_queue_limit_inputs",
        "Inputs that may wait at most.",
        queue.limit,
    );
    metrics.one(
        Kind::Gauge,
        "castellan_recording",
        "1 while facts can be recorded.",
        u8::from(app.hub.not_recording_since().is_none()),
    );
    metrics.one(
        Kind::Gauge,
        "castellan_chain_holds",
        "1 unless the hash chain was broken at the start.",
        u8::from(app.chain_broken_at.is_none()),
    );
    metrics.one(
        Kind::Gauge,
        "castellan_inputs_set_aside",
        "Inputs that broke the engine, as listed under health.",
        app.set_asides.report().len(),
    );
}

fn messages(app: &App, metrics: &mut Metrics) {
    let (adapters, quarantine) = app.health.report();
    let accepted = adapters.iter();
    let accepted = accepted.map(|one| (vec![("adapter", one.adapter.as_str())], one.accepted));
    metrics.each(
        Kind::Counter,
        "castellan_messages_accepted_total",
        "Messages that were taken.",
        accepted,
    );
    let by_code = |counts: fn(&castellan_domain::wire::api::AdapterHealth) -> &[RefusalCount]| {
        let all = adapters.iter().flat_map(move |one| {
            let adapter = one.adapter.as_str();
            let counts = counts(one).iter();
            counts.map(move |count| {
                let labels = vec![("adapter", adapter), ("code", count.code.as_str())];
                (labels, count.count)
            })
        });
        all.collect::<Vec<_>>()
    };
    metrics.each(
        Kind::Counter,
        "castellan_messages_refused_total",
        "Messages that were refused or discarded, by reason.",
        by_code(|one| &one.refusals),
    );
    metrics.each(
        Kind::Counter,
        "castellan_messages_odd_total",
        "Messages that were taken though something was odd.",
        by_code(|one| &one.oddities),
    );
    metrics.one(
        Kind::Gauge,
        "castellan_unknown_senders",
        "Senders that are not in the estate, 100 at most.",
        quarantine.len(),
    );
}

fn displays(app: &App, metrics: &mut Metrics) {
    let audiences = app.hub.audiences();
    let audiences = audiences.iter();
    metrics.each(
        Kind::Gauge,
        "castellan_displays",
        "Displays that are connected.",
        audiences.map(|(audience, count)| (vec![("audience", audience.name())], *count)),
    );
    metrics.one(
        Kind::Gauge,
        "castellan_displays_behind",
        "Displays that have not painted the last fact, 20 at most.",
        app.hub.displays_behind().len(),
    );
    metrics.one(
        Kind::Gauge,
        "castellan_camera_sessions",
        "Streams that cameras are sending.",
        app.cameras.sessions(),
    );
    metrics.one(
        Kind::Gauge,
        "castellan_camera_viewers",
        "Viewers of cameras.",
        app.cameras.viewers(),
    );
    metrics.one(
        Kind::Gauge,
        "castellan_connections",
        "HTTP connections that are no displays.",
        app.connections.depth().waiting,
    );
}

fn people_outside(app: &App, metrics: &mut Metrics) {
    let outbox = app.outbox.as_ref().map(|outbox| outbox.health());
    let outbox = outbox.unwrap_or_default();
    metrics.one(
        Kind::Gauge,
        "castellan_notifications_waiting",
        "Notifications that wait.",
        outbox.waiting,
    );
    metrics.one(
        Kind::Counter,
        "castellan_notifications_left_out_total",
        "Notifications that found no room in the outbox.",
        outbox.left_out,
    );
    metrics.one(
        Kind::Gauge,
        "castellan_notifications_failing",
        "1 while the receiver does not take them.",
        u8::from(outbox.failing_since.is_some()),
    );
    let orders = app
        .actuations
        .as_ref()
        .map_or(0, |orders| orders.depth().waiting);
    metrics.one(
        Kind::Gauge,
        "castellan_orders_open",
        "Orders to devices whose outcome is not recorded yet.",
        orders,
    );
}

fn storage(app: &App, metrics: &mut Metrics) {
    let disk = app.disk.health();
    if let Some(free) = disk.free_bytes {
        metrics.one(
            Kind::Gauge,
            "castellan_disk_free_bytes",
            "Bytes that are free where the record is.",
            free,
        );
    }
    let given_up = match disk.level {
        DiskLevel::Ample => 0,
        DiskLevel::NoClips => 1,
        DiskLevel::NoObservations => 2,
        DiskLevel::FactsOnly => 3,
    };
    metrics.one(
        Kind::Gauge,
        "castellan_disk_level",
        "What is given up: 0 nothing, 1 clips, 2 observations too, 3 positions too.",
        given_up,
    );
    let clock = app.clock.health();
    metrics.one(
        Kind::Gauge,
        "castellan_clock_ahead_seconds",
        "Site time ahead of the machine's clock.",
        seconds(clock.ahead_of_wall.as_micros()),
    );
    metrics.one(
        Kind::Counter,
        "castellan_clock_steps_total",
        "Jumps of the machine's clock.",
        clock.steps,
    );
    let logged = app.observations.health();
    metrics.one(
        Kind::Counter,
        "castellan_observations_written_total",
        "Observations that were logged.",
        logged.written,
    );
    let dropped = [
        ("queue_full", logged.dropped_queue_full),
        ("unwritable", logged.dropped_unwritable),
        ("day_full", logged.dropped_day_full),
    ];
    metrics.each(
        Kind::Counter,
        "castellan_observations_dropped_total",
        "Observations that were not logged, by reason.",
        dropped.map(|(reason, count)| (vec![("reason", reason)], count)),
    );
    let clips = app.clips.health(app.cameras.budget());
    metrics.one(
        Kind::Gauge,
        "castellan_clips_running",
        "Clips in the making.",
        clips.running,
    );
    metrics.one(
        Kind::Counter,
        "castellan_clips_not_kept_total",
        "Clips that were not kept.",
        clips.not_kept,
    );
    metrics.one(
        Kind::Gauge,
        "castellan_clips_memory_bytes",
        "Pictures that are kept in memory for clips.",
        clips.memory_bytes,
    );
}

/// Nothing before the first one has ended.
fn self_test(app: &App, metrics: &mut Metrics) {
    let ended = app.hub.with_view(|view| view.self_test?.ended);
    let Some(ended) = ended else { return };
    metrics.one(
        Kind::Gauge,
        "castellan_self_test_passed",
        "1 if the last self-test was passed.",
        u8::from(ended.is_passed()),
    );
    metrics.one(
        Kind::Gauge,
        "castellan_self_test_ended_timestamp_seconds",
        "When the last self-test ended, site time.",
        at(ended.at),
    );
    metrics.one(
        Kind::Gauge,
        "castellan_self_test_due_timestamp_seconds",
        "When the next self-test is to begin, site time.",
        at(ended.next_at),
    );
    metrics.one(
        Kind::Gauge,
        "castellan_self_test_took_seconds",
        "How long the last self-test took.",
        f64::from(ended.took_ms) / 1_000.0,
    );
}
