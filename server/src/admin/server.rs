//! The running server's end of the admin socket.

use super::protocol::{Answer, REQUEST_BYTES_MAX, REQUEST_WITHIN, Request};
use crate::anchor::AnchorFile;
use crate::backup;
use crate::doctor::{Report, examine};
use crate::follower::Ask;
use crate::json;
use crate::site_folder::SitePaths;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Mutex, Semaphore, mpsc, oneshot};
use tokio::time::{sleep, timeout};
use tracing::{info, warn};

/// Connections at once; one more waits.
const CONNECTIONS_MAX: usize = 4;

/// Answers command-line verbs about one site.
#[derive(Debug)]
pub(crate) struct Admin {
    pub(crate) paths: SitePaths,
    pub(crate) anchors: AnchorFile,
    pub(crate) follower: mpsc::Sender<Ask>,
    /// One examination or backup at a time.
    pub(crate) busy: Mutex<()>,
}

impl Admin {
    /// Opens the socket. The caller holds the folder's lock, so one that is there is stale.
    pub(crate) fn listen(&self) -> io::Result<UnixListener> {
        let socket = self.paths.admin_socket();
        if let Some(folder) = socket.parent() {
            fs::create_dir_all(folder)?;
            fs::set_permissions(folder, Permissions::from_mode(0o700))?;
        }
        match fs::remove_file(&socket) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(&socket)?;
        fs::set_permissions(&socket, Permissions::from_mode(0o600))?;
        Ok(listener)
    }

    /// Answers whoever connects, for ever.
    pub(crate) async fn serve(self: Arc<Self>, listener: UnixListener) {
        let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        loop {
            // The semaphore is never closed.
            let Ok(place) = places.clone().acquire_owned().await else {
                return;
            };
            match listener.accept().await {
                Ok((stream, _)) => {
                    let admin = self.clone();
                    tokio::spawn(async move {
                        if let Err(error) = admin.connection(stream).await {
                            warn!(%error, "somebody at the admin socket was not answered");
                        }
                        drop(place);
                    });
                }
                Err(error) => {
                    warn!(%error, "the admin socket took no connection");
                    sleep(REQUEST_WITHIN).await;
                }
            }
        }
    }

    async fn connection(&self, stream: UnixStream) -> io::Result<()> {
        let mut stream = BufReader::new(stream);
        let mut line = Vec::new();
        let mut limited = (&mut stream).take(REQUEST_BYTES_MAX);
        let read = timeout(REQUEST_WITHIN, limited.read_until(b'\n', &mut line)).await;
        let request = match read {
            Ok(Ok(_)) if line.ends_with(b"\n") => {
                json::strict(&line).map_err(|error| format!("this is no request: {error}"))
            }
            Ok(Ok(_)) => Err(format!(
                "a request is one line of at most {REQUEST_BYTES_MAX} bytes"
            )),
            Ok(Err(error)) => return Err(error),
            Err(_elapsed) => Err("no request came".to_owned()),
        };
        let answer = match request {
            Ok(request) => self.answer(request).await,
            Err(said) => Err(said),
        };
        let answer = answer.map_or_else(Answer::Failed, Answer::Report);
        let mut line = serde_json::to_vec(&answer)?;
        line.push(b'\n');
        stream.write_all(&line).await?;
        stream.shutdown().await
    }

    async fn answer(&self, request: Request) -> Result<Report, String> {
        let Ok(_busy) = self.busy.try_lock() else {
            return Err(
                "an examination or a backup is running already; wait for its end".to_owned(),
            );
        };
        info!(?request, "asked at the admin socket");
        match request {
            Request::Examine { rebuild } => {
                if rebuild {
                    self.rebuild().await?;
                }
                Ok(examine(&self.paths, Some(&self.anchors)).await)
            }
            Request::Backup { target } => backup::make(&self.paths, &target)
                .await
                .map_err(|error| format!("{error:#}")),
        }
    }

    async fn rebuild(&self) -> Result<(), String> {
        let (reply, done) = oneshot::channel();
        let gone = || "the server is stopping; try again when it is down".to_owned();
        let asked = self.follower.send(Ask::Rebuild(reply)).await;
        asked.map_err(|_gone| gone())?;
        done.await.map_err(|_gone| gone())?.map(|_seq| ())
    }
}
