use std::collections::HashMap;
use std::sync::Arc;

use super::document::{Document, Offer};
use crate::domain::RemoteUrl;
use crate::error::BuildError;

/// When a pinned document is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Pin {
    /// Always. Its URL is never fetched, so its host need not be public.
    Always,
    /// If the document can't be fetched for now. One that is gone or invalid is the publisher's
    /// word, and wins.
    Fallback,
}

/// A document as the host pinned it.
pub(super) struct PinnedText {
    pub(super) url: String,
    pub(super) text: String,
    pub(super) pin: Pin,
}

/// The documents that the host pinned, by URL.
pub(super) struct Pinned(HashMap<String, (Pin, Arc<Document>)>);

impl Pinned {
    /// Reads documents by the rules for those that are fetched.
    pub(super) fn read(
        texts: Vec<PinnedText>,
        offer: &Offer,
        max_url: usize,
    ) -> Result<Self, BuildError> {
        let documents = texts.into_iter().map(|PinnedText { url, text, pin }| {
            let read = match pin {
                Pin::Always => RemoteUrl::parse_anywhere(&url, max_url),
                Pin::Fallback => RemoteUrl::parse(&url, max_url),
            };
            let read = read.and_then(|url| url.check_identifies_client(true));
            let document = read
                .map_err(Into::into)
                .and_then(|()| offer.read(&url, text.as_bytes()));
            match document {
                Ok(document) => Ok((url, (pin, Arc::new(document)))),
                Err(reason) => {
                    let message = "a pinned document is not valid for its URL";
                    Err(BuildError::setting(message).with_source(reason))
                }
            }
        });
        Ok(Self(documents.collect::<Result<_, _>>()?))
    }

    pub(super) fn get(&self, url: &str, wanted: Pin) -> Option<&Arc<Document>> {
        let (pin, document) = self.0.get(url)?;
        (*pin == wanted).then_some(document)
    }
}
