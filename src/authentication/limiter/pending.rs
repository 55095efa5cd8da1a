use std::net::IpAddr;
use std::sync::Arc;

use super::super::Error;
use super::super::background::Background;
use super::{Attempt, Erased};
use crate::domain::ClientId;
use crate::telemetry::attempt_refused;

/// An attempt that was let through and whose end the limiter has to be told.
pub(in super::super) struct Pending<'a> {
    limiter: Option<&'a Arc<dyn Erased>>,
    background: &'a Background,
    client_id: &'a ClientId,
    peer: Option<IpAddr>,
    /// Whether a hash or a signature is verified, as far as is known yet.
    is_verified: bool,
}

impl<'a> Pending<'a> {
    /// Asks whether the attempt may go on.
    pub(in super::super) async fn admit(
        limiter: Option<&'a Arc<dyn Erased>>,
        background: &'a Background,
        client_id: &'a ClientId,
        peer: Option<IpAddr>,
    ) -> Result<Self, Error> {
        let attempt = Attempt::new(client_id, peer);
        if let Some(limiter) = limiter
            && let Some(wait) = limiter.wait(attempt).await
        {
            attempt_refused();
            return Err(Error::too_many_failures(wait));
        }
        Ok(Self {
            limiter,
            background,
            client_id,
            peer,
            is_verified: true,
        })
    }

    /// Nothing was verified yet: to fail, or to hang up, costs nobody anything.
    pub(in super::super) fn nothing_verified(mut self) -> Self {
        self.is_verified = false;
        self
    }

    pub(in super::super) async fn failed(mut self, error: &Error) {
        self.is_verified = !error.is_early();
        if let Some(limiter) = self.limiter {
            fail(&**limiter, self.attempt(), self.is_verified).await;
        }
        self.limiter = None;
    }

    pub(in super::super) async fn succeeded(mut self) {
        if let Some(limiter) = self.limiter.take() {
            limiter.succeeded(self.attempt()).await;
        }
    }

    /// It could not be decided, which is not the client's fault.
    pub(in super::super) fn undecided(mut self) {
        self.limiter = None;
    }

    fn attempt(&self) -> Attempt<'a> {
        Attempt::new(self.client_id, self.peer)
    }
}

/// The caller went away: whoever hangs up before the answer is counted all the same.
impl Drop for Pending<'_> {
    fn drop(&mut self) {
        if let Some(limiter) = self.limiter.take() {
            let (limiter, client_id) = (Arc::clone(limiter), self.client_id.clone());
            let (peer, is_verified) = (self.peer, self.is_verified);
            self.background.run(async move {
                fail(&*limiter, Attempt::new(&client_id, peer), is_verified).await;
            });
        }
    }
}

async fn fail(limiter: &dyn Erased, attempt: Attempt<'_>, is_verified: bool) {
    if is_verified {
        limiter.failed(attempt).await;
    } else {
        limiter.failed_unverified(attempt).await;
    }
}
