//! `cargo xtask`: builds, runs and checks Castellan.
//!
//! The only build tool besides cargo and npm. One module per verb; `progress` and `castellan-programs` are what they share.

mod arguments;
mod bench;
mod cameras;
mod content_hash;
mod demo;
mod dev;
mod dist;
mod doors;
mod lint;
mod npm;
mod plain_http;
mod progress;
mod python;
mod rungs;
mod setup;
mod sim;
mod slowest;
mod test;
mod web;
mod workspace;

use std::process::ExitCode;

use arguments::Verb;

fn main() -> ExitCode {
    let verb = match arguments::parse(std::env::args().skip(1)) {
        Ok(verb) => verb,
        Err(sentence) => {
            eprintln!("{sentence}\n\n{}", arguments::USAGE);
            return ExitCode::from(2);
        }
    };
    let outcome = match verb {
        Verb::Help => {
            println!("{}", arguments::USAGE);
            Ok(())
        }
        Verb::Setup => setup::run(),
        Verb::Web { flavor } => web::run(flavor),
        Verb::Demo { port, simulator } => demo::run(port, simulator),
        Verb::Dev { port } => dev::run(port),
        Verb::Test { only, extra } => test::run(only.as_deref(), &extra),
        Verb::Dist => dist::run(),
        Verb::Lint => lint::run(),
        Verb::Sim { seeds, first } => sim::run(seeds, first),
        Verb::Bench { names, quick } => bench::run(&names, quick),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // `{:#}` joins the chain of causes into one line: what we were doing, then what went wrong.
            eprintln!("\n{error:#}");
            ExitCode::FAILURE
        }
    }
}
