use std::time::Duration;

use crate::domain::{ClientStatus, RegisteredClient, RegistrationState, Timestamp};

const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A use is noted once an hour, and some time after it: anything shorter would end clients that
/// are in use.
pub(super) const SHORTEST: Duration = Duration::from_secs(2 * HOUR.as_secs());

/// How long clients stay that nobody uses.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    pub(super) idle: Duration,
    pub(super) never_used: Duration,
    pub(super) pending: Duration,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            idle: 30 * DAY,
            never_used: DAY,
            pending: 7 * DAY,
        }
    }
}

impl Times {
    pub(super) fn shortest(&self) -> Duration {
        self.idle.min(self.never_used).min(self.pending)
    }

    /// Whether the time of a client is over at `now`.
    pub(super) fn is_over(&self, registered: &RegisteredClient, now: Timestamp) -> bool {
        let client = &registered.client;
        let (start, time) = match (&registered.registration.state, &client.status) {
            // It can't put off the end by changes of its own.
            (RegistrationState::Pending, ClientStatus::Inactive) => {
                (client.created_at, self.pending)
            }
            (RegistrationState::Approved | RegistrationState::Pending, ClientStatus::Active)
                if client.last_used_at.is_none() =>
            {
                (client.updated_at, self.never_used)
            }
            // A change counts, too: it may have been approved or made active just now.
            _ => (client.updated_at, self.idle),
        };
        // Not by less than what the repository compares with.
        registered.is_unused_since(now - time) && start < now - time
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        Client, ClientId, ClientMetadata, Id, Registration, RegistrationState, TenantId,
    };

    fn at(hours: u64) -> Timestamp {
        Timestamp::from_micros(1_776_249_000_000_000) + Duration::from_secs(hours * 60 * 60)
    }

    fn registered(state: RegistrationState, status: ClientStatus) -> RegisteredClient {
        let (tenant, id) = (TenantId::parse("acme"), ClientId::parse("app-1"));
        let metadata = ClientMetadata::new("App", ["https://app.example.com/cb"]);
        let now = at(0);
        let id = (id.unwrap(), Id::generate(now));
        let mut client = Client::new(id.1, tenant.unwrap(), id.0, metadata, now);
        client.status = status;
        RegisteredClient::new(client, Registration::new(state))
    }

    #[test]
    fn each_has_its_time_to_the_microsecond() {
        use ClientStatus::{Active, Inactive, Suspended};
        use RegistrationState::{Approved, Denied, Pending};

        let (day, month) = (Some(24), Some(30 * 24));
        for (state, status, used, expected) in [
            (Approved, Active, None, day),
            (Approved, Active, Some(0), month),
            (Approved, Inactive, None, month),
            (Denied, Inactive, None, month),
            (Pending, Inactive, None, Some(7 * 24)),
            (Pending, Active, None, day),
            (Approved, Suspended, None, None),
            (Pending, Suspended, None, None),
        ] {
            let mut one = registered(state.clone(), status.clone());
            one.client.last_used_at = used.map(at);
            let is_over = |now| Times::default().is_over(&one, now);
            let Some(hours) = expected else {
                assert!(!is_over(at(100_000)), "{state:?} {status:?}");
                continue;
            };
            assert!(!is_over(at(hours)), "{state:?} {status:?} {used:?}");
            let later = at(hours) + Duration::from_micros(1);
            assert!(is_over(later), "{state:?} {status:?} {used:?}");
        }
    }

    #[test]
    fn a_change_counts_unless_it_is_pending() {
        for (state, status, expected) in [
            (RegistrationState::Approved, ClientStatus::Active, false),
            (RegistrationState::Denied, ClientStatus::Inactive, false),
            (RegistrationState::Pending, ClientStatus::Inactive, true),
        ] {
            let mut one = registered(state, status);
            one.client.updated_at = at(999);
            assert_eq!(Times::default().is_over(&one, at(1_000)), expected);
        }
    }

    #[test]
    fn a_clock_that_is_behind_ends_nothing() {
        let one = registered(RegistrationState::Approved, ClientStatus::Active);
        let past = Timestamp::from_micros(0);
        assert!(!Times::default().is_over(&one, past));
    }
}
