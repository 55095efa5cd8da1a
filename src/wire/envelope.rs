use serde::Serialize;

use crate::domain::Timestamp;

use super::response::text;

/// Around every answer but create's.
#[derive(Serialize)]
pub(crate) struct Success<T> {
    code: u32,
    message: &'static str,
    data: T,
    #[serde(serialize_with = "text")]
    timestamp: Timestamp,
}

impl<T> Success<T> {
    pub(crate) fn new(data: T, timestamp: Timestamp) -> Self {
        Self {
            code: 0,
            message: "success",
            data,
            timestamp,
        }
    }
}

/// Around create's answer, which has no timestamp.
#[derive(Serialize)]
pub(crate) struct Created<T> {
    code: u32,
    message: &'static str,
    data: T,
}

impl<T> Created<T> {
    pub(crate) fn new(data: T) -> Self {
        Self {
            code: 0,
            message: "success",
            data,
        }
    }
}

/// Every answer that is not a success.
#[derive(Serialize)]
pub(crate) struct Failure<'a> {
    code: u32,
    message: &'a str,
    #[serde(serialize_with = "text")]
    timestamp: Timestamp,
}

impl<'a> Failure<'a> {
    /// The first code within an HTTP status: the status times 1000, plus 1.
    pub(crate) fn new(status: http::StatusCode, message: &'a str, timestamp: Timestamp) -> Self {
        Self {
            code: u32::from(status.as_u16()) * 1000 + 1,
            message,
            timestamp,
        }
    }
}
