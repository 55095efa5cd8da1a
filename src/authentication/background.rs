use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Waker};

use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Work that nobody waits for, bounded in how much of it there is at a time.
pub(super) struct Background(Arc<Semaphore>);

/// Room for one piece of work, taken before there is any.
pub(super) struct Place(OwnedSemaphorePermit);

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Background {
    pub(super) fn new(tasks: usize) -> Self {
        Self(Arc::new(Semaphore::new(tasks)))
    }

    /// Room for work that must be done, if there is any left.
    pub(super) fn reserve(&self) -> Option<Place> {
        Arc::clone(&self.0).try_acquire_owned().ok().map(Place)
    }

    /// Does it in a task of its own. Where too much is under way already, or where there is no
    /// Tokio runtime, it is not done: whoever hands it over can do without.
    pub(super) fn run(&self, work: impl Future<Output = ()> + Send + 'static) {
        if let (Some(place), Ok(runtime)) = (self.reserve(), Handle::try_current()) {
            runtime.spawn(place.keep(work));
        }
    }
}

impl Place {
    /// Does work here and now, as far as it does not wait for anything, and what is left of it in a
    /// task of its own.
    pub(super) fn start(self, mut work: Work) {
        if is_over(&mut work) {
            return;
        }
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(self.keep(work));
        }
    }

    /// Does work to its end, whether its caller waits for that or not.
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
            background.run(async move { done.send(number).unwrap() });
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
        Background::new(TASKS).run(async { panic!("it is not run") });
    }
}
