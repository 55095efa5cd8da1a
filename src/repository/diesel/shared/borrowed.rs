//! A repository on a connection that belongs to the host, loaded by each backend.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use tokio::sync::{mpsc, oneshot};

use super::{Connection, Operation, Repository};
use crate::repository::diesel::BoxFuture;
use crate::repository::{Error, ErrorKind, Result};

type Job = Box<dyn for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, ()> + Send>;

/// Sends operations to the owner of the connection.
#[derive(Clone)]
pub(super) struct Jobs(mpsc::Sender<Job>);

impl Repository {
    /// Runs `work` with a repository on this connection, in its open transaction.
    ///
    /// Writes take effect when that transaction commits, and are discarded when it rolls back. A
    /// refused operation leaves the transaction unchanged. One that fails due to contention
    /// ([`ErrorKind::Unavailable`]) is not retried: the whole transaction has to be.
    ///
    /// Without an open transaction, each operation has its own. If the future is dropped before it
    /// completes, roll back or close the connection. The repository fails afterwards.
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
                // If the caller is gone, the result is dropped.
                let _ = answer.send(operation(conn, &arguments).await);
            })
        });
        let over = || Error::new(ErrorKind::Other).with_source("the connection was given back");
        self.0.0.send(job).await.map_err(|_| over())?;
        answered.await.map_err(|_| over())?.map_err(Error::from)
    }

    pub(super) fn for_lists(&self) -> &Self {
        self
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
