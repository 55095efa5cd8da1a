use super::filter::is;
use crate::domain::{Action, AuditEntry, Timestamp};

/// Which entries of a tenant's audit trail a list shows: those that meet every criterion that is
/// set. Texts are compared byte by byte.
///
/// A later version may have more criteria. [`matcher`](Self::matcher) applies them all; for a
/// repository that filters in its queries, the conformance suite shows what is missing.
#[non_exhaustive]
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Only entries with this action.
    pub action: Option<Action>,
    /// Only entries of this operator.
    pub operator_id: Option<String>,
    /// Only entries about this: a client's `client_id`, for entries without a secret, or a secret's
    /// id; as in [`AuditEntry::target_id`].
    pub target_id: Option<String>,
    /// Only entries from this time on.
    pub from: Option<Timestamp>,
    /// Only entries before this time.
    pub to: Option<Timestamp>,
}

impl AuditFilter {
    /// Creates a filter that matches all entries of the tenant.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only entries with this action.
    #[must_use]
    pub fn with_action(mut self, action: Action) -> Self {
        self.action = Some(action);
        self
    }

    /// Only entries of this operator.
    #[must_use]
    pub fn with_operator_id(mut self, id: impl Into<String>) -> Self {
        self.operator_id = Some(id.into());
        self
    }

    /// Only entries about this client or secret, as in [`target_id`](Self::target_id).
    #[must_use]
    pub fn with_target_id(mut self, id: impl Into<String>) -> Self {
        self.target_id = Some(id.into());
        self
    }

    /// Only entries from this time on.
    #[must_use]
    pub fn with_from(mut self, time: Timestamp) -> Self {
        self.from = Some(time);
        self
    }

    /// Only entries before this time.
    #[must_use]
    pub fn with_to(mut self, time: Timestamp) -> Self {
        self.to = Some(time);
        self
    }

    /// Returns a predicate for entries of the tenant.
    pub fn matcher(&self) -> impl Fn(&AuditEntry) -> bool + use<> {
        let filter = self.clone();
        move |entry| {
            is(&filter.action, |action| entry.action == *action)
                && is(&filter.operator_id, |id| entry.operator_id == *id)
                && is(&filter.target_id, |id| entry.target_id() == *id)
                && is(&filter.from, |from| entry.at >= *from)
                && is(&filter.to, |to| entry.at < *to)
        }
    }
}
