use http::{HeaderName, HeaderValue, Response, header};

/// Prepends the host's mount point to the URIs in a response: `Location`, and the target of a
/// `Link`, which follows a `<`.
pub(super) fn locate<B>(mut response: Response<B>, mount: &str) -> Response<B> {
    insert(&mut response, &header::LOCATION, 0, mount);
    insert(&mut response, &header::LINK, 1, mount);
    response
}

fn insert<B>(response: &mut Response<B>, name: &HeaderName, at: usize, mount: &str) {
    if let Some(value) = response.headers().get(name)
        && let Some((before, after)) = value.as_bytes().split_at_checked(at)
        && let Ok(full) = HeaderValue::try_from([before, mount.as_bytes(), after].concat())
    {
        response.headers_mut().insert(name, full);
    }
}
