use std::future::Future;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::Semaphore;

/// Work that nobody waits for, bounded in how much of it there is at a time.
pub(super) struct Background(Arc<Semaphore>);

impl Background {
    const TASKS: usize = 64;

    pub(super) fn new() -> Self {
        Self(Arc::new(Semaphore::new(Self::TASKS)))
    }

    /// Does it in a task of its own. Where too much is under way already, or where there is no
    /// Tokio runtime, it is not done: whoever hands it over can do without.
    pub(super) fn run(&self, work: impl Future<Output = ()> + Send + 'static) {
        let Ok(permit) = Arc::clone(&self.0).try_acquire_owned() else {
            return;
        };
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                work.await;
                drop(permit);
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn what_is_too_much_is_not_done() {
        let background = Background::new();
        let (done, mut results) = mpsc::unbounded_channel();
        for number in 0..Background::TASKS * 2 {
            let done = done.clone();
            background.run(async move { done.send(number).unwrap() });
        }
        drop(done);
        let mut count = 0;
        while results.recv().await.is_some() {
            count += 1;
        }
        assert_eq!(count, Background::TASKS);

        let (done, mut results) = mpsc::unbounded_channel();
        background.run(async move { done.send(()).unwrap() });
        assert!(results.recv().await.is_some(), "afterwards there is room");
    }

    #[test]
    fn without_a_runtime_nothing_is_done() {
        Background::new().run(async { panic!("it is not run") });
    }
}
