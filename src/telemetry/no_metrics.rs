use http::StatusCode;

pub(crate) struct Stopwatch;

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self
    }
}

pub(crate) struct Gauged;

impl Gauged {
    pub(crate) fn waiting() -> Self {
        Self
    }

    pub(crate) fn hashing() -> Self {
        Self
    }

    pub(crate) fn end(self) {}
}

pub(crate) fn requested(_: &'static str, _: StatusCode, _: &Stopwatch) {}

pub(crate) fn authenticated(_: &'static str, _: &'static str, _: &Stopwatch) {}

pub(crate) fn assertion_refused(_: &'static str) {}

pub(crate) fn cache_asked(_: bool) {}

pub(crate) fn attempt_refused() {}

pub(crate) fn hash_shed() {}

pub(crate) fn hashed(_: &'static str, _: &Stopwatch) {}

pub(crate) fn fetched(_: &'static str) {}

pub(crate) fn document_resolved(_: &'static str) {}

pub(crate) fn storage_retried() {}
