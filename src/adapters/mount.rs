use http::{HeaderValue, Response, header};

/// Puts the host's mount in front of a `Location` that is relative to it.
pub(super) fn locate<B>(mut response: Response<B>, mount: &str) -> Response<B> {
    if let Some(location) = response.headers().get(header::LOCATION)
        && let Ok(full) = HeaderValue::try_from([mount.as_bytes(), location.as_bytes()].concat())
    {
        response.headers_mut().insert(header::LOCATION, full);
    }
    response
}
