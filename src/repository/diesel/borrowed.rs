//! A repository on a connection that belongs to the host, loaded below each backend.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use tokio::sync::{mpsc, oneshot};

use super::{Connection, Operation, Repository};
use crate::repository::diesel::BoxFuture;
use crate::repository::{Error, ErrorKind, Result};

type Job = Box<dyn for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, ()> + Send>;

/// What a repository asks of the connection, which stays where it is.
#[derive(Clone)]
pub(super) struct Jobs(mpsc::Sender<Job>);

impl Repository {
    /// Runs `work` with a repository on this connection, in the transaction that is open on it.
    ///
    /// What was written is there for good when that transaction commits, and never was when it
    /// rolls back. An operation that is refused leaves the transaction as it was before. One that
    /// fails because others were in the way ([`ErrorKind::Unavailable`]) is not repeated: it takes
    /// the whole transaction to do that.
    ///
    /// Without a transaction, each operation has one of its own. When the future is dropped in the
    /// middle, roll back or close the connection. The repository is of no use afterwards.
    pub async fn scope<F: Future>(
        conn: &mut Connection,
        work: impl FnOnce(Self) -> F,
    ) -> F::Output {
        let (sender, mut jobs) = mpsc::channel::<Job>(1);
        let mut work = pin!(work(Self(Jobs(sender))));
        loop {
            let next = poll_fn(|context| {
                if let Poll::Ready(output) = work.as_mut().poll(context) {
                    return Poll::Ready(Err(output));
                }
                match jobs.poll_recv(context) {
                    Poll::Ready(Some(job)) => Poll::Ready(Ok(job)),
                    Poll::Ready(None) | Poll::Pending => Poll::Pending,
                }
            });
            match next.await {
                Ok(job) => job(conn).await,
                Err(output) => return output,
            }
        }
    }

    async fn run<A, T>(&self, arguments: A, operation: Operation<A, T>) -> Result<T>
    where
        A: Send + Sync + 'static,
        T: Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |conn| {
            Box::pin(async move {
                // Nobody waits for an answer that is dropped.
                let _ = answer.send(operation(conn, &arguments).await);
            })
        });
        let over = || Error::new(ErrorKind::Other, "the connection was given back");
        self.0.0.send(job).await.map_err(|_| over())?;
        answered.await.map_err(|_| over())?.map_err(Error::from)
    }

    pub(super) async fn read<A, T>(&self, arguments: A, operation: Operation<A, T>) -> Result<T>
    where
        A: Send + Sync + 'static,
        T: Send + 'static,
    {
        self.run(arguments, operation).await
    }

    pub(super) async fn scan<A, T>(&self, arguments: A, operation: Operation<A, T>) -> Result<T>
    where
        A: Send + Sync + 'static,
        T: Send + 'static,
    {
        self.run(arguments, operation).await
    }

    pub(super) async fn write<A, T>(&self, arguments: A, operation: Operation<A, T>) -> Result<T>
    where
        A: Send + Sync + 'static,
        T: Send + 'static,
    {
        self.run(arguments, operation).await
    }
}

impl fmt::Debug for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(super::NAME).finish_non_exhaustive()
    }
}
