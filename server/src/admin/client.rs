//! Asking a running server.

use super::protocol::{ANSWER_BYTES_MAX, ANSWER_WITHIN, Answer, Request};
use crate::doctor::Report;
use crate::site_folder::{LockError, SitePaths};
use std::io;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::UnixStream;
use tokio::time::timeout;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AskError {
    #[error("{in_use}; it could not be asked over {path}: {error}")]
    NotReached {
        in_use: LockError,
        path: String,
        error: io::Error,
    },
    #[error("the running server broke off: {0}. Look at its log, then try again")]
    BrokeOff(#[from] io::Error),
    #[error("the running server gave no answer within two hours; look at its log")]
    TooLate,
    #[error(
        "the running server answered what this program does not know; use the same version of both"
    )]
    Foreign,
    #[error("the running server says: {0}")]
    Failed(String),
}

/// Asks the server that holds this site's folder. `in_use` is told where it cannot be reached.
pub(crate) async fn ask(
    paths: &SitePaths,
    request: &Request,
    in_use: LockError,
) -> Result<Report, AskError> {
    let socket = paths.admin_socket();
    let mut stream = match UnixStream::connect(&socket).await {
        Ok(stream) => BufReader::new(stream),
        Err(error) => {
            let path = socket.display().to_string();
            return Err(AskError::NotReached {
                in_use,
                path,
                error,
            });
        }
    };
    let mut line = serde_json::to_vec(request).map_err(io::Error::from)?;
    line.push(b'\n');
    stream.write_all(&line).await?;
    let mut answer = Vec::new();
    let mut limited = (&mut stream).take(ANSWER_BYTES_MAX);
    timeout(ANSWER_WITHIN, limited.read_until(b'\n', &mut answer))
        .await
        .map_err(|_elapsed| AskError::TooLate)??;
    if answer.is_empty() {
        return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
    }
    match serde_json::from_slice(&answer).map_err(|_| AskError::Foreign)? {
        Answer::Report(report) => Ok(report),
        Answer::Failed(said) => Err(AskError::Failed(said)),
    }
}
