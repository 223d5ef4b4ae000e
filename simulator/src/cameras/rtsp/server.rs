//! Takes connections, and carries requests, answers and pictures.

use super::request::take;
use super::rtp::Packets;
use super::talk::{Next, SESSION_S, Talk};
use crate::cameras::camera::{Frame, News, Watch};
use crate::cameras::fleet::Fleet;
use bytes::BytesMut;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, timeout};

/// Connections to all cameras together; a further one is told so and closed.
const CONNECTIONS_MAX: usize = 64;
/// A client that takes no bytes for so long is dropped.
const WRITE_WITHIN: Duration = Duration::from_secs(10);
/// A client that says nothing for so long is dropped: half a minute more than it was told.
const SILENT_MAX: Duration = Duration::from_secs(SESSION_S + 30);
/// Time between two reports of the camera's clock.
const REPORT_EVERY: Duration = Duration::from_secs(5);
/// Wait after a connection could not be taken, as when no file handle is left.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

/// Serves all cameras until it is dropped.
pub(crate) async fn serve(listener: TcpListener, fleet: Arc<Fleet>) {
    let seats = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!("a connection to the cameras could not be taken: {error}");
                tokio::time::sleep(ACCEPT_AGAIN).await;
                continue;
            }
        };
        let Ok(seat) = Arc::clone(&seats).try_acquire_owned() else {
            // Whether it hears that or not: it is closed.
            let _ = stream.try_write(b"RTSP/1.0 503 Service Unavailable\r\n\r\n");
            continue;
        };
        let fleet = Arc::clone(&fleet);
        tokio::spawn(async move {
            if let Err(error) = Connection::new(stream).run(&fleet).await {
                tracing::debug!("a viewer left: {error}");
            }
            drop(seat);
        });
    }
}

/// One connection.
struct Connection {
    stream: TcpStream,
    came: BytesMut,
    out: BytesMut,
    talk: Talk,
    show: Show,
    /// Until when it must say something.
    silent_until: Instant,
}

/// What is sent besides answers.
#[derive(Default)]
struct Show {
    packets: Option<Packets>,
    watch: Option<Watch>,
    drops: Option<watch::Receiver<u64>>,
    /// Nothing can be shown before a key frame.
    waits_for_key: bool,
    /// A client's clock of a stream begins anywhere, as RFC 3550 asks.
    first_ticks: u32,
    reported: Option<Instant>,
}

impl Connection {
    fn new(stream: TcpStream) -> Self {
        let [nonce, session] =
            [fastrand::u64(..), fastrand::u64(..)].map(|number| format!("{number:016x}"));
        Self {
            stream,
            came: BytesMut::new(),
            out: BytesMut::new(),
            talk: Talk::new(nonce, session),
            show: Show {
                first_ticks: fastrand::u32(..),
                ..Show::default()
            },
            silent_until: Instant::now() + SILENT_MAX,
        }
    }

    async fn run(mut self, fleet: &Fleet) -> io::Result<()> {
        self.stream.set_nodelay(true)?;
        loop {
            tokio::select! {
                read = self.stream.read_buf(&mut self.came) => {
                    if read? == 0 {
                        return Ok(());
                    }
                    self.silent_until = Instant::now() + SILENT_MAX;
                    if self.hear(fleet) == Next::Close {
                        return self.write().await;
                    }
                }
                ends = self.show.next(&mut self.out) => if ends {
                    return Ok(());
                },
                () = tokio::time::sleep_until(self.silent_until) => return Ok(()),
            }
            self.write().await?;
        }
    }

    /// Answers all that came. [`Next::Close`]: nothing more comes after what is to be sent.
    fn hear(&mut self, fleet: &Fleet) -> Next {
        loop {
            let request = match take(&mut self.came) {
                Ok(Some(request)) => request,
                Ok(None) => return Next::Stay,
                Err(why) => {
                    tracing::debug!("a connection is closed: {why}");
                    self.out
                        .extend_from_slice(b"RTSP/1.0 400 Bad Request\r\n\r\n");
                    return Next::Close;
                }
            };
            let (answer, next) = self.talk.answer(&request, fleet);
            match next {
                Next::Hang => {
                    self.out.clear();
                    return Next::Close;
                }
                Next::Stay => {}
                Next::SetUp => self.show.set_up(&self.talk),
                Next::Play => self.show.play(&self.talk),
                Next::Pause => self.show.watch = None,
                Next::Close => {
                    self.out.extend_from_slice(answer.as_bytes());
                    return Next::Close;
                }
            }
            self.out.extend_from_slice(answer.as_bytes());
        }
    }

    async fn write(&mut self) -> io::Result<()> {
        if !self.out.is_empty() {
            timeout(WRITE_WITHIN, self.stream.write_all(&self.out)).await??;
            self.out.clear();
        }
        Ok(())
    }
}

impl Show {
    fn set_up(&mut self, talk: &Talk) {
        let Some(stream) = talk.stream() else {
            return;
        };
        self.watch = None;
        self.packets = Some(Packets::new(
            stream.channel,
            stream.source,
            stream.first_sequence,
        ));
        self.drops = Some(stream.seat.camera().drops());
    }

    fn play(&mut self, talk: &Talk) {
        let Some(stream) = talk.stream() else {
            return;
        };
        self.waits_for_key = true;
        self.watch = Some(stream.seat.camera().watch());
    }

    /// Waits for the next picture and packs it. Whether the connection ends.
    async fn next(&mut self, out: &mut BytesMut) -> bool {
        let dropped = async {
            match &mut self.drops {
                Some(drops) => drops.changed().await.is_ok(),
                None => std::future::pending().await,
            }
        };
        let news = async {
            match &mut self.watch {
                Some(watch) => watch.next().await,
                None => std::future::pending().await,
            }
        };
        let news = tokio::select! {
            _ = dropped => return true,
            news = news => news,
        };
        match news {
            Some(News::Frame(frame)) => self.pack(&frame, out),
            Some(News::Behind) => self.waits_for_key = true,
            None => return true,
        }
        false
    }

    fn pack(&mut self, frame: &Frame, out: &mut BytesMut) {
        let Some(packets) = &mut self.packets else {
            return;
        };
        if self.waits_for_key && !frame.is_key {
            return;
        }
        self.waits_for_key = false;
        let ticks = self.first_ticks.wrapping_add(frame.ticks);
        packets.pack(out, frame, ticks);
        if self.reported.is_none_or(|at| at.elapsed() >= REPORT_EVERY) {
            packets.report(out, frame.unix_ms, ticks);
            self.reported = Some(Instant::now());
        }
    }
}
