//! What phones and devices send, each with its own credentials.

use crate::http::{ANSWER_BYTES_MAX, Client, Failure, send, short, strange};
use crate::owntracks::{DEVICE, DEVICE_HEADER, Location, USER_HEADER};
use castellan_domain::answer::Accepted;
use castellan_domain::ids::{AlarmId, PhoneId};
use castellan_domain::wire::api::{DISCARDED_HEADER, EventRequest};
use castellan_domain::wire::ingest::{CallRequest, DoorRequest, HeardRequest};
use reqwest::Method;
use serde::Serialize;

/// The server takes any password from a phone until devices have secrets of their own.
const PASSWORD: &str = "castellan-client";

impl Client {
    /// Sends a phone's position. Success means that the server has stored it.
    pub async fn fix(&self, phone: &PhoneId, fix: &Location) -> Result<(), Failure> {
        let request = self
            .request(Method::POST, "/ingest/owntracks")
            .basic_auth(phone, Some(PASSWORD))
            .header(USER_HEADER, phone.as_str())
            .header(DEVICE_HEADER, DEVICE)
            .json(fix);
        let reply = send(request, ANSWER_BYTES_MAX).await?.judged()?;
        if let Some(why) = reply.header(DISCARDED_HEADER) {
            return Err(Failure::Refused {
                status: reply.status,
                message: format!("taken but not kept ({})", short(why)),
            });
        }
        // A phone gets a list of messages back, here always empty. Another 200 is another server.
        let _messages: Vec<serde_json::Value> = reply.taken("the answer to a position")?;
        Ok(())
    }

    /// Sends a device's event and gives back the alarm that came of it, if one did.
    pub async fn event(&self, event: &EventRequest) -> Result<Option<AlarmId>, Failure> {
        self.report("events", event).await
    }

    /// Sends what a door's controller says, and gives back the alarm that came of it.
    pub async fn door(&self, door: &DoorRequest) -> Result<Option<AlarmId>, Failure> {
        self.report("doors", door).await
    }

    /// Sends a phone's call for help, and gives back the alarm that came of it.
    pub async fn call(&self, call: &CallRequest) -> Result<Option<AlarmId>, Failure> {
        self.report("calls", call).await
    }

    /// Sends a device's sign of life.
    pub async fn heard(&self, heard: &HeardRequest) -> Result<(), Failure> {
        self.report("heard", heard).await.map(|_no_alarm| ())
    }

    async fn report(&self, kind: &str, body: &impl Serialize) -> Result<Option<AlarmId>, Failure> {
        let path = format!("/ingest/v1/{kind}");
        let request = self.request(Method::POST, &path).json(body);
        let reply = send(request, ANSWER_BYTES_MAX).await?;
        let status = reply.status;
        match reply.taken("the answer to a report")? {
            Accepted::Reported { alarm, .. } => Ok(alarm),
            Accepted::Heard => Ok(None),
            Accepted::Done { .. } | Accepted::Tracked | Accepted::OffSite | Accepted::OffDuty => {
                Err(strange(status, "the answer to a report is another one's"))
            }
        }
    }
}
