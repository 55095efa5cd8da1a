use std::fmt;
use std::time::Duration;

use super::due::{SHORTEST, Times};
use super::{Reaper, SharedGrants};
use crate::error::BuildError;
use crate::registration::Registrar;

/// Builder of a [`Reaper`]. Every setting has a default.
#[must_use]
pub struct ReaperBuilder {
    registrar: Registrar,
    grants: SharedGrants,
    times: Times,
}

impl ReaperBuilder {
    pub(super) fn new(registrar: Registrar, grants: SharedGrants) -> Self {
        Self {
            registrar,
            grants,
            times: Times::default(),
        }
    }

    /// Sets how long a client stays that is not used. 30 days by default.
    pub fn with_idle_time(mut self, time: Duration) -> Self {
        self.times.idle = time;
        self
    }

    /// Sets how long an active client stays that has never authenticated. 24 hours by default.
    pub fn with_never_used_time(mut self, time: Duration) -> Self {
        self.times.never_used = time;
        self
    }

    /// Sets how long a client waits for an approval. 7 days by default.
    pub fn with_pending_time(mut self, time: Duration) -> Self {
        self.times.pending = time;
        self
    }

    /// Builds the reaper.
    ///
    /// # Errors
    ///
    /// If a time is shorter than two hours: uses are noted to the hour.
    pub fn build(self) -> Result<Reaper, BuildError> {
        if self.times.shortest() < SHORTEST {
            let message = "clients that nobody uses must stay for at least two hours";
            return Err(BuildError::setting(message));
        }
        Ok(Reaper {
            registrar: self.registrar,
            grants: self.grants,
            times: self.times,
            last: None,
        })
    }
}

impl fmt::Debug for ReaperBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReaperBuilder")
            .field("times", &self.times)
            .finish_non_exhaustive()
    }
}
