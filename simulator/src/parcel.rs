//! One thing on its way to the server, and who sends it.

use crate::devices::Said;
use castellan_client::http::{Client, Failure, Identity};
use castellan_client::owntracks::Location;
use castellan_domain::command::Command;
use castellan_domain::ids::{AlarmId, CommandId, PersonId, PhoneId, SiteId};
use castellan_domain::staff::StaffCommand;
use castellan_domain::wire::api::{CommandRequest, WireCommand};

/// One thing on its way.
#[derive(Debug, Clone)]
pub(crate) enum Parcel {
    /// A phone says where it is.
    Fix(PhoneId, Location),
    /// A device or a phone in need says something.
    Said(Said),
    /// Somebody goes on duty.
    Duty(PersonId, Box<CommandRequest>),
    /// Somebody wants something.
    Command(PersonId, Box<CommandRequest>),
}

impl Parcel {
    /// A person wants something. It keeps its id, however often it is sent.
    pub(crate) fn command(person: PersonId, command: WireCommand) -> Self {
        Self::Command(person, Box::new(request(command)))
    }

    /// A person goes on duty.
    pub(crate) fn duty(person: &PersonId) -> Self {
        let command = Command::Staff(StaffCommand::GoOnDuty {
            person: person.clone(),
        });
        Self::Duty(person.clone(), Box::new(request(command)))
    }

    /// Sends it, and gives back the alarm that came of it, if one did.
    pub(crate) async fn deliver(
        &self,
        client: &Client,
        site: &SiteId,
    ) -> Result<Option<AlarmId>, Failure> {
        match self {
            Self::Fix(phone, fix) => client.fix(phone, fix).await.map(|()| None),
            Self::Said(Said::Event(event)) => client.event(event).await,
            Self::Said(Said::Door(door)) => client.door(door).await,
            Self::Said(Said::Call(call)) => client.call(call).await,
            Self::Said(Said::Heard(heard)) => client.heard(heard).await.map(|()| None),
            // The world keeps these to itself.
            Self::Said(Said::Astray { .. }) => Ok(None),
            Self::Duty(person, request) => {
                let client = client.by(Identity::Header(person.clone()));
                match client.command(site, request).await {
                    // Being on duty already is as good.
                    Err(Failure::Refused { status: 409, .. }) | Ok(_) => Ok(None),
                    Err(failure) => Err(failure),
                }
            }
            Self::Command(person, request) => {
                let client = client.by(Identity::Header(person.clone()));
                client.command(site, request).await.map(|_| None)
            }
        }
    }

    /// What it is, in a few words.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Fix(..) => "a position".to_owned(),
            Self::Duty(person, _) => format!("{person} on duty"),
            Self::Command(person, request) => format!("{} of {person}", request.command.name()),
            Self::Said(Said::Event(event)) => format!("{} of {}", event.kind, event.device),
            Self::Said(Said::Door(door)) => format!("{:?} of {}", door.what, door.device),
            Self::Said(Said::Call(call)) => format!("a call of {}", call.phone),
            Self::Said(Said::Heard(heard)) => format!("a sign of life of {}", heard.device),
            Self::Said(Said::Astray { .. }) => "nothing".to_owned(),
        }
    }
}

fn request(command: WireCommand) -> CommandRequest {
    CommandRequest {
        command_id: CommandId(uuid::Uuid::new_v4()),
        expected: None,
        command,
    }
}
