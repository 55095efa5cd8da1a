use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, Response};

use super::Error;

/// What to fetch.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct FetchRequest<'a> {
    /// The URL.
    pub url: &'a str,
    /// The `Accept` header.
    pub accept: &'static str,
    /// The longest body, in bytes. A longer one is refused while it is read.
    pub max_length: usize,
    /// The `If-None-Match` header (RFC 9110 §13.1.2): the `ETag` of the copy that is there.
    pub etag: Option<&'a HeaderValue>,
    /// The `If-Modified-Since` header (RFC 9110 §13.1.3): the `Last-Modified` of that copy.
    pub last_modified: Option<&'a HeaderValue>,
    /// Whether there is a copy, or a stored client needs it. A part of the rate of a
    /// [`Fetcher`](super::Fetcher) is kept for such requests, so that strangers can't spend it all.
    pub is_known: bool,
}

impl<'a> FetchRequest<'a> {
    /// Creates an unconditional request for any type and a body of at most 5 KiB.
    pub fn new(url: &'a str) -> Self {
        Self {
            url,
            accept: "*/*",
            max_length: 5 * 1024,
            etag: None,
            last_modified: None,
            is_known: false,
        }
    }
}

/// Fetches a URL that a stranger chose: a [`Fetcher`](super::Fetcher), or the host's own.
///
/// # Contract
///
/// - **Guarded.** What the [module](super) says of a `Fetcher` must hold for every implementation:
///   otherwise strangers read the host's network through it (server-side request forgery).
/// - **One response.** Redirects are returned, not followed. The body is needed for status 200
///   only.
/// - **Bounded** in time, as somebody waits for it, in the length of the body, and in how many run
///   at once.
/// - **Cancellation.** The future may be dropped at any point.
pub trait Fetch: Send + Sync + 'static {
    /// Sends a `GET` request and returns the response, whatever its status.
    ///
    /// # Errors
    ///
    /// Any [`ErrorKind`](super::ErrorKind).
    fn get(
        &self,
        request: &FetchRequest<'_>,
    ) -> impl Future<Output = Result<Response<Bytes>, Error>> + Send;
}

erased! {
    pub(crate) trait ErasedFetch of Fetch and Arc {
        fn get(request: [&] FetchRequest<'_>) -> Result<Response<Bytes>, Error>;
    }
}

/// A fetcher behind a pointer, so that nothing else needs a type parameter for it.
pub(crate) type SharedFetch = Arc<dyn ErasedFetch>;
