use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Waker};

use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Background tasks, with a limit on how many run at once.
pub(crate) struct Background(Arc<Semaphore>);

/// A reserved slot for one background task.
pub(super) struct Place(OwnedSemaphorePermit);

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Background {
    pub(crate) fn new(tasks: usize) -> Self {
        Self(Arc::new(Semaphore::new(tasks)))
    }

    /// Reserves a slot for work that must not be dropped, if one is free.
    pub(super) fn reserve(&self) -> Option<Place> {
        Arc::clone(&self.0).try_acquire_owned().ok().map(Place)
    }

    /// Spawns the work as a task, and returns whether it did. It is dropped if no slot is free or
    /// there is no Tokio runtime: only for work that can be skipped.
    pub(crate) fn run(&self, work: impl Future<Output = ()> + Send + 'static) -> bool {
        let (Some(place), Ok(runtime)) = (self.reserve(), Handle::try_current()) else {
            return false;
        };
        runtime.spawn(place.keep(work));
        true
    }
}

impl Place {
    /// Polls the work once and spawns the rest, if any, as a task.
    pub(super) fn start(self, mut work: Work) {
        if is_over(&mut work) {
            return;
        }
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(self.keep(work));
        }
    }

    /// Runs the work to completion even if the caller stops waiting.
    pub(super) async fn finish(self, mut work: Work) {
        if is_over(&mut work) {
            return;
        }
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(self.keep(work)).await),
            Err(_) => work.await,
        }
    }

    async fn keep(self, work: impl Future<Output = ()>) {
        work.await;
        drop(self.0);
    }
}

fn is_over(work: &mut Work) -> bool {
    let mut context = Context::from_waker(Waker::noop());
    work.as_mut().poll(&mut context).is_ready()
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;

    const TASKS: usize = 64;

    #[tokio::test]
    async fn what_is_too_much_is_not_done() {
        let background = Background::new(TASKS);
        let (done, mut results) = mpsc::unbounded_channel();
        for number in 0..TASKS * 2 {
            let done = done.clone();
            let runs = background.run(async move { done.send(number).unwrap() });
            assert_eq!(runs, number < TASKS);
        }
        drop(done);
        let mut count = 0;
        while results.recv().await.is_some() {
            count += 1;
        }
        assert_eq!(count, TASKS);

        let (done, mut results) = mpsc::unbounded_channel();
        background.run(async move { done.send(()).unwrap() });
        assert!(results.recv().await.is_some(), "afterwards there is room");
    }

    #[test]
    fn without_a_runtime_nothing_is_done() {
        let runs = Background::new(TASKS).run(async { panic!("it is not run") });
        assert!(!runs);
    }
}
