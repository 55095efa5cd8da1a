//! Pages for users. Nothing in them is loaded from elsewhere, and no page may frame them.

use std::fmt::{self, Display, Write};
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

const STYLE: &str = "body{font:16px/1.5 sans-serif;max-width:34em;margin:3em auto;padding:0 1em}\
    dt{font-weight:bold}dd{margin:0 0 .7em}.warning{border-left:4px solid #c60;padding-left:1em}\
    button{font:inherit;padding:.4em 1.4em;margin-right:.6em}";

/// A page that says why there is nothing to agree to. It is never a redirect: what the request
/// names as the redirect URI is not known to be the client's (RFC 6749 §4.1.2.1), or the client to
/// be known to anybody.
#[derive(Debug)]
pub(crate) struct Page {
    status: StatusCode,
    title: &'static str,
    text: &'static str,
    retry_after: Option<Duration>,
    back: Option<Return>,
}

/// A link that returns the user to a client, and the host or the scheme that it leads to.
#[derive(Debug)]
pub(crate) struct Return {
    pub(crate) uri: String,
    pub(crate) name: String,
}

impl Page {
    pub(crate) fn new(status: StatusCode, title: &'static str, text: &'static str) -> Self {
        Self {
            status,
            title,
            text,
            retry_after: None,
            back: None,
        }
    }

    /// Of a request that its client got wrong.
    pub(crate) fn bad_request(text: &'static str) -> Self {
        let title = "Your app sent a request that can't be answered";
        Self::new(StatusCode::BAD_REQUEST, title, text)
    }

    /// Lets the user choose to return to the client, which is then told.
    pub(crate) fn with_return(mut self, back: Return) -> Self {
        self.back = Some(back);
        self
    }

    pub(crate) fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.retry_after = wait;
        self
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let mut main = format!(
            "<h1>{}</h1><p>{}</p>",
            Escaped(self.title),
            Escaped(self.text)
        );
        if let Some(Return { uri, name }) = &self.back {
            let (uri, name) = (Escaped(uri), Escaped(name));
            let _ = write!(
                main,
                "<p>Go back only if you know the app: nobody here has checked where the link leads.\
                 </p><p><a rel=\"noreferrer\" href=\"{uri}\">Return to <bdi>{name}</bdi></a></p>"
            );
        }
        let mut response = (self.status, html(&main, "'none'")).into_response();
        if let Some(wait) = self.retry_after {
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// A whole page. `form_action` says where its form may lead, redirects included.
pub(crate) fn html(main: &str, form_action: &str) -> impl IntoResponse + use<> {
    let policy = format!(
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; \
         form-action {form_action}"
    );
    let mut headers = HeaderMap::new();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(header::CACHE_CONTROL, "no-store");
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::X_FRAME_OPTIONS, "DENY");
    // With `no-referrer`, a browser would send its own form with `Origin: null`.
    set(header::REFERRER_POLICY, "same-origin");
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>mcp_host</title>\
         <link rel=\"stylesheet\" href=\"/style.css\"><main>{main}</main></html>"
    );
    (headers, Html(page))
}

pub(crate) async fn style() -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "text/css"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
    ];
    (headers, STYLE)
}

/// Text within an element or a quoted attribute.
pub(crate) struct Escaped<'a>(pub(crate) &'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        let text = Escaped("<a href='x' title=\"y\">&</a>").to_string();
        let expected = "&lt;a href=&#39;x&#39; title=&quot;y&quot;&gt;&amp;&lt;/a&gt;";
        assert_eq!(text, expected);
    }
}
