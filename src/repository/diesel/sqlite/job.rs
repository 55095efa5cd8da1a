//! Work that waits for a thread, with a caller that waits for its result.

use std::sync::{Arc, Mutex, PoisonError};

type Work<S> = Box<dyn FnOnce(&mut S) + Send>;

/// Work to be done once, unless its caller goes away before it starts.
pub(super) struct Job<S>(Arc<Mutex<Option<Work<S>>>>);

impl<S> Job<S> {
    pub(super) fn new(work: impl FnOnce(&mut S) + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Some(Box::new(work)))))
    }

    pub(super) fn run(self, with: &mut S) {
        if let Some(work) = self.take() {
            work(with);
        }
    }

    fn take(&self) -> Option<Work<S>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Held by the caller of a job. On drop, it empties a job that has not started.
pub(super) struct Awaited<S>(Job<S>);

impl<S> Awaited<S> {
    pub(super) fn new(job: &Job<S>) -> Self {
        Self(Job(Arc::clone(&job.0)))
    }
}

impl<S> Drop for Awaited<S> {
    fn drop(&mut self) {
        drop(self.0.take());
    }
}
