//! Whatever sends has a thread of its own: five hundred displays that all read at a tick must not
//! hold up what is due meanwhile. It shares the generator's core, and needs little of it.

use anyhow::Context as _;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

/// That thread, until it is dropped.
#[derive(Debug)]
pub(crate) struct Aside {
    /// Taken only when it is dropped.
    runtime: Option<Runtime>,
}

impl Aside {
    /// Starts it.
    pub(crate) fn start() -> anyhow::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("sending")
            .enable_all()
            .build()
            .context("no thread to send from")?;
        Ok(Self {
            runtime: Some(runtime),
        })
    }

    /// Begins something there.
    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        work: impl Future<Output = anyhow::Result<T>> + Send + 'static,
    ) -> JoinHandle<anyhow::Result<T>> {
        let runtime = self.runtime.as_ref().expect("it is not dropped");
        runtime.spawn(work)
    }

    /// Does something there, and waits for it.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = anyhow::Result<T>> + Send + 'static,
    ) -> anyhow::Result<T> {
        self.spawn(work).await?
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        // A runtime that waits for its threads must not be dropped within another one.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
