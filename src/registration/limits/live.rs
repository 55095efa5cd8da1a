use std::time::Duration;

use quick_cache::sync::Cache;

use crate::domain::{TenantId, Timestamp};

/// How long a count holds. Other hosts may register clients meanwhile, but not many: their budget
/// is for a day.
const HOLDS: Duration = Duration::from_secs(60);

/// The same for a count that lets nobody in.
const HOLDS_FULL: Duration = Duration::from_secs(10);

/// How many clients the tenants have that registered themselves, so that a registration need not
/// count thousands.
pub(super) struct Live(Cache<TenantId, Count>);

#[derive(Clone, Copy)]
struct Count {
    clients: u32,
    at: Timestamp,
}

impl Live {
    pub(super) fn new(capacity: usize) -> Self {
        Self(Cache::new(capacity))
    }

    pub(super) fn get(&self, tenant: &TenantId, full: u32, now: Timestamp) -> Option<u32> {
        let count = self.0.get(tenant)?;
        let holds = match count.clients < full {
            true => HOLDS,
            false => HOLDS_FULL,
        };
        // A clock that was ahead must not extend it.
        let is_recent = count.at <= now && now < count.at + holds;
        is_recent.then_some(count.clients)
    }

    pub(super) fn set(&self, tenant: &TenantId, clients: u32, at: Timestamp) {
        self.0.insert(tenant.clone(), Count { clients, at });
    }

    /// Concurrent calls may count one only, until the next count.
    pub(super) fn add(&self, tenant: &TenantId) {
        if let Some(count) = self.0.get(tenant) {
            let clients = count.clients.saturating_add(1);
            self.0.insert(tenant.clone(), Count { clients, ..count });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_holds_for_a_while() {
        let live = Live::new(8);
        let tenant = TenantId::parse("acme").unwrap();
        let start = Timestamp::from_micros(1_776_249_000_000_000);
        let at = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(live.get(&tenant, 3, start), None);
        live.set(&tenant, 2, start);
        assert_eq!(live.get(&tenant, 3, at(59)), Some(2));
        assert_eq!(live.get(&tenant, 3, at(60)), None);
        live.add(&tenant);
        assert_eq!(live.get(&tenant, 3, at(9)), Some(3));
        assert_eq!(live.get(&tenant, 3, at(10)), None);
        live.set(&tenant, 2, at(100));
        assert_eq!(live.get(&tenant, 3, start), None);
    }
}
