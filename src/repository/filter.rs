use super::fold::fold_name;
use crate::domain::{Client, ClientStatus};

/// Which clients a list shows.
///
/// A later version may have more criteria. [`matcher`](Self::matcher) knows them all; whoever filters in
/// a statement learns of a new one from the conformance suite.
#[non_exhaustive]
#[derive(Clone, Debug, Default)]
pub struct ClientFilter {
    /// Those whose name contains this text in any case, and however its characters are written;
    /// every character is literal. Both sides are compared in one form: decomposed (NFD), each
    /// character as the lower case of the upper case of its lower case in Unicode, without the dot
    /// (U+0307) on an `i`, and composed again (NFC). The same in every repository.
    pub name: Option<String>,
    /// Those with this status.
    pub status: Option<ClientStatus>,
}

impl ClientFilter {
    /// All clients of the tenant.
    pub fn new() -> Self {
        Self::default()
    }

    /// Those whose name contains this text, as in [`name`](Self::name).
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Those with this status.
    #[must_use]
    pub fn with_status(mut self, status: ClientStatus) -> Self {
        self.status = Some(status);
        self
    }

    /// Tells of one client after the other whether a list shows it, if it is one of the tenant's: a
    /// deleted one never. Ask for it once for a list: it prepares the text that is searched for.
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
