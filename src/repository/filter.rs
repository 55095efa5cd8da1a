use super::fold::fold_name;
use crate::domain::{Client, ClientStatus};

/// Which clients a list shows.
///
/// A later version may have more criteria. [`matcher`](Self::matcher) applies them all; for a
/// repository that filters in its queries, the conformance suite shows what is missing.
#[non_exhaustive]
#[derive(Clone, Debug, Default)]
pub struct ClientFilter {
    /// Only clients whose name contains this text, regardless of case and of Unicode normalization;
    /// every character is literal. Both sides are compared in one form: decomposed (NFD), each
    /// character as the lower case of the upper case of its lower case in Unicode, without the dot
    /// (U+0307) on an `i`, and composed again (NFC). The same in every repository.
    pub name: Option<String>,
    /// Only clients with this status.
    pub status: Option<ClientStatus>,
}

impl ClientFilter {
    /// Creates a filter that matches all clients of the tenant.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only clients whose name contains this text, as in [`name`](Self::name).
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Only clients with this status.
    #[must_use]
    pub fn with_status(mut self, status: ClientStatus) -> Self {
        self.status = Some(status);
        self
    }

    /// Returns a predicate for clients of the tenant; it never matches a deleted one. Call this
    /// once per list, as it prepares the search text.
    pub fn matcher(&self) -> impl Fn(&Client) -> bool + use<> {
        let part = self.name.as_deref().map(fold_name);
        let status = self.status.clone();
        move |client| {
            let has = |part: &String| fold_name(&client.metadata.name).contains(part);
            client.deleted_at.is_none()
                && status
                    .as_ref()
                    .is_none_or(|status| client.status == *status)
                && part.as_ref().is_none_or(has)
        }
    }
}
