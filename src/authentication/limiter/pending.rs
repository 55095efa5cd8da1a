use super::super::background::{Background, Place};
use super::super::{Error, ErrorKind};
use super::erased::UnderWay;
use super::{Attempt, Limiter, Outcome};
use crate::telemetry::attempt_refused;

/// An attempt that was let through and whose end the limiter has to be told, once.
pub(in super::super) struct Pending {
    /// With the place where the limiter is told when nobody waits for that.
    under_way: Option<(Box<dyn UnderWay>, Place)>,
    /// Whether a hash or a signature is verified, as far as is known yet.
    is_verified: bool,
    /// How much work that is.
    work: u32,
}

impl Pending {
    /// Asks whether the attempt may go on.
    pub(in super::super) async fn admit(
        limiter: Option<&dyn Limiter>,
        background: &Background,
        attempt: Attempt<'_>,
    ) -> Result<Self, Error> {
        let mut under_way = None;
        if let Some(limiter) = limiter {
            // Whoever hangs up is told of: so there is a place for that before there is an attempt.
            let place = background.reserve().ok_or(ErrorKind::Overloaded)?;
            let admitted = limiter.admit(attempt).await.map_err(|wait| {
                attempt_refused();
                Error::too_many_failures(wait)
            })?;
            under_way = Some((admitted, place));
        }
        Ok(Self {
            under_way,
            is_verified: true,
            work: 1,
        })
    }

    /// Nothing was verified yet: to fail, or to hang up, costs nobody anything.
    pub(in super::super) fn nothing_verified(mut self) -> Self {
        self.is_verified = false;
        self
    }

    /// To tell takes so much work, whether the caller waits for that or not.
    pub(in super::super) fn takes(&mut self, work: u32) {
        self.work = work;
    }

    pub(in super::super) async fn failed(mut self, error: &Error) {
        self.is_verified = !error.is_early();
        let outcome = self.failure();
        self.end(outcome).await;
    }

    pub(in super::super) async fn succeeded(self) {
        self.end(Outcome::Succeeded).await;
    }

    /// It could not be decided, which is not the client's fault.
    pub(in super::super) async fn undecided(self) {
        self.end(Outcome::Undecided).await;
    }

    async fn end(mut self, outcome: Outcome) {
        if let Some((under_way, place)) = self.under_way.take() {
            place.finish(under_way.end(outcome)).await;
        }
    }

    fn failure(&self) -> Outcome {
        match self.is_verified {
            true => Outcome::Failed { work: self.work },
            false => Outcome::FailedUnverified,
        }
    }
}

/// The caller went away: whoever hangs up before the answer is counted all the same.
impl Drop for Pending {
    fn drop(&mut self) {
        let outcome = self.failure();
        if let Some((under_way, place)) = self.under_way.take() {
            place.start(under_way.end(outcome));
        }
    }
}
