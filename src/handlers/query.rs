use std::borrow::Cow;
use std::time::Duration;

use http::HeaderMap;
use percent_encoding::percent_decode_str;

use super::Error;
use super::noted::{Noted, prefers_full, prefers_strict, shown};
use crate::domain::{
    Action, AuthMethod, ClientId, ClientOrigin, ClientStatus, GrantType, Id, Page, Timestamp,
    TokenPage, Violation, Violations, one_of,
};
use crate::repository::{AuditFilter, ClientFilter};
use crate::wire::View;

pub(crate) const DEFAULT_SIZE: u32 = 20;

/// No name is longer than this, so a longer filter can't match.
pub(crate) const MAX_NAME_LENGTH: usize = 1024;

/// 30 days, in seconds.
pub(crate) const MAX_GRACE_PERIOD: u64 = 30 * 24 * 60 * 60;

/// 100 years, in seconds.
pub(crate) const MAX_TIME: u64 = 3_155_760_000;

/// The maximum length of a host's name, in bytes.
pub(crate) const MAX_HOST_LENGTH: usize = 255;

/// The maximum number of lines in a response.
pub(crate) const MAX_LINES: usize = 1_000;

/// The maximum number of clients that a filter names.
pub(crate) const MAX_CLIENT_IDS: usize = 100;

/// The query parameters of a request.
pub(super) struct Query<'a> {
    pairs: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    known: Vec<&'static str>,
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
            known: Vec::new(),
            faults: Violations::default(),
        })
    }

    fn values(&self, name: &'static str) -> impl Iterator<Item = &str> {
        let pairs = self.pairs.iter().filter(move |(key, _)| key == name);
        pairs.map(|(_, value)| &**value)
    }

    /// Reads one parameter; a repeated or malformed one is a violation.
    fn get<T>(
        &mut self,
        name: &'static str,
        must: impl Into<Cow<'static, str>>,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        self.known.push(name);
        let mut values = self.values(name);
        let value = values.next()?;
        let violation = if values.next().is_some() {
            Violation::new(name, "must be there once")
        } else if let Some(value) = read(value) {
            return Some(value);
        } else {
            Violation::new(name, must)
        };
        drop(values);
        self.faults.push(violation);
        None
    }

    pub(super) fn page(&mut self) -> Page {
        let (number, size) = (self.number(), self.size());
        match self.after() {
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

    fn after(&mut self) -> Option<Option<Id>> {
        self.get("after", "must be the id of an item, or empty", |text| {
            if text.is_empty() {
                Some(None)
            } else {
                Id::parse(text).map(Some)
            }
        })
    }

    /// The item that lines follow, and how many there may be.
    pub(super) fn lines(&mut self) -> (Option<Id>, usize) {
        if self.number().is_some() {
            let must = "must not be set for lines of JSON, use after";
            self.faults.push(Violation::new("page", must));
        }
        let must = "must be a whole number from 1 to 1000";
        let size = self.get("page_size", must, |text| {
            digits(text).filter(|size| (1..=MAX_LINES).contains(size))
        });
        (self.after().flatten(), size.unwrap_or(MAX_LINES))
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

    pub(super) fn filter(&mut self, now: Timestamp) -> ClientFilter {
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
            one_of(ClientStatus::ALL, ClientStatus::word),
            ClientStatus::parse,
        );
        let client_ids = self.client_ids();
        let redirect_uri = self.get("redirect_uri", MUST_BE_SHORT, short);
        let must = one_of(GrantType::ALL, GrantType::word);
        let grant_type = self.get("grant", must, GrantType::parse);
        let scope = self.get("scope", MUST_BE_SHORT, short);
        let must = one_of(AuthMethod::ALL, AuthMethod::word);
        let method = self.get("method", must, AuthMethod::parse);
        let is_confidential = self.get("is_confidential", "must be true or false", |text| {
            text.parse::<bool>().ok()
        });
        let redirect_host = self.get("redirect_host", MUST_BE_HOST, host);
        let must = one_of(ClientOrigin::ALL, ClientOrigin::word);
        let origin = self.get("origin", must, ClientOrigin::parse);
        let unused_for = self.seconds("unused_for");
        let expiring_within = self.seconds("expiring_within");
        let deleted = self.get("deleted", "must be true or false", |text| text.parse().ok());
        ClientFilter {
            name: name.filter(|name| !name.is_empty()),
            status,
            ids: Vec::new(),
            client_ids,
            redirect_uri,
            grant_type,
            scope,
            client_auth_method: method,
            is_confidential,
            redirect_host,
            origin,
            unused_since: unused_for.map(|time| now - time),
            secret_expires: expiring_within.map(|time| now..=now + time),
            deleted: deleted.unwrap_or_default(),
        }
    }

    fn seconds(&mut self, name: &'static str) -> Option<Duration> {
        let must = "must be a whole number of seconds, at most 3155760000";
        let seconds = self.get(name, must, |text| {
            digits(text).filter(|seconds| *seconds <= MAX_TIME)
        });
        seconds.map(Duration::from_secs)
    }

    /// Which entries of the tenant's audit trail are listed.
    pub(super) fn audit_filter(&mut self) -> AuditFilter {
        let must = one_of(Action::ALL, Action::word);
        let action = self.get("action", must, Action::parse);
        let operator_id = self.get("operator_id", MUST_BE_SHORT, short);
        // An id of a secret has this form, too.
        let target_id = self.get("target_id", ClientId::MUST, ClientId::parse);
        let must = "must be a time as in RFC 3339, such as 2026-04-15T10:30:00Z";
        let from = self.get("from", must, Timestamp::parse);
        let to = self.get("to", must, Timestamp::parse);
        if let (Some(from), Some(to)) = (from, to)
            && from > to
        {
            self.faults
                .push(Violation::new("from", "must not be after to"));
        }
        AuditFilter {
            action,
            operator_id,
            target_id: target_id.map(|id| id.as_str().to_owned()),
            from,
            to,
        }
    }

    /// Which clients that registered themselves are listed.
    #[cfg(feature = "registration")]
    pub(super) fn state(&mut self) -> Option<crate::domain::RegistrationState> {
        use crate::domain::RegistrationState;

        let must = one_of(RegistrationState::ALL, RegistrationState::word);
        self.get("state", must, RegistrationState::parse)
    }

    /// Which metadata documents are listed.
    #[cfg(feature = "cimd")]
    pub(super) fn document_host(&mut self) -> Option<String> {
        self.get("host", MUST_BE_HOST, host)
    }

    /// How much of each item the response shows, if the request says so in its query.
    pub(super) fn view(&mut self) -> Option<View> {
        self.get("view", "must be full", |text| {
            (text == "full").then_some(View::Full)
        })
    }

    fn client_ids(&mut self) -> Vec<ClientId> {
        self.known.push("client_id");
        let values = self.values("client_id").take(MAX_CLIENT_IDS + 1);
        let ids: Vec<_> = values.map(ClientId::parse).collect();
        let must = if ids.len() > MAX_CLIENT_IDS {
            "must be there at most 100 times"
        } else if ids.contains(&None) {
            ClientId::MUST
        } else {
            return ids.into_iter().flatten().collect();
        };
        self.faults.push(Violation::new("client_id", must));
        Vec::new()
    }

    /// Returns all violations, if any. Unknown parameters are ignored and noted, unless the request
    /// prefers strict handling.
    pub(super) fn finish(mut self, headers: &HeaderMap) -> Result<Noted, Error> {
        let known = |name: &str| name.is_empty() || self.known.contains(&name);
        let names = self.pairs.iter().map(|(name, _)| &**name);
        let unknown: Vec<_> = names.filter(|name| !known(name)).map(shown).collect();
        let is_strict = prefers_strict(headers);
        if is_strict {
            for name in &unknown {
                let violation = Violation::new(name.clone(), "is not a parameter of this path");
                self.faults.push(violation);
            }
        }
        self.faults.into_result()?;
        Ok(Noted {
            unknown,
            is_strict,
            prefers_full: false,
        })
    }
}

impl Query<'_> {
    /// The same for a response that has a full view, and which view it has.
    pub(super) fn finish_with_view(mut self, headers: &HeaderMap) -> Result<(View, Noted), Error> {
        let asked = self.view();
        let mut noted = self.finish(headers)?;
        noted.prefers_full = asked.is_none() && prefers_full(headers);
        let preferred = noted.prefers_full.then_some(View::Full);
        Ok((asked.or(preferred).unwrap_or_default(), noted))
    }
}

const MUST_BE_SHORT: &str = "must be 1 to 2048 bytes without control characters";

/// No redirect URI and no scope is longer than this, so a longer filter can't match.
pub(crate) const MAX_TEXT_LENGTH: usize = 2048;

const MUST_BE_HOST: &str = "must be a host in lower case, without a scheme and a port";

fn host(text: &str) -> Option<String> {
    let ipv6 = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let is_part = |byte: u8| match ipv6 {
        Some(_) => matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b':' | b'.'),
        None => matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'-' | b'.' | b'_'),
    };
    let name = ipv6.unwrap_or(text);
    let fits = (1..=MAX_HOST_LENGTH).contains(&name.len());
    (fits && name.bytes().all(is_part)).then(|| text.to_owned())
}

fn short(text: &str) -> Option<String> {
    let fits = (1..=MAX_TEXT_LENGTH).contains(&text.len()) && !text.contains(char::is_control);
    fits.then(|| text.to_owned())
}

/// A number in ASCII digits only.
fn digits<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())?
}
