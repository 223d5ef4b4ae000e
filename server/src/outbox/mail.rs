//! Mail, by a relay.

use super::sent::Sent;
use crate::outside::{Authorities, NO_CLIENT, explained, is_here};
use anyhow::{Context as _, ensure};
use lettre::message::{Mailbox, header::ContentType};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::client::{self, Certificate, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use serde::Deserialize;
use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;
use tokio::time::timeout;

/// Time for the whole exchange.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// What a relay answers of a mailbox: not there, elsewhere, full, no name (RFC 5321).
const OF_ONE_MAILBOX: RangeInclusive<u16> = 550..=553;

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

/// How a relay is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Tls {
    /// TLS from the first byte, usually at port 465.
    Implicit,
    /// TLS once both have said hello, usually at port 587 or 25; a relay that does not offer it is told nothing.
    Starttls,
    /// Without TLS, on this machine only.
    None,
}

impl Mail {
    /// Checks relay and sender. `login` is user and password.
    pub(super) fn new(
        relay: &str,
        tls: Option<Tls>,
        login: Option<(String, String)>,
        from: &str,
        authorities: &Authorities,
    ) -> anyhow::Result<Self> {
        let (host, port) = relay
            .rsplit_once(':')
            .context("mail.relay is host and port, such as smtp.example.com:587")?;
        let is_here = is_here(host);
        let usual = if is_here { Tls::None } else { Tls::Starttls };
        let tls = tls.unwrap_or(usual);
        ensure!(
            is_here || tls != Tls::None,
            "mail goes without TLS to this machine only; give mail.tls = \"starttls\" or \"implicit\""
        );
        let port = port.parse().context("mail.relay ends with no port")?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let tls = match tls {
            Tls::Implicit => client::Tls::Wrapper(parameters(host, authorities)?),
            Tls::Starttls => client::Tls::Required(parameters(host, authorities)?),
            Tls::None => client::Tls::None,
        };
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
            .port(port)
            .tls(tls)
            // The whole exchange has its own limit.
            .timeout(None);
        if let Some(login) = login {
            transport = transport.credentials(login.into());
        }
        Ok(Self {
            transport: transport.build(),
            from: address(from).context("mail.from is no address")?,
        })
    }

    /// Sends one.
    pub(super) async fn send(&self, id: &str, to: &str, subject: &str, text: String) -> Sent {
        let to = match address(to) {
            Ok(to) => to,
            Err(error) => return Sent::NoSuchAddress(format!("{error:#}")),
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
        match timeout(ANSWER_WITHIN, self.transport.send(mail)).await {
            Ok(Ok(_)) => Sent::Taken,
            Ok(Err(error)) if error.is_permanent() => {
                let code = error.status().map(u16::from);
                if code.is_some_and(|code| OF_ONE_MAILBOX.contains(&code)) {
                    Sent::NoSuchAddress(why(&error))
                } else {
                    Sent::Refused(why(&error))
                }
            }
            Ok(Err(error)) => Sent::Failed(why(&error)),
            Err(_) => Sent::Failed("the relay of mail said nothing for too long".to_owned()),
        }
    }
}

/// Without the relay's words, in which the address stands as a rule.
fn why(error: &Error) -> String {
    match error.status() {
        Some(code) => format!("the relay of mail answered {code}"),
        None => explained(error.to_string()),
    }
}

/// By what a relay is known.
fn parameters(host: &str, authorities: &Authorities) -> anyhow::Result<TlsParameters> {
    let mut parameters = TlsParameters::builder(host.to_owned());
    if let Some(own) = authorities.pem() {
        parameters = parameters.add_root_certificate(Certificate::from_pem(own)?);
    }
    parameters.build().context(NO_CLIENT)
}

/// Reads an address.
pub(super) fn address(raw: &str) -> anyhow::Result<Mailbox> {
    raw.parse()
        .with_context(|| format!("{raw:?} is no mail address"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: &str = "castellan@example.com";

    #[test]
    fn mail_leaves_this_machine_over_tls_only() {
        let tried = |relay, tls| Mail::new(relay, tls, None, FROM, &Authorities::default());
        for (relay, tls) in [
            ("127.0.0.1:25", None),
            ("localhost:25", Some(Tls::None)),
            ("smtp.example.com:587", None),
            ("smtp.example.com:465", Some(Tls::Implicit)),
        ] {
            assert!(tried(relay, tls).is_ok(), "{relay} {tls:?}");
        }
        let said = tried("smtp.example.com:25", Some(Tls::None)).unwrap_err();
        let said = format!("{said:#}");
        assert!(said.contains("to this machine only"), "{said}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_relay_that_says_nothing_holds_nobody_up() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let relay = listener.local_addr().unwrap().to_string();
        let login = Some(("castellan".to_owned(), "a password".to_owned()));
        let mail = Mail::new(&relay, None, login, FROM, &Authorities::default()).unwrap();
        assert!(!format!("{mail:?}").contains("a password"));
        let sent = mail.send("1", "zhou@example.com", "subject", "text".to_owned());
        assert!(matches!(sent.await, Sent::Failed(_)));
    }
}
