//! A web page on which administrators manage clients: one static page of plain ES modules that
//! calls the admin API. It has no data of its own, and the host needs no build step for it.
//!
//! The page is public, and what it shows is what the API answers. How it gets the authority of its
//! user is the host's choice: see [`Authority`]. Hosts that want to hide the page put their own
//! layer around it.
//!
//! All its URLs are relative, so it can be mounted anywhere. Each file has a strict
//! Content-Security-Policy (no inline script or style, Trusted Types, only the own origin), so the
//! API must be on the same origin.
//!
//! # Examples
//!
//! In axum, below any path:
//!
//! ```
//! # #[cfg(feature = "axum")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use axum::Router;
//! use tower_oauth_clients::adapters::tower::ConsoleService;
//! use tower_oauth_clients::console::{Authority, Console};
//!
//! // The API is at /api/v1, and the page at /console/.
//! let console = Console::builder("../api/v1")
//!     .with_authority(Authority::TokenEndpoint("../session/token".into()))
//!     .build()?;
//! let app: Router = Router::new().nest_service("/console", ConsoleService::new(console));
//! # let _ = app;
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "axum"))]
//! # fn main() {}
//! ```

mod answer;
mod authority;
mod builder;
mod content;
mod files;
mod reference;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, Response};

use self::answer::{Kept, answer, moved, not_found, wrong_method};
use self::content::Content;
use crate::exchange::Body;

pub use authority::Authority;
pub use builder::{ConsoleBuilder, Language, Section};

/// The console's files and its configuration. Cheap to clone.
///
/// [`ConsoleService`](crate::adapters::tower::ConsoleService) serves it.
#[derive(Clone)]
pub struct Console(Arc<Inner>);

struct Inner {
    index: Content,
    config: Content,
    /// The files that never change, and their folder: another version has another one.
    files: BTreeMap<&'static str, Content>,
    folder: String,
}

impl Console {
    /// Starts building a console for the API that is mounted at `api`, for example `../api/v1`: a
    /// URL relative to the page's, or an absolute path such as `/api/v1`. A relative one also works
    /// behind a proxy that strips or adds a prefix.
    pub fn builder(api: impl Into<String>) -> ConsoleBuilder {
        ConsoleBuilder::new(api.into())
    }

    /// Creates the console with this `config.json`.
    fn new(config: Bytes) -> Self {
        let folder = files::folder();
        let index = files::INDEX.replace("{folder}", &folder);
        Self(Arc::new(Inner {
            index: Content::new(files::HTML, index.into()),
            config: Content::new(files::JSON, config),
            files: files::all(),
            folder,
        }))
    }

    /// The response to a request. `path` is the request's, below the mount point: empty if it is
    /// the mount point itself without a slash, whose last segment is then `mounted`.
    pub(crate) fn answer<B>(
        &self,
        request: &Request<B>,
        path: &str,
        mounted: &str,
    ) -> Response<Body> {
        let Inner {
            index,
            config,
            files,
            folder,
        } = &*self.0;
        let name = match path {
            "" => return moved(mounted),
            path => path.strip_prefix('/').unwrap_or(path),
        };
        let (kept, content) = match name {
            "" | "index.html" => (Kept::Checked, index),
            "config.json" => (Kept::Checked, config),
            name => {
                let name = name.strip_prefix(&**folder);
                let name = name.and_then(|name| name.strip_prefix('/'));
                let Some(file) = name.and_then(|name| files.get(name)) else {
                    return not_found();
                };
                (Kept::Forever, file)
            }
        };
        match *request.method() {
            Method::GET | Method::HEAD => answer(request, kept, content),
            _ => wrong_method(),
        }
    }
}

impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console")
            .field("folder", &self.0.folder)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use http::{StatusCode, header};
    use http_body::Body as _;

    use super::*;

    fn console() -> Console {
        Console::builder("../api/v1").build().unwrap()
    }

    fn get(console: &Console, path: &str) -> Response<Body> {
        console.answer(&Request::new(()), path, "console")
    }

    #[test]
    fn the_page_names_files_that_are_there() {
        let console = console();
        let index = String::from_utf8(console.0.index.plain.to_vec()).unwrap();
        let named: Vec<_> = index
            .split('"')
            .filter(|part| part.starts_with("./"))
            .collect();
        assert!(named.len() >= 2, "{index}");
        for name in named {
            let response = get(&console, name.trim_start_matches('.'));
            assert_eq!(response.status(), StatusCode::OK, "{name}");
            let cached = &response.headers()[header::CACHE_CONTROL];
            assert!(cached.to_str().unwrap().contains("immutable"), "{name}");
        }
        assert!(!index.contains('{'), "{index}");
    }

    #[test]
    fn without_its_slash_it_moves_relatively() {
        for (mounted, location) in [("console", "./console/"), ("a:b", "./a:b/")] {
            let response = console().answer(&Request::new(()), "", mounted);
            assert_eq!(response.status(), StatusCode::PERMANENT_REDIRECT);
            assert_eq!(response.headers()[header::LOCATION], location);
        }
    }

    #[test]
    fn what_is_known_is_not_sent_again() {
        let console = console();
        for path in ["/", "/config.json"] {
            let tag = get(&console, path).headers()[header::ETAG].clone();
            let tag = tag.to_str().unwrap();
            for known in [tag, "*", &format!("\"1\", W/{tag}")] {
                let request = Request::get("/").header(header::IF_NONE_MATCH, known);
                let response = console.answer(&request.body(()).unwrap(), path, "");
                assert_eq!(response.status(), StatusCode::NOT_MODIFIED, "{known}");
                assert!(response.body().is_end_stream());
            }
        }
    }

    #[test]
    fn who_accepts_gzip_gets_less() {
        let console = console();
        let script = format!("/{}/app.js", console.0.folder);
        let ask = |path: &str, accepted: &[&str]| {
            let mut request = Request::get("/");
            for accepted in accepted {
                request = request.header(header::ACCEPT_ENCODING, *accepted);
            }
            console.answer(&request.body(()).unwrap(), path, "")
        };
        let length = |response: &Response<Body>| {
            let length = response.headers()[header::CONTENT_LENGTH].to_str().unwrap();
            assert_eq!(response.body().size_hint().exact(), length.parse().ok());
            length.parse::<usize>().unwrap()
        };
        for path in ["/", &script] {
            let plain = ask(path, &[]);
            assert_eq!(plain.headers()[header::VARY], "accept-encoding");
            for accepted in [
                &["gzip"][..],
                &["br, GZIP;q=0.5, *;q=0"],
                &["br", "*"],
                &["deflate, gzip, br, zstd"],
                &["identity;q=0.5, gzip"],
            ] {
                let zipped = ask(path, accepted);
                let headers = zipped.headers();
                assert_eq!(headers[header::CONTENT_ENCODING], "gzip", "{accepted:?}");
                assert_eq!(headers[header::VARY], "accept-encoding");
                assert!(length(&zipped) * 2 < length(&plain), "{path}");
                assert!(
                    path != "/" || headers[header::ETAG] != plain.headers()[header::ETAG],
                    "other bytes have another tag"
                );
            }
            for accepted in [
                &["gzip;q=0"][..],
                &["gzip;q=0, *"],
                &["identity"],
                &["identity, gzip;q=0.5"],
                &["br"],
                &[""],
            ] {
                let plain = ask(path, accepted);
                assert!(
                    !plain.headers().contains_key(header::CONTENT_ENCODING),
                    "{accepted:?}"
                );
            }
        }
        let small = ask("/config.json", &["gzip"]);
        assert!(length(&small) <= console.0.config.plain.len());
    }

    #[test]
    fn other_paths_and_methods_are_refused() {
        let console = console();
        for path in [
            "//",
            "/app.js",
            "/../config.json",
            "/0.0.0/app.js",
            "/config.json/",
        ] {
            assert_eq!(
                get(&console, path).status(),
                StatusCode::NOT_FOUND,
                "{path}"
            );
        }
        let folder = console.0.folder.clone();
        for name in ["", "/", "/nothing.js", "app.js", "/../mod.rs"] {
            let response = get(&console, &format!("/{folder}{name}"));
            assert_eq!(response.status(), StatusCode::NOT_FOUND, "{name}");
        }
        let post = Request::post("/").body(()).unwrap();
        let response = console.answer(&post, "/", "");
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(response.headers()[header::ALLOW], "GET, HEAD");
    }

    #[test]
    fn every_answer_has_the_policy() {
        let console = console();
        for path in ["", "/", "/config.json", "/nothing"] {
            let response = get(&console, path);
            let policy = &response.headers()[header::CONTENT_SECURITY_POLICY];
            assert!(
                policy.to_str().unwrap().contains("default-src 'none'"),
                "{path}"
            );
        }
    }
}
