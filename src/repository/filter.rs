use super::fold::fold_name;
use crate::domain::{Client, ClientStatus};

/// Which clients a list shows.
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
