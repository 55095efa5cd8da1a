//! Lists as lines of JSON, one item each, instead of an envelope.

use http::{HeaderMap, header};
use serde::Serialize;

use super::reply::Reply;
use super::request::Call;
use super::{Error, ErrorKind};
use crate::domain::{Id, Page, Slice};
use crate::exchange::weight;

/// The media types of JSON Lines.
pub(crate) const TYPES: [&str; 2] = ["application/x-ndjson", "application/jsonl"];

/// The length after which a response takes no more items, in bytes.
const ENOUGH: usize = 4 * 1024 * 1024;

/// The media type of JSON Lines that the request accepts by name, and prefers to plain JSON.
pub(super) fn accepted(headers: &HeaderMap) -> Option<&'static str> {
    let weight = |media_type| weight(headers, &header::ACCEPT, media_type);
    let json = weight("application/json").unwrap_or(0);
    let lines = TYPES.map(|media_type| (weight(media_type).unwrap_or(0), media_type));
    let (most, media_type) = lines.into_iter().rev().max_by_key(|(weight, _)| *weight)?;
    (most > json).then_some(media_type)
}

/// A response of lines under construction. It is read page by page, so that no more than one page
/// is held besides the text.
pub(super) struct Lines {
    media_type: &'static str,
    text: Vec<u8>,
    last: Option<Id>,
    left: usize,
    has_more: bool,
}

impl Lines {
    /// At most this many lines, for the items after a given one.
    pub(super) fn new(media_type: &'static str, after: Option<Id>, most: usize) -> Self {
        Self {
            media_type,
            text: Vec::new(),
            last: after,
            left: most,
            has_more: false,
        }
    }

    /// The page to read next.
    pub(super) fn page(&self) -> Page {
        let size = u32::try_from(self.left).unwrap_or(Page::MAX_SIZE);
        Page::After {
            id: self.last,
            size: size.min(Page::MAX_SIZE),
        }
    }

    /// Appends the items of that page. Returns whether another page is to be read.
    pub(super) fn append<'a, T, I: Serialize>(
        &mut self,
        slice: &'a Slice<T>,
        id: impl Fn(&T) -> Id,
        item: impl Fn(&'a T) -> I,
    ) -> Result<bool, Error> {
        let mut items = slice.items.iter();
        while self.left > 0
            && self.text.len() < ENOUGH
            && let Some(next) = items.next()
        {
            serde_json::to_writer(&mut self.text, &item(next))
                .map_err(|error| Error::from(ErrorKind::Internal).with_source(error))?;
            self.text.push(b'\n');
            self.last = Some(id(next));
            self.left -= 1;
        }
        self.has_more = slice.has_more || items.next().is_some();
        Ok(self.has_more && self.left > 0 && self.text.len() < ENOUGH)
    }

    /// The response, with a `Link` to the lines that follow.
    pub(super) fn into_reply(self, call: &Call<'_>) -> Reply {
        let reply = Reply::lines(self.media_type, self.text);
        match self.last.filter(|_| self.has_more) {
            Some(last) => reply.with_next(call, last),
            None => reply,
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;
    use crate::domain::Timestamp;

    #[test]
    fn lines_are_for_those_who_ask_for_them() {
        let lines = |fields: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for field in fields {
                headers.append(header::ACCEPT, HeaderValue::from_static(field));
            }
            accepted(&headers)
        };
        let [ndjson, jsonl] = TYPES.map(Some);
        for (fields, expected) in [
            (&[][..], None),
            (&["*/*"], None),
            (&["application/*"], None),
            (&["application/json"], None),
            (&["application/json, application/x-ndjson"], None),
            (&["application/x-ndjson;q=0"], None),
            (&["application/jsonlines"], None),
            (&["application/x-ndjson"], ndjson),
            (&["Application/X-NDJSON; q=1.0"], ndjson),
            (&["application/jsonl"], jsonl),
            (&["application/jsonl, application/x-ndjson"], ndjson),
            (&["application/jsonl, application/x-ndjson;q=0.9"], jsonl),
            (
                &["application/json;q=0.5", "application/jsonl;q=0.7"],
                jsonl,
            ),
            (&["application/jsonl, */*"], jsonl),
            (&["application/jsonl;q=x, application/json;q=2"], None),
        ] {
            assert_eq!(lines(fields), expected, "{fields:?}");
        }
    }

    #[test]
    fn a_long_response_ends_early() {
        let ids: Vec<_> = (0..6)
            .map(|at| Id::least_at(Timestamp::from_micros(at)))
            .rev()
            .collect();
        let text = "x".repeat(ENOUGH / 3);
        let mut lines = Lines::new("application/jsonl", None, 1_000);
        let slice = Slice {
            items: ids.clone(),
            total: None,
            has_more: false,
        };
        let goes_on = lines.append(&slice, |id| *id, |_| &text).unwrap();
        assert!(!goes_on && lines.has_more);
        assert_eq!((lines.last, lines.left), (Some(ids[2]), 997));
    }
}
