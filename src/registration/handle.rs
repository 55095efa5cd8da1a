use std::pin::pin;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};

use super::manage::Target;
use super::{Error, ErrorKind, Registrar, RegistrationMode};
use crate::exchange::{Body, BoxError, Reply, Watched, say_close};
use crate::telemetry::{Span, Stopwatch, requested, span};

/// The path of registration, relative to the host's mount point.
macro_rules! register_path {
    ($rest:literal) => {
        concat!("/oauth/register", $rest)
    };
}

/// The paths that are served, in the notation of routers.
#[cfg(feature = "axum")]
pub(crate) const PATHS: [&str; 2] = [register_path!(""), register_path!("/{client_id}")];

/// What a path is about.
#[derive(Clone, Copy)]
enum Place<'a> {
    Registration,
    /// The `client_id`, percent-encoded.
    Client(&'a str),
}

impl<'a> Place<'a> {
    fn of(path: &'a str) -> Option<Self> {
        if path == register_path!("") {
            return Some(Self::Registration);
        }
        let segment = path.strip_prefix(register_path!("/"))?;
        let is_segment = !segment.is_empty() && !segment.contains('/');
        is_segment.then_some(Self::Client(segment))
    }

    fn methods(self) -> &'static str {
        match self {
            Self::Registration => "POST",
            Self::Client(_) => "DELETE, GET, PUT",
        }
    }
}

/// Declares the labels of metrics, each with its span.
macro_rules! operations {
    ($($word:literal ($place:pat, $method:pat);)+) => {
        fn operation(place: Option<Place<'_>>, method: &Method) -> (&'static str, Span) {
            match (place, method.as_str()) {
                $(($place, $method) => {
                    let span =
                        span!(INFO, concat!("oauth_clients.", $word), operation = $word; status);
                    ($word, span)
                })+
            }
        }
    };
}

operations! {
    "register" (Some(Place::Registration), "POST");
    "read_registration" (Some(Place::Client(_)), "GET" | "HEAD");
    "replace_registration" (Some(Place::Client(_)), "PUT");
    "delete_registration" (Some(Place::Client(_)), "DELETE");
    "other" (_, _);
}

impl Registrar {
    /// Handles a request to `/oauth/register` or below, relative to the host's mount point. A
    /// failure is a response too, with its [`Error`] as an `Arc<Error>` in the extensions, for the
    /// host's log.
    ///
    /// Any page may call it from a browser (Fetch, section 3.3: CORS), since it uses no credentials
    /// that a browser adds by itself. A body is read up to 64 KiB; one that is not read to its end
    /// closes the connection in HTTP/1, as the response says. Timeouts for slow callers are up to
    /// the host.
    pub async fn handle<B>(&self, request: Request<B>) -> Response<Body>
    where
        B: http_body::Body<Data = Bytes> + Send,
        B::Error: Into<BoxError>,
    {
        let (head, body) = request.into_parts();
        let (mut body, mut is_read) = (pin!(body), false);
        let body = Watched::new(body.as_mut(), &mut is_read);
        let place = Place::of(head.uri.path());
        let (operation, span) = operation(place, &head.method);
        let begun = Stopwatch::start();
        let answer = async {
            // Boxed, because a framework moves the future several times.
            let outcome = Box::pin(self.answer(&head, body, place)).await;
            outcome.unwrap_or_else(Error::into_reply)
        };
        let reply = span.around(answer).await;
        span.record("status", reply.status().as_u16());
        requested(operation, reply.status(), &begun);
        let mut response = reply.into_response(head.method == Method::HEAD);
        share(response.headers_mut());
        if !is_read {
            say_close(head.version, response.headers_mut());
        }
        response
    }

    async fn answer<B>(
        &self,
        head: &Parts,
        body: B,
        place: Option<Place<'_>>,
    ) -> Result<Reply, Error>
    where
        B: http_body::Body<Data = Bytes> + Send,
        B::Error: Into<BoxError>,
    {
        let settings = &self.0.settings;
        let place = place.filter(|place| match place {
            _ if settings.mode == RegistrationMode::Off => false,
            Place::Registration => true,
            Place::Client(_) => settings.management,
        });
        let place = place.ok_or(ErrorKind::NotFound)?;
        let tenant = (self.0.tenant_of)(head).ok_or(ErrorKind::NotFound)?;
        if head.method == Method::OPTIONS {
            return Ok(preflight(place.methods()));
        }
        let segment = match (place, head.method.as_str()) {
            (Place::Registration, "POST") => return self.register(&tenant, head, body).await,
            (Place::Client(segment), _) => segment,
            (Place::Registration, _) => return Err(Error::method_not_allowed(place.methods())),
        };
        let target = Target {
            tenant: &tenant,
            segment,
            head,
        };
        match head.method.as_str() {
            "GET" | "HEAD" => self.read(target).await,
            "PUT" => self.replace(target, body).await,
            "DELETE" => self.delete(target).await,
            _ => Err(Error::method_not_allowed(place.methods())),
        }
    }
}

/// The answer to a request that a browser sends before the one of a page.
fn preflight(methods: &'static str) -> Reply {
    let fixed = HeaderValue::from_static;
    let headers = "content-type, authorization, mcp-protocol-version";
    Reply::empty()
        .with_status(StatusCode::NO_CONTENT)
        .with_header(header::ALLOW, fixed(methods))
        .with_header(header::ACCESS_CONTROL_ALLOW_METHODS, fixed(methods))
        .with_header(header::ACCESS_CONTROL_ALLOW_HEADERS, fixed(headers))
        .with_header(header::ACCESS_CONTROL_MAX_AGE, fixed("7200"))
}

/// What every response has: any page may read it, and nobody keeps it.
fn share(headers: &mut HeaderMap) {
    let fixed = HeaderValue::from_static;
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, fixed("*"));
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        fixed("retry-after, www-authenticate"),
    );
    headers.insert(header::PRAGMA, fixed("no-cache"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_paths_are_served() {
        assert!(matches!(
            Place::of("/oauth/register"),
            Some(Place::Registration)
        ));
        let client = Place::of("/oauth/register/app-1%2F2");
        assert!(matches!(client, Some(Place::Client("app-1%2F2"))));
        for other in [
            "",
            "/",
            "/oauth/register/",
            "/oauth/registers",
            "/oauth/register/a/b",
            "/oauth/register//a",
            "/x/oauth/register",
        ] {
            assert!(Place::of(other).is_none(), "{other}");
        }
    }
}
