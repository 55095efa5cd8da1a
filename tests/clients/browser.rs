//! The user's browser, as far as the consent page needs one.

use std::net::SocketAddr;

use support::example::{Answer, send};
use url::Url;
use url::form_urlencoded::Serializer;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Decision {
    Allow,
    Deny,
}

impl Decision {
    fn value(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
        }
    }
}

/// Opens an authorization URL, presses the button, and returns where the browser is sent. If there
/// is no button, returns the page.
pub fn decide(url: &str, decision: Decision) -> Result<String, Answer> {
    let page = open(url);
    if page.status != 200 {
        return Err(page);
    }
    let mut form = fields(&page.body);
    form.push(("decision".into(), decision.value().into()));
    let answer = post(url, &form, &origin(url));
    match answer.header("location") {
        Some(location) if answer.status == 302 => Ok(location.to_owned()),
        _ => Err(answer),
    }
}

pub fn open(url: &str) -> Answer {
    let url = Url::parse(url).unwrap();
    let path = &url[url::Position::BeforePath..];
    send(address(&url), "GET", path, "", "").unwrap()
}

/// Sends the form of a page, as a page of that origin does.
pub fn post(url: &str, form: &[(String, String)], origin: &str) -> Answer {
    let url = Url::parse(url).unwrap();
    let body = Serializer::new(String::new()).extend_pairs(form).finish();
    let head = format!("Content-Type: application/x-www-form-urlencoded\r\nOrigin: {origin}\r\n");
    send(address(&url), "POST", url.path(), &head, &body).unwrap()
}

pub fn origin(url: &str) -> String {
    Url::parse(url).unwrap().origin().ascii_serialization()
}

/// The hidden fields of the only form.
pub fn fields(page: &str) -> Vec<(String, String)> {
    assert_eq!(page.matches("<form method=\"post\"").count(), 1, "{page}");
    let inputs = page.split("<input type=\"hidden\" name=\"").skip(1);
    let fields = inputs.map(|input| {
        let (name, rest) = input.split_once("\" value=\"").unwrap();
        let (value, _) = rest.split_once('"').unwrap();
        (name.to_owned(), unescape(value))
    });
    fields.collect()
}

fn unescape(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">");
    let text = text.replace("&quot;", "\"").replace("&#39;", "'");
    text.replace("&amp;", "&")
}

fn address(url: &Url) -> SocketAddr {
    url.socket_addrs(|| None).unwrap()[0]
}

/// A parameter with which the browser is sent back.
pub fn parameter(location: &str, name: &str) -> Option<String> {
    let url = Url::parse(location).unwrap();
    let mut pairs = url.query_pairs();
    pairs.find_map(|(known, value)| (known == name).then(|| value.into_owned()))
}
