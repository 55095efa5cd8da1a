//! Requests to a token endpoint.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Request;
use http::request::Parts;
use url::form_urlencoded::{Serializer, byte_serialize};

pub const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// The head and the body of a request.
#[derive(Clone)]
pub struct Sent {
    pub head: Parts,
    pub form: Vec<u8>,
}

impl Sent {
    pub fn new(headers: &[(&str, &str)], form: &str) -> Self {
        Self::to("/token", headers, form)
    }

    pub fn to(uri: &str, headers: &[(&str, &str)], form: &str) -> Self {
        let mut request = Request::post(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (head, ()) = request.body(()).unwrap().into_parts();
        Self {
            head,
            form: form.into(),
        }
    }

    /// A form with its content type.
    pub fn form(pairs: &[(&str, &str)]) -> Self {
        Self::new(&[FORM], &encode(pairs))
    }

    pub fn post(client_id: &str, secret: &str) -> Self {
        Self::form(&[("client_id", client_id), ("client_secret", secret)])
    }

    pub fn basic(client_id: &str, secret: &str) -> Self {
        let header = basic(client_id, secret);
        Self::new(&[FORM, ("authorization", &header)], "grant_type=x")
    }
}

pub fn encode(pairs: &[(&str, &str)]) -> String {
    let mut form = Serializer::new(String::from("grant_type=client_credentials"));
    form.extend_pairs(pairs);
    form.finish()
}

/// The header with both halves form-encoded, as RFC 6749 requires.
pub fn basic(client_id: &str, secret: &str) -> String {
    let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    basic_of(&format!("{}:{}", encode(client_id), encode(secret)))
}

/// The header with any text.
pub fn basic_of(text: &str) -> String {
    format!("Basic {}", STANDARD.encode(text))
}
