use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use tower::Service;

use crate::adapters::original_path;
use crate::console::Console;
use crate::handlers::Body;

/// The console as a service. Cheap to clone, always ready, and infallible.
///
/// In axum, pass it to `Router::nest_service`. Other hosts whose router does not strip the mount
/// point from the path name it with [`with_prefix`](Self::with_prefix).
///
/// # Examples
///
/// ```
/// use http::{Request, StatusCode};
/// use tower::ServiceExt;
/// use tower_oauth_clients::adapters::tower::ConsoleService;
/// use tower_oauth_clients::console::Console;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let console = Console::builder("../api/v1").build()?;
/// let service = ConsoleService::new(console).with_prefix("/console");
///
/// let response = service.oneshot(Request::get("/console/").body(())?).await?;
/// assert_eq!(response.status(), StatusCode::OK);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ConsoleService {
    console: Console,
    prefix: Arc<str>,
}

impl ConsoleService {
    /// Creates a service with the page at the root.
    pub fn new(console: Console) -> Self {
        Self {
            console,
            prefix: Arc::from(""),
        }
    }

    /// Serves the page below `prefix`, for example `/console`. Any other path gets 404. Leave it
    /// out if the host's router strips the prefix.
    #[must_use]
    pub fn with_prefix(mut self, prefix: &str) -> Self {
        self.prefix = Arc::from(prefix.trim_end_matches('/'));
        self
    }

    fn answer<B>(&self, request: &Request<B>) -> Response<Body> {
        let full = original_path(request);
        let path = request.uri().path();
        let below = match path.strip_prefix(&*self.prefix) {
            // A router that strips the prefix leaves a slash, also where there was none.
            Some("/") if !full.ends_with('/') => "",
            // It takes two slashes for one, but relative URLs would lead elsewhere.
            Some(below) if is_doubled(full, below) => NO_FILE,
            Some(below) if below.is_empty() || below.starts_with('/') => below,
            _ => NO_FILE,
        };
        let mounted = full.rsplit('/').next().unwrap_or_default();
        self.console.answer(request, below, mounted)
    }
}

/// No file has this path.
const NO_FILE: &str = "/..";

/// Whether there is a slash too many before what is below the mount point.
fn is_doubled(full: &str, below: &str) -> bool {
    let mount = full.strip_suffix(below);
    mount.is_some_and(|mount| mount.ends_with('/'))
}

impl<B> Service<Request<B>> for ConsoleService {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        ready(Ok(self.answer(&request)))
    }
}

#[cfg(test)]
mod tests {
    use http::{StatusCode, header};

    use super::*;

    #[test]
    fn other_paths_than_those_below_the_prefix_are_not_found() {
        let console = Console::builder("../api").build().unwrap();
        let service = ConsoleService::new(console).with_prefix("/a/console/");
        let get = |path: &str| service.answer(&Request::get(path).body(()).unwrap());
        assert_eq!(get("/a/console/").status(), StatusCode::OK);
        assert_eq!(get("/a/console/config.json").status(), StatusCode::OK);
        for path in ["/", "/a/", "/a/consoles/", "/console/", "/a/console//"] {
            assert_eq!(get(path).status(), StatusCode::NOT_FOUND, "{path}");
        }
        let moved = get("/a/console");
        assert_eq!(moved.headers()[header::LOCATION], "./console/");
    }
}
