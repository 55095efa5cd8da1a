use serde::Serialize;

use crate::domain::{Page, Timestamp};

/// The envelope of a single result.
#[derive(Serialize)]
#[cfg_attr(
    feature = "openapi",
    derive(schemars::JsonSchema),
    schemars(rename = "{T}Envelope")
)]
pub(crate) struct Success<T> {
    #[cfg_attr(feature = "openapi", schemars(extend("const" = 0)))]
    code: u32,
    #[cfg_attr(feature = "openapi", schemars(extend("const" = "success")))]
    message: &'static str,
    data: T,
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

/// The envelope of the response to a create request: it has no timestamp.
#[derive(Serialize)]
#[cfg_attr(
    feature = "openapi",
    derive(schemars::JsonSchema),
    schemars(rename = "{T}Envelope")
)]
pub(crate) struct Created<T> {
    #[cfg_attr(feature = "openapi", schemars(extend("const" = 0)))]
    code: u32,
    #[cfg_attr(feature = "openapi", schemars(extend("const" = "success")))]
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

/// The envelope of a list. A page requested by position has no total.
#[derive(Serialize)]
#[cfg_attr(
    feature = "openapi",
    derive(schemars::JsonSchema),
    schemars(rename = "{T}List", transform = super::schema::two_forms)
)]
pub(crate) struct List<T> {
    #[cfg_attr(feature = "openapi", schemars(extend("const" = 0)))]
    code: u32,
    #[cfg_attr(feature = "openapi", schemars(extend("const" = "success")))]
    message: &'static str,
    items: Vec<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pagination: Option<Pagination>,
    timestamp: Timestamp,
}

#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
struct Pagination {
    page: u64,
    page_size: u32,
    total: u64,
    total_pages: u64,
    has_next: bool,
    has_prev: bool,
}

impl<T> List<T> {
    pub(crate) fn new(items: Vec<T>, page: Page, total: Option<u64>, timestamp: Timestamp) -> Self {
        let pagination = match (page, total) {
            (Page::Number { number, size }, Some(total)) => {
                let total_pages = total.div_ceil(u64::from(size.max(1)));
                Some(Pagination {
                    page: number,
                    page_size: size,
                    total,
                    total_pages,
                    has_next: number < total_pages,
                    has_prev: number > 1,
                })
            }
            _ => None,
        };
        Self {
            code: 0,
            message: "success",
            items,
            total,
            pagination,
            timestamp,
        }
    }
}

/// The response to a failed request.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub(crate) struct Failure<'a> {
    #[cfg_attr(feature = "openapi", schemars(range(min = 400_001, max = 599_999)))]
    code: u32,
    message: &'a str,
    timestamp: Timestamp,
}

impl<'a> Failure<'a> {
    /// Uses the first code of an HTTP status: the status times 1000, plus 1.
    pub(crate) fn new(status: http::StatusCode, message: &'a str, timestamp: Timestamp) -> Self {
        Self {
            code: u32::from(status.as_u16()) * 1000 + 1,
            message,
            timestamp,
        }
    }
}
