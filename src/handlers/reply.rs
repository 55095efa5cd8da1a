use http::{HeaderValue, header};
use serde::Serialize;

use super::request::Call;
use super::{Error, ErrorKind};
use crate::domain::{Client, Id, Page, Slice, Timestamp};
use crate::operation::admin_path;
use crate::wire::{List, Success};

pub(super) use crate::exchange::Reply;

/// What only the admin API responds.
impl Reply {
    /// A success in the standard envelope.
    pub(super) fn success<T: Serialize>(data: T, now: Timestamp) -> Result<Self, Error> {
        Ok(Self::json(&Success::new(data, now))?)
    }

    /// A page of a list, with a `Link` to the next one if the caller pages by position.
    pub(super) fn list<'a, T, I: Serialize>(
        call: &Call<'_>,
        page: Page,
        slice: &'a Slice<T>,
        id: impl Fn(&T) -> Id,
        item: impl Fn(&'a T) -> I,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let items = slice.items.iter().map(item).collect();
        let reply = Self::json(&List::new(items, page, slice.total, now))?;
        let last = slice.items.last().filter(|_| slice.has_more).map(id);
        Ok(match (page, last) {
            (Page::After { .. }, Some(last)) => reply.with_next(call, last),
            _ => reply,
        })
    }

    /// Sets `Link` to the page after this item.
    pub(super) fn with_next(self, call: &Call<'_>, last: Id) -> Self {
        let link = format!("<{}>; rel=\"next\"", call.uri_after(last));
        match HeaderValue::try_from(link) {
            Ok(value) => self.with_header(header::LINK, value),
            Err(_) => self,
        }
    }

    /// Sets `Location` to the path of a new client, relative to the host's mount point; the adapter
    /// prepends that.
    pub(super) fn with_location(self, client: &Client) -> Self {
        let path = format!("{}{}", admin_path!("/clients/"), encoded(client));
        match HeaderValue::try_from(path) {
            Ok(value) => self.with_header(header::LOCATION, value),
            Err(_) => self,
        }
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::from(ErrorKind::Internal).with_source(error)
    }
}

/// A `client_id` as a path segment (RFC 3986 §3.3).
fn encoded(client: &Client) -> impl std::fmt::Display {
    percent_encoding::utf8_percent_encode(client.client_id.as_str(), SEGMENT)
}

const SEGMENT: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
