use std::collections::BTreeMap;

use bytes::Bytes;

use super::content::Content;

/// A file of the page, which browsers keep for ever.
struct File {
    name: &'static str,
    media_type: &'static str,
    content: &'static str,
}

pub(super) const HTML: &str = "text/html; charset=utf-8";
pub(super) const JSON: &str = "application/json";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// The page. It names the others in `{folder}`.
pub(super) const INDEX: &str = include_str!("page/index.html");

macro_rules! files {
    ($($name:literal: $media_type:ident,)*) => {
        const FILES: &[File] = &[$(File {
            name: $name,
            media_type: $media_type,
            content: include_str!(concat!("page/", $name)),
        }),*];
    };
}

files! {
    "api.js": JS,
    "app.js": JS,
    "audit.js": JS,
    "charts.js": JS,
    "client.js": JS,
    "conflict.js": JS,
    "dialog.js": JS,
    "documents.js": JS,
    "dom.js": JS,
    "en.js": JS,
    "fields.js": JS,
    "form.js": JS,
    "icon.svg": SVG,
    "initial.js": JS,
    "inputs.js": JS,
    "list.js": JS,
    "manage.js": JS,
    "parts.js": JS,
    "registration.js": JS,
    "secrets.js": JS,
    "style.css": CSS,
    "text.js": JS,
    "tokens.js": JS,
    "values.js": JS,
    "zh.js": JS,
}

/// The folder of the files: their version, and what tells apart two contents of one version.
pub(super) fn folder() -> String {
    let mut hash = crc32fast::Hasher::new();
    for file in FILES {
        hash.update(file.name.as_bytes());
        hash.update(file.content.as_bytes());
    }
    format!("{}-{:08x}", env!("CARGO_PKG_VERSION"), hash.finalize())
}

/// The files by their names.
pub(super) fn all() -> BTreeMap<&'static str, Content> {
    let contents = FILES.iter().map(|file| {
        let plain = Bytes::from_static(file.content.as_bytes());
        (file.name, Content::new(file.media_type, plain))
    });
    contents.collect()
}
