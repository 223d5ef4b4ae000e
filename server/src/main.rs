//! The `castellan` program: `serve` runs a site, `doctor` checks its record, `backup` and `restore`
//! copy it.

mod actuations;
mod admin;
mod anchor;
mod aside;
mod backup;
mod built_in;
mod camera_verbs;
mod cameras;
mod clips;
mod clock;
mod config;
mod defaults;
mod disk;
mod doctor;
mod evidence;
mod follower;
mod health;
mod http;
mod hub;
mod ingest;
mod journal;
mod json;
mod listening;
mod metrics;
mod modes;
mod observations;
mod opening;
mod outbox;
mod outside;
mod personal;
mod procedure_verbs;
mod procedures;
mod requests;
mod rows;
mod search_keys;
mod self_test;
mod serve;
mod sheet;
mod sheet_verb;
mod signed_post;
mod site_folder;
mod site_task;
mod sqlite;
mod tables;
mod tracks;
mod vault;
mod verbs;
mod wall_verb;

use clap::Parser as _;
use config::{Cli, Verb};
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    modes::keep_private();
    config::start_logging(cli.log);
    let result = match cli.verb {
        Verb::Serve(args) => serve::run(*args).await,
        Verb::Doctor(args) => verbs::doctor(&args).await,
        Verb::Backup(args) => verbs::backup(&args).await,
        Verb::Restore(args) => backup::restore(&args).await,
        Verb::Procedures(args) => procedure_verbs::run(&args),
        Verb::Camera(args) => camera_verbs::run(args).await,
        Verb::Verify(args) => sheet_verb::verify(&args).await,
        Verb::Wall(args) => wall_verb::run(&args),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            // The one place where an error that stops the program is told to a person.
            eprintln!("castellan: {}", sentence(&error));
            ExitCode::FAILURE
        }
    }
}

/// An error with its causes. Most of our errors tell their cause in their own words already.
fn sentence(error: &anyhow::Error) -> String {
    error.chain().fold(String::new(), |told, cause| {
        let cause = cause.to_string();
        match told.as_str() {
            "" => cause,
            _ if told.contains(&cause) => told,
            _ => format!("{told}: {cause}"),
        }
    })
}
