//! 自检: now and then one fact goes the whole way, from the address where devices report through the record to what
//! the walls have painted. Whether it arrived is on record, and on every screen.

use crate::clock::Clock;
use crate::hub::Hub;
use crate::requests::{Request, have_recorded};
use castellan_domain::answer::Accepted;
use castellan_domain::engine::Input;
use castellan_domain::fact::{SelfTestBegan, SelfTestEnded};
use castellan_domain::ids::Seq;
use castellan_domain::self_test::{SelfTestFact, SelfTestFault};
use castellan_domain::stream::DisplayId;
use castellan_domain::time::Span;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use tracing::{info, warn};

/// The first test comes so long after a start, so that walls are back by then.
const FIRST_AFTER: Duration = Duration::from_mins(1);
/// How long the server may take to answer itself.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// How long walls may take to paint it, and no longer than until the next test. A wall tells what it has painted once a
/// second.
const PAINTED_WITHIN: Duration = Duration::from_secs(10);
/// How often the walls are looked at meanwhile.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// What a test needs.
#[derive(Debug)]
pub(crate) struct SelfTests {
    pub(crate) address: SocketAddr,
    pub(crate) every: Duration,
    pub(crate) hub: Arc<Hub>,
    pub(crate) clock: Arc<Clock>,
    pub(crate) requests: mpsc::Sender<Request>,
}

impl SelfTests {
    /// Tests until the server ends.
    pub(crate) async fn run(self) {
        sleep(FIRST_AFTER.min(self.every)).await;
        let mut known = BTreeSet::new();
        while self.test(&mut known).await.is_some() {
            sleep(self.every).await;
        }
    }

    /// One test. `known` are the walls that were there at the one before. Nothing, if the site's task is gone.
    async fn test(&self, known: &mut BTreeSet<DisplayId>) -> Option<()> {
        let answers = self.answers().await;
        let there = self.hub.walls();
        // One that has just come may still be drawing its first picture.
        let counts = |(wall, upto): (&DisplayId, &Seq)| {
            (*upto > Seq(0) || known.contains(wall)).then_some(*wall)
        };
        let walls: BTreeSet<_> = there.iter().filter_map(counts).collect();
        *known = there.into_keys().collect();
        let began_at = Instant::now();
        let began = self.record(SelfTestFact::Began(SelfTestBegan {
            walls: count(walls.len()),
        }));
        let began = began.await?;
        let took = began_at.elapsed();
        let (painted, unpainted, took) = match walls.len() {
            0 => (0, 0, took),
            _ => self.painted(&walls, began, began_at).await,
        };
        let fault = match (answers, unpainted) {
            (false, _) => Some(SelfTestFault::NoAnswer),
            (true, 0) => None,
            (true, walls) => Some(SelfTestFault::NotPainted {
                walls: count(walls),
            }),
        };
        match fault {
            None => info!(walls = painted, ?took, "the self-test was passed"),
            Some(fault) => warn!(?fault, walls = painted, "the self-test was not passed"),
        }
        let every = i64::try_from(self.every.as_secs()).unwrap_or(i64::MAX);
        self.record(SelfTestFact::Ended(SelfTestEnded {
            began,
            walls: count(painted),
            took_ms: u32::try_from(took.as_millis()).unwrap_or(u32::MAX),
            fault,
            next_at: self.clock.now() + Span::from_secs(every),
        }))
        .await?;
        Some(())
    }

    /// Whether the server answers at its own address. A new connection each time: an old one would hide that no other
    /// is taken.
    async fn answers(&self) -> bool {
        let asked = async {
            let client = reqwest::Client::builder().no_proxy().build()?;
            let url = format!("http://{}/healthz", self.address);
            client.get(url).send().await?.error_for_status()
        };
        matches!(timeout(ANSWER_WITHIN, asked).await, Ok(Ok(_)))
    }

    /// How many of these walls have painted a fact in time, how many that are still connected have not, and how long the
    /// last one took. A wall that went meanwhile is missed by nobody: it comes back by itself, and says so.
    async fn painted(
        &self,
        walls: &BTreeSet<DisplayId>,
        fact: Seq,
        began_at: Instant,
    ) -> (usize, usize, Duration) {
        loop {
            let now = self.hub.walls();
            let there = now.iter().filter(|(wall, _)| walls.contains(wall));
            let (painted, unpainted): (Vec<_>, Vec<_>) =
                there.partition(|(_, upto)| **upto >= fact);
            let took = began_at.elapsed();
            if unpainted.is_empty() || took >= PAINTED_WITHIN.min(self.every) {
                return (painted.len(), unpainted.len(), took);
            }
            sleep(LOOK_EVERY).await;
        }
    }

    async fn record(&self, fact: SelfTestFact) -> Option<Seq> {
        match have_recorded(&self.requests, Input::SelfTest(fact)).await? {
            Ok(Accepted::Done { seq }) => Some(seq),
            // It is never refused; a turn that broke is said again by `have_recorded`.
            Ok(_) | Err(_) => None,
        }
    }
}

fn count(walls: usize) -> u16 {
    u16::try_from(walls).unwrap_or(u16::MAX)
}
