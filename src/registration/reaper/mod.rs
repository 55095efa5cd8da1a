//! The removal of clients that registered themselves and that nobody uses.

mod builder;
mod due;

use std::fmt;
use std::time::{Duration, Instant};

use self::due::Times;
use super::Registrar;
use super::grants::{LiveGrants, SharedGrants};
use crate::domain::{AuditEntry, ClientEventKind, RegisteredClient, RegistrationState};
use crate::manager::{ErrorKind, Result};
use crate::repository::Write;

pub use builder::ReaperBuilder;

/// How many clients a step looks at.
const BATCH: u32 = 100;

/// The shortest pause between two passes.
const SECOND: Duration = Duration::from_secs(1);

/// Deletes clients that registered themselves and that nobody uses: those that have not
/// authenticated for 30 days, or never within 24 hours, or whose approval nobody decided on within
/// 7 days.
///
/// It never touches a client that an administrator created or suspended, nor one with a
/// [live grant](LiveGrants), and none that is used or changed while it looks. Each deletion is in
/// the audit trail, by the operator `reaper` of type `system`, and listeners hear of it as of any
/// other, to revoke what remains. A deleted client can be restored for a while, and is purged like
/// all others.
///
/// Several hosts may do this on one database: of two that delete the same client, one does. The
/// time is that of the manager's clock.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use tower_oauth_clients::domain::Client;
/// use tower_oauth_clients::registration::{BoxError, LiveGrants, Reaper, Registrar};
///
/// struct Tokens;
///
/// impl LiveGrants for Tokens {
///     async fn any(&self, client: &Client) -> Result<bool, BoxError> {
///         // Ask the tables of tokens and of consents for `client.id`.
/// #       let _ = client;
///         Ok(true)
///     }
/// }
///
/// fn start(registrar: &Registrar) -> Result<(), tower_oauth_clients::BuildError> {
///     let reaper = Reaper::builder(registrar, Tokens).build()?;
///     tokio::spawn(reaper.run(Duration::from_secs(60 * 60)));
///     Ok(())
/// }
/// ```
pub struct Reaper {
    registrar: Registrar,
    grants: SharedGrants,
    times: Times,
    /// The last client that it looked at in this pass. Clients that stay must not be in the way of
    /// the ones behind them.
    last: Option<RegisteredClient>,
}

/// What a step did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reaped {
    /// How many clients it deleted.
    pub removed: usize,
    /// How many clients it kept whose time is over: they have a live grant, or may have one, or
    /// something happened to them meanwhile.
    pub kept: usize,
    /// Whether this pass goes on. If not, the next step begins a new one.
    pub has_more: bool,
}

impl Reaper {
    /// Creates a builder for a reaper of the clients of `registrar`, in all tenants.
    pub fn builder(registrar: &Registrar, grants: impl LiveGrants) -> ReaperBuilder {
        ReaperBuilder::new(registrar.clone(), std::sync::Arc::new(grants))
    }

    /// Looks at up to 100 clients, the longest unused first, after those of the step before.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Unavailable`] or [`ErrorKind::Internal`] if the storage fails. The next step
    /// goes on behind the client at which that happened.
    pub async fn step(&mut self) -> Result<Reaped> {
        let since = self.registrar.now() - self.times.shortest();
        let repository = &self.registrar.0.repository;
        let found = repository.unused_registrations(since, self.last.as_ref(), BATCH);
        let found = found.await?;
        let mut reaped = Reaped {
            has_more: u32::try_from(found.len()).is_ok_and(|found| found >= BATCH),
            ..Reaped::default()
        };
        for one in found {
            self.last = Some(one.clone());
            if !self.times.is_over(&one, self.registrar.now()) {
                continue;
            }
            match self.reap(one).await? {
                true => reaped.removed += 1,
                false => reaped.kept += 1,
            }
        }
        if !reaped.has_more {
            self.last = None;
        }
        Ok(reaped)
    }

    /// Steps through all clients, then again after each `interval` of at least a second. It never
    /// ends: spawn it, and abort it at any time. Between two steps it rests for as long as the
    /// first one took. Failures are logged, and tried again after the interval.
    ///
    /// Needs a Tokio runtime with a timer.
    pub async fn run(mut self, interval: Duration) {
        loop {
            let begun = Instant::now();
            let pause = match self.step().await {
                Ok(reaped) if reaped.has_more => begun.elapsed(),
                Ok(_) => interval.max(SECOND),
                Err(error) => {
                    report("unused clients were not deleted", &error);
                    interval.max(SECOND)
                }
            };
            tokio::time::sleep(pause).await;
        }
    }

    /// Deletes a client, unless it has a live grant or is not as it was read. Returns whether it
    /// did.
    async fn reap(&self, registered: RegisteredClient) -> Result<bool> {
        let RegisteredClient {
            client,
            registration,
        } = registered;
        match self.grants.any(&client).await {
            Ok(false) => {}
            Ok(true) => return Ok(false),
            Err(error) => {
                report("a client is kept, as its grants are unknown", &*error);
                return Ok(false);
            }
        }
        let message = match registration.state {
            RegistrationState::Pending => "deleted, as nobody decided on it",
            _ => "deleted, as nobody used it",
        };
        let (manager, now) = (&self.registrar.0.manager, self.registrar.now());
        let whose = (client.tenant_id.clone(), client.client_id.clone());
        let write = Write::new(AuditEntry::by_reaper(whose, message, now));
        let events = manager.own_events(&client, [ClientEventKind::Deleted], now);
        let repository = self.registrar.0.repository.clone();
        let (expected, used) = (client.version, client.last_used_at);
        let deleted = manager.commit(events, async move {
            let (tenant, client_id) = (&write.audit.tenant_id, &write.audit.client_id);
            repository
                .delete_unused(tenant, client_id, expected, used, &write)
                .await
        });
        match deleted.await {
            Ok(()) => Ok(true),
            // Somebody used, changed or deleted it, perhaps another host.
            Err(error) if matches!(error.kind(), ErrorKind::Stale | ErrorKind::NotFound) => {
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }
}

impl fmt::Debug for Reaper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reaper")
            .field("times", &self.times)
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "tracing")]
fn report(what: &'static str, error: &(dyn std::error::Error + 'static)) {
    tracing::warn!(error, "{what}");
}

#[cfg(not(feature = "tracing"))]
fn report(_: &'static str, _: &(dyn std::error::Error + 'static)) {}
