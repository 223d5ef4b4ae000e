//! The command line: which verb, with which options. Written by hand so that the first `cargo xtask` builds fast.

use crate::bench;
use crate::sim;
use crate::web::Flavor;

pub(crate) const USAGE: &str = "\
cargo xtask <verb> [options]

  setup                          check this machine, install what is missing where that is allowed
  demo   [--port N] [--no-simulator]
                                 build everything, run an estate at http://127.0.0.1:7878/
  test   [--only STEP] [-- …]    formatting, lints, every test, the browser journeys
                                 (words after -- go to Playwright)
  dev    [--port N]              run, watch the sources, rebuild and restart what changed
  lint                           formatting, clippy (native and wasm), tidy
  bench  [NAME …] [--quick]      measure what is built, beside peers: first-load, screen, pictures,
                                 fan-out, ceiling, alarms, events, idle, start-up … (docs/performance.md)
  sim    [--seeds N] [--first N] whole nights of faults in virtual time, one for each seed (1000)
  dist                           one program with the browser app inside, packed, in dist/
  web    [--test]                only build the browser app, into dist/web (or dist/web-test)";

const DEFAULT_PORT: u16 = 7878;
const DEFAULT_SEEDS: u64 = 1_000;

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Help,
    Setup,
    Web {
        flavor: Flavor,
    },
    Demo {
        port: u16,
        simulator: bool,
    },
    Dev {
        port: u16,
    },
    Test {
        only: Option<String>,
        extra: Vec<String>,
    },
    Dist,
    Lint,
    Bench {
        names: Vec<String>,
        quick: bool,
    },
    Sim {
        seeds: u64,
        first: u64,
    },
}

/// Reads the words after `cargo xtask`; the error is a sentence for whoever typed them.
pub(crate) fn parse(words: impl IntoIterator<Item = String>) -> Result<Verb, String> {
    let mut words = words.into_iter();
    let Some(verb) = words.next() else {
        return Ok(Verb::Help);
    };
    let mut options = Options::default();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--port" => {
                let value = words
                    .next()
                    .ok_or("`--port` needs a number, as in `--port 8080`.")?;
                let port = value
                    .parse()
                    .ok()
                    .filter(|port| *port != 0)
                    .ok_or_else(|| {
                        format!("`{value}` is not a port: give a number from 1 to 65535.")
                    })?;
                options.port = Some(port);
            }
            "--seeds" | "--first" => {
                let value = words
                    .next()
                    .ok_or_else(|| format!("`{word}` needs a number, as in `{word} 1000`."))?;
                let number = value.parse().ok().filter(|n| *n <= sim::SEEDS_MAX);
                let number = number.ok_or_else(|| {
                    format!("`{value}` is not a number from 0 to {}.", sim::SEEDS_MAX)
                })?;
                match word.as_str() {
                    "--seeds" => options.seeds = Some(number),
                    _ => options.first = Some(number),
                }
            }
            "--no-simulator" => options.no_simulator = true,
            "--test" => options.test = true,
            "--only" => {
                let step = words
                    .next()
                    .ok_or("`--only` needs a step, as in `--only journeys`.")?;
                options.only = Some(step);
            }
            "--quick" => options.quick = true,
            name if verb == "bench" && !name.starts_with('-') => {
                if !bench::is_name(name) {
                    return Err(format!(
                        "`cargo xtask bench` has no `{name}`. There are: {}.",
                        bench::NAMES
                    ));
                }
                options.names.push(name.to_owned());
            }
            "--" => options.extra.extend(words.by_ref()),
            other => return Err(format!("`cargo xtask {verb}` does not know `{other}`.")),
        }
    }
    let parsed = match verb.as_str() {
        "help" | "--help" | "-h" => Verb::Help,
        "setup" => Verb::Setup,
        "web" if options.test => {
            options.test = false;
            Verb::Web {
                flavor: Flavor::Test,
            }
        }
        "web" => Verb::Web {
            flavor: Flavor::Release,
        },
        "demo" => Verb::Demo {
            port: options.port.take().unwrap_or(DEFAULT_PORT),
            simulator: !std::mem::take(&mut options.no_simulator),
        },
        "dev" => Verb::Dev {
            port: options.port.take().unwrap_or(DEFAULT_PORT),
        },
        "test" => Verb::Test {
            only: options.only.take(),
            extra: std::mem::take(&mut options.extra),
        },
        "dist" => Verb::Dist,
        "lint" => Verb::Lint,
        "bench" => Verb::Bench {
            names: std::mem::take(&mut options.names),
            quick: std::mem::take(&mut options.quick),
        },
        "sim" => Verb::Sim {
            seeds: options.seeds.take().unwrap_or(DEFAULT_SEEDS),
            first: options.first.take().unwrap_or(0),
        },
        other => return Err(format!("There is no verb `{other}`.")),
    };
    // Every verb took the options it knows; what is left was meant for another one.
    match options.first_left() {
        Some(option) => Err(format!("`cargo xtask {verb}` does not take `{option}`.")),
        None => Ok(parsed),
    }
}

#[derive(Default)]
struct Options {
    port: Option<u16>,
    no_simulator: bool,
    test: bool,
    quick: bool,
    seeds: Option<u64>,
    first: Option<u64>,
    names: Vec<String>,
    only: Option<String>,
    extra: Vec<String>,
}

impl Options {
    fn first_left(&self) -> Option<&'static str> {
        [
            (self.port.is_some(), "--port"),
            (self.no_simulator, "--no-simulator"),
            (self.test, "--test"),
            (self.quick, "--quick"),
            (self.seeds.is_some(), "--seeds"),
            (self.first.is_some(), "--first"),
            (self.only.is_some(), "--only"),
            (!self.extra.is_empty(), "--"),
        ]
        .into_iter()
        .find_map(|(left, option)| left.then_some(option))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_line(line: &str) -> Result<Verb, String> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn verbs_take_their_own_options() {
        assert_eq!(parse_line(""), Ok(Verb::Help));
        assert_eq!(
            parse_line("demo"),
            Ok(Verb::Demo {
                port: 7878,
                simulator: true
            })
        );
        assert_eq!(
            parse_line("demo --no-simulator --port 9000"),
            Ok(Verb::Demo {
                port: 9000,
                simulator: false
            })
        );
        assert_eq!(
            parse_line("test --only journeys -- --grep claim"),
            Ok(Verb::Test {
                only: Some("journeys".into()),
                extra: vec!["--grep".into(), "claim".into()]
            })
        );
        assert_eq!(
            parse_line("bench idle history --quick"),
            Ok(Verb::Bench {
                names: vec!["idle".into(), "history".into()],
                quick: true
            })
        );
        assert_eq!(
            parse_line("sim --seeds 10000"),
            Ok(Verb::Sim {
                seeds: 10_000,
                first: 0
            })
        );
        assert_eq!(
            parse_line("web --test"),
            Ok(Verb::Web {
                flavor: Flavor::Test
            })
        );
    }

    #[test]
    fn mistakes_are_answered_with_a_sentence() {
        for (line, part) in [
            ("dmeo", "no verb `dmeo`"),
            ("demo --prot 1", "does not know `--prot`"),
            ("demo --port", "needs a number"),
            ("demo --port 0", "not a port"),
            ("demo --port 99999", "not a port"),
            ("lint --port 9000", "does not take `--port`"),
            ("bench idel", "has no `idel`"),
            ("lint --quick", "does not take `--quick`"),
            ("lint idle", "does not know `idle`"),
            ("sim --seeds all", "not a number from 0"),
            ("demo --seeds 3", "does not take `--seeds`"),
            ("demo --only fmt", "does not take `--only`"),
        ] {
            let sentence = parse_line(line).expect_err(line);
            assert!(sentence.contains(part), "{line}: {sentence}");
        }
    }
}
