//! Whom ladders call in the demo. They come on duty when it starts; a thread takes their calls from the server, by the
//! webhook that any program could have, and says each in this terminal. Nobody is telephoned.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::plain_http::{post, receive};
use crate::workspace;

/// Those who are on a rung of the estate, and their names.
pub(crate) struct Rungs {
    site: String,
    names: BTreeMap<String, String>,
}

impl Rungs {
    pub(crate) fn of(estate: &str) -> Result<Self> {
        let path = workspace::root().join(estate);
        let text = fs::read(&path).with_context(|| format!("Reading {estate}"))?;
        let estate: Value = serde_json::from_slice(&text)?;
        let people = estate["people"].as_array().into_iter().flatten();
        let on_rung = people.filter(|person| person["rungs"][0].is_string());
        let names = on_rung.filter_map(|person| {
            let name = person["name"]["zh"].as_str()?;
            Some((person["id"].as_str()?.to_owned(), name.to_owned()))
        });
        Ok(Self {
            site: estate["site"].as_str().unwrap_or_default().to_owned(),
            names: names.collect(),
        })
    }

    /// Takes calls from now on, and gives back with what a server is started that makes them.
    pub(crate) fn take_calls(&self) -> Result<Vec<String>> {
        let names = self.names.clone();
        let (address, secret) = receive("calls", move |call| println!("{}", said(&call, &names)))?;
        Ok([
            "--notify-webhook",
            &format!("http://{address}/calls"),
            "--notify-secret-file",
            &secret,
        ]
        .map(str::to_owned)
        .to_vec())
    }

    /// All of them come on duty, unless they are.
    pub(crate) fn come_on_duty(&self, server: SocketAddr) -> Result<()> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_micros();
        for (nth, person) in self.names.keys().enumerate() {
            let number = (now + nth as u128) & 0xffff_ffff_ffff;
            let body = json!({
                "command_id": format!("00000000-0000-4000-8000-{number:012x}"),
                "command": {"go_on_duty": {"person": person}},
            });
            let path = format!("/api/v1/sites/{}/commands", self.site);
            let status = post(server, &path, Some(person), &body)
                .with_context(|| format!("{person} could not come on duty"))?;
            // 409: they are on duty since a demo before.
            ensure!(
                [200, 409].contains(&status),
                "{person} could not come on duty: the server answered {status}."
            );
        }
        Ok(())
    }
}

/// Who was called about what, as this terminal says it.
fn said(message: &Value, names: &BTreeMap<String, String>) -> String {
    let call = &message["call"];
    let word = |value: &Value| value.as_str().unwrap_or("?").replace('_', " ");
    let person = call["person"].as_str().unwrap_or("?");
    let name = names.get(person).map_or(person, String::as_str);
    let about = call["about"].as_object();
    let about = about.and_then(|about| about.iter().next());
    let number = about.map_or("?", |(kind, body)| body[kind].as_str().unwrap_or("?"));
    format!(
        "called: {name} ({}), about {number}, {}",
        word(&call["rung"]),
        word(&call["why"])
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_said_with_who_was_called_about_what_and_why() {
        let call = json!({"call": {"person": "wang", "rung": "shift_leader", "why": "not_on_scene",
            "about": {"assignment": {"assignment": "D-3", "incident": "I-1"}}}});
        let names = BTreeMap::from([("wang".to_owned(), "王建国".to_owned())]);
        assert_eq!(
            said(&call, &names),
            "called: 王建国 (shift leader), about D-3, not on scene"
        );
    }

    #[test]
    fn the_demo_estate_has_somebody_on_each_rung() -> Result<()> {
        let rungs = Rungs::of("assets/demo/estate.json")?;
        assert_eq!(rungs.site, "jinxiu");
        assert!(rungs.names.contains_key("wang-jianguo") && rungs.names.len() >= 5);
        Ok(())
    }
}
