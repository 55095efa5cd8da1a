use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::thread;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::timeout;

/// A future that runs in place, and moves to its own task if it is dropped before it completes.
///
/// Spawning a task right away would cost a wakeup, which takes as long as a read.
pub(super) struct Detaching<F>
where
    F: Future<Output: Send> + Send + 'static,
{
    /// `None` once completed.
    work: Option<Pin<Box<F>>>,
    runtime: Handle,
    /// The time limit after it was dropped.
    alone: Duration,
}

impl<F> Detaching<F>
where
    F: Future<Output: Send> + Send + 'static,
{
    pub(super) fn new(runtime: &Handle, work: F) -> Self {
        Self {
            work: Some(Box::pin(work)),
            runtime: runtime.clone(),
            alone: Duration::MAX,
        }
    }

    /// Limits how long it runs after it was dropped.
    pub(super) fn alone_for(mut self, alone: Duration) -> Self {
        self.alone = alone;
        self
    }
}

impl<F> Future for Detaching<F>
where
    F: Future<Output: Send> + Send + 'static,
{
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let Some(work) = &mut self.work else {
            return Poll::Pending;
        };
        let output = work.as_mut().poll(context);
        if output.is_ready() {
            self.work = None;
        }
        output
    }
}

impl<F> Drop for Detaching<F>
where
    F: Future<Output: Send> + Send + 'static,
{
    fn drop(&mut self) {
        // Don't poll again after a panic.
        if let Some(work) = self.work.take().filter(|_| !thread::panicking()) {
            self.runtime.spawn(timeout(self.alone, work));
        }
    }
}
