//! The connection pool that a repository creates, and why it has no connection.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use diesel::{ConnectionError, ConnectionResult};
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod, bb8,
};
use tokio::time::{Instant, timeout};

use super::Connection;
use super::establish::establish;
use super::pool::{Lease, Source};
use crate::repository::diesel::BoxFuture;
use crate::repository::diesel::error::{Fault, Result};
use crate::repository::diesel::refusal::Refusal;

/// The time limit for getting a connection.
const WAIT: Duration = Duration::from_secs(5);

/// After how long a silent server is reported as the reason.
const SILENCE: Duration = Duration::from_secs(4);

pub(super) struct OwnPool {
    pool: bb8::Pool<Connection>,
    last: LastRefusal,
}

/// The last refusal and its time. The pool itself keeps retrying and discards the reason.
#[derive(Clone, Default)]
pub(super) struct LastRefusal(Arc<Mutex<Option<(Instant, Refusal)>>>);

impl OwnPool {
    /// Creates the pool without connecting.
    pub(super) async fn new(url: &str) -> Result<Self> {
        let last = LastRefusal::default();
        let pool = bb8::Pool::builder().connection_timeout(WAIT);
        let pool = pool.build(manager(url, last.clone())).await;
        let pool = pool.map_err(|error| Fault::Unavailable(error.into()))?;
        Ok(Self { pool, last })
    }
}

/// A manager of connections that notes why there is none.
pub(super) fn manager(url: &str, last: LastRefusal) -> AsyncDieselConnectionManager<Connection> {
    let mut config = ManagerConfig::default();
    // Lost connections are detected without a query before each use.
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(move |url| {
        let (url, last) = (url.to_owned(), last.clone());
        Box::pin(async move { connect(&url, &last).await })
    });
    AsyncDieselConnectionManager::new_with_config(url, config)
}

async fn connect(url: &str, last: &LastRefusal) -> ConnectionResult<Connection> {
    let mut connecting = Box::pin(establish(url));
    let outcome = match timeout(SILENCE, &mut connecting).await {
        Ok(outcome) => outcome,
        Err(_) => {
            last.note("the server does not answer".into());
            connecting.await
        }
    };
    outcome.map_err(|refusal| {
        last.note(refusal.clone());
        ConnectionError::BadConnection(refusal.to_string())
    })
}

impl LastRefusal {
    fn note(&self, refusal: Refusal) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Some((Instant::now(), refusal));
    }

    fn since(&self, start: Instant) -> Option<Refusal> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, refusal) = last.as_ref().filter(|(at, _)| *at >= start)?;
        Some(refusal.clone())
    }
}

impl Source for OwnPool {
    fn lease(&self) -> BoxFuture<'_, Result<Box<dyn Lease>>> {
        Box::pin(async {
            let start = Instant::now();
            let lease = Source::lease(&self.pool).await;
            // All connections may be in use, or connecting may fail.
            lease.map_err(|fault| match self.last.since(start) {
                Some(refusal) => Fault::Unavailable(refusal.into()),
                None => fault,
            })
        })
    }

    fn connections(&self) -> usize {
        self.pool.connections()
    }
}
