use super::super::background::{Background, Place};
use super::super::{Error, ErrorKind};
use super::erased::UnderWay;
use super::{Attempt, Limiter, Outcome};
use crate::telemetry::attempt_refused;

/// An admitted attempt, whose outcome must be reported to the limiter once.
pub(in super::super) struct Pending {
    /// Also holds the slot for reporting the outcome if the caller disconnects.
    under_way: Option<(Box<dyn UnderWay>, Place)>,
    /// Whether a hash or a signature was verified, as far as is known.
    is_verified: bool,
    /// How much work the verification takes.
    work: u32,
}

impl Pending {
    /// Asks the limiter to admit the attempt.
    pub(in super::super) async fn admit(
        limiter: Option<&dyn Limiter>,
        background: &Background,
        attempt: Attempt<'_>,
    ) -> Result<Self, Error> {
        let mut under_way = None;
        if let Some(limiter) = limiter {
            // A disconnect must be reported too, so the slot is reserved before the attempt is
            // admitted.
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

    /// Marks that nothing was verified yet, in case the attempt fails or the caller disconnects.
    pub(in super::super) fn nothing_verified(mut self) -> Self {
        self.is_verified = false;
        self
    }

    /// Sets how much work the verification takes, even if the caller does not wait for it.
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

    /// Ends the attempt without a decision, which is not the client's fault.
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

/// The caller disconnected, which counts as a failure.
impl Drop for Pending {
    fn drop(&mut self) {
        let outcome = self.failure();
        if let Some((under_way, place)) = self.under_way.take() {
            place.start(under_way.end(outcome));
        }
    }
}
