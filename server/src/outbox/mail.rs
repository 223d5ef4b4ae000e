//! Mail, by a relay on this machine.

use super::sent::Sent;
use anyhow::{Context as _, ensure};
use lettre::message::{Mailbox, header::ContentType};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use std::fmt;
use std::time::Duration;

/// Time for the whole exchange.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// A relay.
pub(super) struct Mail {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail")
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}

impl Mail {
    /// Checks relay and sender.
    pub(super) fn new(relay: &str, from: &str) -> anyhow::Result<Self> {
        let (host, port) = relay
            .rsplit_once(':')
            .context("mail.relay is host and port, such as 127.0.0.1:25")?;
        ensure!(
            crate::signed_post::is_loopback(host),
            "mail goes out without TLS, so mail.relay must be on this machine, such as 127.0.0.1:25; let a \
             relay here carry it on"
        );
        let port = port.parse().context("mail.relay ends with no port")?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host);
        Ok(Self {
            transport: transport.port(port).timeout(Some(ANSWER_WITHIN)).build(),
            from: address(from).context("mail.from is no address")?,
        })
    }

    /// Sends one.
    pub(super) async fn send(&self, id: &str, to: &str, subject: &str, text: String) -> Sent {
        let to = match address(to) {
            Ok(to) => to,
            Err(error) => return Sent::Refused(format!("{error:#}")),
        };
        let domain = self.from.email.domain();
        let mail = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(subject)
            .message_id(Some(format!("<{id}@{domain}>")))
            .header(ContentType::TEXT_PLAIN)
            .body(text);
        let mail = match mail {
            Ok(mail) => mail,
            Err(error) => return Sent::Refused(error.to_string()),
        };
        match self.transport.send(mail).await {
            Ok(_) => Sent::Taken,
            Err(error) if error.is_permanent() => Sent::Refused(error.to_string()),
            Err(error) => Sent::Failed(error.to_string()),
        }
    }
}

/// Reads an address.
pub(super) fn address(raw: &str) -> anyhow::Result<Mailbox> {
    raw.parse()
        .with_context(|| format!("{raw:?} is no mail address"))
}
