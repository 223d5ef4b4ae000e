//! The peers, started as each wants it.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use super::rig::{LOAD_LIMIT, Rig, Running, free_address};

const BUN_SCRIPT: &str = include_str!("bun_peer.js");

/// Who is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Ours,
    Nats,
    Bun,
    Mosquitto,
}

impl Side {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Ours => "castellan",
            Self::Nats => "nats-server",
            Self::Bun => "Bun",
            Self::Mosquitto => "mosquitto",
        }
    }
}

/// How many watch what, and for how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct March {
    pub(crate) displays: u32,
    /// Positions a second in all.
    pub(crate) rate: u32,
    pub(crate) people: u32,
    pub(crate) seconds: u32,
}

impl Rig {
    /// nats-server, listening; nothing where it is not installed.
    pub(crate) fn nats(&self) -> Result<Option<Running>> {
        let Some(program) = &self.options.peers.nats else {
            return Ok(None);
        };
        let (tcp, socket) = (free_address()?, free_address()?);
        let log = self.folder().join("nats.log");
        let text = format!(
            "listen: \"{tcp}\"\nwebsocket {{ listen: \"{socket}\", no_tls: true }}\nlog_file: \"{}\"\n",
            log.display()
        );
        let config = self.written("nats.conf", &text)?;
        let words = [OsStr::new("-c"), config.as_os_str()];
        let running = self.instead("nats", program, &words, (socket, tcp))?;
        Ok(Some(running))
    }

    /// mosquitto, listening. It has no limit of what waits for a slow subscriber, and nobody signs in.
    fn mosquitto(&self) -> Result<Option<Running>> {
        let Some(program) = &self.options.peers.mosquitto else {
            return Ok(None);
        };
        let (tcp, socket) = (free_address()?, free_address()?);
        let text = format!(
            "allow_anonymous true\nmax_queued_messages 0\npersistence false\nlog_type error\n\
             listener {} 127.0.0.1\nlistener {} 127.0.0.1\nprotocol websockets\n",
            tcp.port(),
            socket.port()
        );
        let config = self.written("mosquitto.conf", &text)?;
        let words = [OsStr::new("-c"), config.as_os_str()];
        let running = self.instead("mosquitto", program, &words, (socket, tcp))?;
        Ok(Some(running))
    }

    fn bun(&self) -> Result<Option<Running>> {
        let Some(program) = &self.options.peers.bun else {
            return Ok(None);
        };
        let address = free_address()?;
        let script = self.written("bun_peer.js", BUN_SCRIPT)?;
        let listen = address.to_string();
        let words = [script.as_os_str(), OsStr::new(&listen)];
        let running = self.instead("bun", program, &words, (address, address))?;
        Ok(Some(running))
    }

    /// One run of a march through a fresh server of this kind; nothing where there is none.
    pub(crate) fn fan_out(&self, side: Side, march: March, estate: &Path) -> Result<Option<Value>> {
        let server = match side {
            Side::Ours => Some(self.castellan(&self.fresh_folder("fan-out")?, estate)?),
            Side::Nats => self.nats()?,
            Side::Bun => self.bun()?,
            Side::Mosquitto => self.mosquitto()?,
        };
        let Some(server) = server else {
            return Ok(None);
        };
        let second = server.second.to_string();
        let March {
            displays,
            rate,
            people,
            seconds,
        } = march;
        let [displays, rate, people, seconds] =
            [displays, rate, people, seconds].map(|number| number.to_string());
        let peer = match side {
            Side::Ours => None,
            Side::Nats => Some("nats"),
            Side::Bun => Some("bun"),
            Side::Mosquitto => Some("mosquitto"),
        };
        let mut more = vec!["--displays", &displays, "--rate", &rate];
        more.extend(["--people", &people, "--seconds", &seconds]);
        let verb = match peer {
            Some(peer) => {
                more.extend(["--peer", peer, "--publish", &second]);
                "peer-fan-out"
            }
            None => "fan-out",
        };
        let report = self.load_on(&server, verb, &more, LOAD_LIMIT)?;
        server.stop()?;
        Ok(Some(report))
    }

    fn written(&self, name: &str, text: &str) -> Result<PathBuf> {
        let path = self.folder().join(name);
        fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
        Ok(path)
    }
}
