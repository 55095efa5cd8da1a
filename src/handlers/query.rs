use std::borrow::Cow;
use std::time::Duration;

use percent_encoding::percent_decode_str;

use super::Error;
use crate::domain::{ClientStatus, Id, Page, TokenPage, Violation, Violations};
use crate::repository::ClientFilter;

pub(crate) const DEFAULT_SIZE: u32 = 20;

/// No name is longer than this, so a longer filter can't match.
pub(crate) const MAX_NAME_LENGTH: usize = 1024;

/// 30 days, in seconds.
pub(crate) const MAX_GRACE_PERIOD: u64 = 30 * 24 * 60 * 60;

/// The query parameters of a request. Unknown ones are ignored.
pub(super) struct Query<'a> {
    pairs: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    faults: Violations,
}

impl<'a> Query<'a> {
    pub(super) fn parse(query: Option<&'a str>) -> Result<Self, Error> {
        let decode = |text: &'a str| -> Result<Cow<'a, str>, Error> {
            let text: Cow<'a, str> = if text.contains('+') {
                text.replace('+', " ").into()
            } else {
                text.into()
            };
            let decoded = match text {
                Cow::Borrowed(text) => percent_decode_str(text).decode_utf8(),
                Cow::Owned(text) => percent_decode_str(&text)
                    .decode_utf8()
                    .map(|text| text.into_owned().into()),
            };
            decoded.map_err(|_| Error::bad_request("query: must be UTF-8"))
        };
        let pairs = query.unwrap_or_default().split('&').map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name)?, decode(value)?))
        });
        Ok(Self {
            pairs: pairs.collect::<Result<_, Error>>()?,
            faults: Violations::default(),
        })
    }

    /// Reads one parameter; a repeated or malformed one is a violation.
    fn get<T>(
        &mut self,
        name: &'static str,
        must: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let mut values = self
            .pairs
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value);
        let value = values.next()?;
        if values.next().is_some() {
            self.faults.push(Violation::new(name, "must be there once"));
            return None;
        }
        let value = read(value);
        if value.is_none() {
            self.faults.push(Violation::new(name, must));
        }
        value
    }

    pub(super) fn page(&mut self) -> Page {
        let (number, size) = (self.number(), self.size());
        let after = self.get("after", "must be the id of an item, or empty", |text| {
            if text.is_empty() {
                Some(None)
            } else {
                Id::parse(text).map(Some)
            }
        });
        match after {
            None => Page::Number {
                number: number.unwrap_or(1),
                size,
            },
            Some(_) if number.is_some() => {
                self.faults.push(Violation::new(
                    "after",
                    "must not be set together with page",
                ));
                Page::After { id: None, size }
            }
            Some(id) => Page::After { id, size },
        }
    }

    pub(super) fn token_page(&mut self) -> TokenPage {
        TokenPage {
            number: self.number().unwrap_or(1),
            size: self.size(),
        }
    }

    fn number(&mut self) -> Option<u64> {
        self.get("page", "must be a whole number from 1", |text| {
            digits(text).filter(|number| *number > 0)
        })
    }

    fn size(&mut self) -> u32 {
        let must = "must be a whole number from 1 to 100";
        let size = self.get("page_size", must, |text| {
            digits(text).filter(|size| (1..=Page::MAX_SIZE).contains(size))
        });
        size.unwrap_or(DEFAULT_SIZE)
    }

    /// How long revoked tokens remain valid.
    pub(super) fn grace_period(&mut self) -> Duration {
        let must = "must be a whole number of seconds, at most 2592000";
        let seconds = self.get("grace_period", must, |text| {
            digits(text).filter(|seconds| *seconds <= MAX_GRACE_PERIOD)
        });
        Duration::from_secs(seconds.unwrap_or_default())
    }

    pub(super) fn filter(&mut self) -> ClientFilter {
        let name = self.get(
            "name",
            "must be at most 1024 bytes without control characters",
            |text| {
                let fits = text.len() <= MAX_NAME_LENGTH && !text.contains(char::is_control);
                fits.then(|| text.to_owned())
            },
        );
        let status = self.get(
            "status",
            "must be one of active, suspended, inactive",
            ClientStatus::parse,
        );
        ClientFilter {
            name: name.filter(|name| !name.is_empty()),
            status,
        }
    }

    /// Returns all violations, if any.
    pub(super) fn finish(self) -> Result<(), Error> {
        self.faults.into_result().map_err(Error::from)
    }
}

/// A number in ASCII digits only.
fn digits<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())?
}
