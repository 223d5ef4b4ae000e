//! A copy of the site as a display of the staff has it: what the guards' phones show. It comes back by itself
//! after the server was away, and goes on with the last facts that it has.

use anyhow::{Context as _, bail};
use castellan_client::http::Client;
use castellan_client::live::{self, Heard, Socket};
use castellan_domain::audience::Audience;
use castellan_domain::ids::SiteId;
use castellan_domain::stream::{Change, Replica};
use castellan_domain::text::Text;
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::view::{Touched, View};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::lookup_host;
use tokio::sync::watch;

const BUILD: &str = concat!("castellan-simulator ", env!("CARGO_PKG_VERSION"));
/// How long a server that is away is left alone: twice as long with each further time.
const AWAY_MIN: Duration = Duration::from_millis(500);
/// At most.
const AWAY_MAX: Duration = Duration::from_secs(10);

/// What is known of the site, and by which server time.
#[derive(Debug, Clone)]
pub struct Seen {
    pub view: Arc<View>,
    pub at: Timestamp,
    /// Whether somebody sits at a display.
    pub is_watched: bool,
}

/// Keeps a copy for as long as somebody looks at it. It never ends by itself.
pub fn follow(client: Client, site: SiteId) -> watch::Receiver<Option<Seen>> {
    let (tell, told) = watch::channel(None);
    tokio::spawn(async move {
        let mut replica = Replica::new(Audience::Staff);
        let began = Instant::now();
        let mut away = AWAY_MIN;
        let mut is_said = false;
        while !tell.is_closed() {
            match listen(&client, &site, &mut replica, began, &tell).await {
                Ok(()) => return,
                Err(Ended { heard, why }) => {
                    if heard {
                        (away, is_said) = (AWAY_MIN, false);
                    }
                    if !is_said {
                        tracing::warn!("the guards see nothing new: {why:#}");
                        is_said = true;
                    }
                    tokio::time::sleep(away).await;
                    away = (away * 2).min(AWAY_MAX);
                }
            }
        }
    });
    told
}

/// Why one connection ended, and whether anything was heard on it.
struct Ended {
    heard: bool,
    why: anyhow::Error,
}

/// One connection. It ends well once nobody looks any more.
async fn listen(
    client: &Client,
    site: &SiteId,
    replica: &mut Replica,
    began: Instant,
    tell: &watch::Sender<Option<Seen>>,
) -> Result<(), Ended> {
    let mut heard = false;
    let mono = || Span::from_millis(i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX));
    let ended = async {
        let mut socket = connect(client, site, replica).await?;
        loop {
            let change = match live::hear(&mut socket).await? {
                Heard::Text(_, text) => replica.on_text(&text, mono()),
                Heard::Frame(bytes) => replica.on_binary(&bytes),
                Heard::End(_) => bail!("the server hung up"),
            };
            heard = true;
            let mut change = taken(replica, change)?;
            if let Some(refused) = change.refused {
                bail!("the server refused: {}", refused.message);
            }
            while change.take_snapshot {
                let snapshot = client.snapshot(site, Audience::Staff).await?;
                let more = replica.on_snapshot(snapshot);
                change = taken(replica, more)?;
                change.reset = true;
            }
            if tell.is_closed() {
                return Ok(());
            }
            let is_news = change.reset || change.viewers || change.touched != Touched::default();
            if replica.is_ready() && is_news {
                let view = Arc::new(replica.view().clone());
                let at = replica.server_now(mono()).unwrap_or_default();
                let is_watched = !replica.viewers().viewers.is_empty();
                tell.send_replace(Some(Seen {
                    view,
                    at,
                    is_watched,
                }));
            }
        }
    };
    ended.await.map_err(|why| Ended { heard, why })
}

async fn connect(client: &Client, site: &SiteId, replica: &Replica) -> anyhow::Result<Socket> {
    let mut addresses = lookup_host(client.host_and_port()).await?;
    let address: SocketAddr = addresses.next().context("the server has no address")?;
    let hello = replica.hello(site.clone(), Text::constant(BUILD));
    let mut socket = live::connect(address, "/live", &[]).await?;
    live::say_hello(&mut socket, hello).await?;
    Ok(socket)
}

/// What cannot be taken ends the connection, and the next one begins with a snapshot.
fn taken<E>(replica: &mut Replica, change: Result<Change, E>) -> anyhow::Result<Change>
where
    E: Into<anyhow::Error>,
{
    change.map_err(|error| {
        replica.start_over();
        error.into()
    })
}
