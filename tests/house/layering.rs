//! Checks the order of the modules in the sources: a room uses the rooms above it in the list and
//! none below.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};

/// `secrets` is before `wire`, since a response in `wire` contains a plaintext.
const ROOMS: [&str; 19] = [
    "telemetry",
    "error",
    "exchange",
    "jose",
    "domain",
    "secrets",
    "wire",
    "repository",
    "operation",
    "authorization",
    "authentication",
    "outbound",
    "manager",
    "registration",
    "documents",
    "handlers",
    "openapi",
    "console",
    "adapters",
];

/// Libraries with the only place that may use them, and the module that may declare that place.
const CONFINED: [(&str, &str, &str); 9] = [
    ("axum", "adapters/axum", "adapters/mod.rs"),
    ("diesel", "repository/diesel", "repository/mod.rs"),
    ("ed25519_dalek", "jose", "lib.rs"),
    ("hyper", "outbound", "lib.rs"),
    ("jsonwebtoken", "jose", "lib.rs"),
    ("p256", "jose", "lib.rs"),
    ("p384", "jose", "lib.rs"),
    ("tokio_rustls", "outbound", "lib.rs"),
    ("webpki_roots", "outbound", "lib.rs"),
];

/// What opens a connection, or asks for an address. Databases have drivers of their own.
const OUTGOING: [&str; 5] = [
    "TcpSocket",
    "TcpStream",
    "ToSocketAddrs",
    "UdpSocket",
    "lookup_host",
];

const LONGEST: usize = 400;

#[test]
fn the_house_is_in_order() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src");
    let files = sources(&root);
    assert!(files.len() > 50, "these are not the sources: {files:?}");
    let faults: Vec<_> = files
        .iter()
        .flat_map(|file| {
            let path = file.strip_prefix(&root).unwrap().to_str().unwrap();
            faults(path, &fs::read_to_string(file).unwrap())
        })
        .collect();
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

pub(crate) fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let found = entries.flat_map(|path| match path.is_dir() {
        true => sources(&path),
        false => vec![path],
    });
    found
        .filter(|path| path.extension().is_some_and(|end| end == "rs"))
        .collect()
}

/// The faults of one file, whose path is relative to `src/`.
fn faults(path: &str, source: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let lines = source.lines().count();
    if lines > LONGEST {
        faults.push(format!("{path}: {lines} lines, more than {LONGEST}"));
    }
    let mut found = Found::default();
    found.read(source.parse().unwrap(), depth(path));
    if found.operations.len() > 2 && !path.starts_with("operation/") {
        faults.push(format!("{path}: a second list of operations"));
    }
    for used in found.rooms {
        if !found.macros.contains(&used) && !may_use(path, &used) {
            faults.push(format!("{path}: must not use crate::{used}"));
        }
    }
    for name in found.names {
        if name == "unsafe" {
            faults.push(format!("{path}: unsafe"));
        }
        if OUTGOING.contains(&&*name) && !path.starts_with("outbound/") {
            faults.push(format!("{path}: must not name {name}"));
        }
        let confined = CONFINED.iter().find(|(library, _, _)| {
            name.strip_prefix(library)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
        });
        if confined.is_some_and(|(_, home, door)| !path.starts_with(home) && path != *door) {
            faults.push(format!("{path}: must not name {name}"));
        }
    }
    faults
}

fn may_use(path: &str, used: &str) -> bool {
    let place = |room| ROOMS.iter().position(|known| *known == room);
    let own = path.split(['/', '.']).next().unwrap_or_default();
    if own == "lib" {
        return true;
    }
    // Anything that is not a room could bypass them: a re-export of lib.rs, or a glob import.
    match (place(own), place(used)) {
        (Some(own), Some(used)) => used <= own,
        _ => false,
    }
}

/// The number of `super` that lead from a file to the root of the crate.
fn depth(path: &str) -> usize {
    let names = path.trim_end_matches(".rs").split('/');
    names.filter(|name| !["mod", "lib"].contains(name)).count()
}

/// The names in a source, without comments and strings.
#[derive(Default)]
struct Found {
    /// The names after `crate::`, or after an equivalent number of `super::`.
    rooms: Vec<String>,
    names: Vec<String>,
    /// The operations that are named. Only one table has all of them; macros expand it.
    operations: BTreeSet<String>,
    /// The macros that are defined. An exported one is at the root of the crate.
    macros: Vec<String>,
}

impl Found {
    fn read(&mut self, source: TokenStream, depth: usize) {
        let tokens: Vec<_> = source.into_iter().collect();
        for (index, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Ident(name) => {
                    self.names.push(name.to_string());
                    self.operations.extend(operation(&tokens[index..]));
                    if index >= 2 && is(&tokens[index - 2], "macro_rules") {
                        self.macros.push(name.to_string());
                    }
                    if let Some(rest) = from_root(&tokens[index..], depth) {
                        self.rooms.extend(first_names(rest));
                    }
                }
                TokenTree::Group(group) => {
                    let within_module = index >= 2 && is(&tokens[index - 2], "mod");
                    self.read(group.stream(), depth + usize::from(within_module));
                }
                _ => {}
            }
        }
    }
}

/// The rest of a path from the root of the crate, if `tokens` begin with one.
fn from_root(mut tokens: &[TokenTree], depth: usize) -> Option<&[TokenTree]> {
    if is(&tokens[0], "crate") {
        return after_colons(&tokens[1..]);
    }
    for _ in 0..depth {
        tokens = tokens
            .first()
            .filter(|token| is(token, "super"))
            .map(|_| &tokens[1..])?;
        tokens = after_colons(tokens)?;
    }
    (depth > 0).then_some(tokens)
}

/// `GetClient` of `Operation::GetClient`.
fn operation(tokens: &[TokenTree]) -> Option<String> {
    let after = after_colons(tokens.get(1..)?).filter(|_| is(&tokens[0], "Operation"))?;
    let name = after.first()?.to_string();
    let is_variant = name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase);
    is_variant.then_some(name)
}

fn after_colons(tokens: &[TokenTree]) -> Option<&[TokenTree]> {
    match tokens {
        [first, second, rest @ ..] if is(first, ":") && is(second, ":") => Some(rest),
        _ => None,
    }
}

/// `a` of `a::b`, and `a` and `c` of `{a::b, c}`.
fn first_names(tokens: &[TokenTree]) -> Vec<String> {
    match tokens.first() {
        Some(TokenTree::Group(group)) => {
            let within: Vec<_> = group.stream().into_iter().collect();
            let items = within.split(|token| is(token, ","));
            items
                .filter(|item| !item.is_empty())
                .flat_map(first_names)
                .collect()
        }
        Some(name) => vec![name.to_string()],
        None => Vec::new(),
    }
}

fn is(token: &TokenTree, text: &str) -> bool {
    !matches!(token, TokenTree::Group(_)) && token.to_string() == text
}

#[test]
fn a_room_may_use_those_above_it() {
    for (path, source) in [
        ("manager/create.rs", "use crate::domain::Client;"),
        ("manager/create.rs", "use super::{Error, Result};"),
        (
            "manager/mod.rs",
            "use crate::manager::error::Error; use super::domain::Id;",
        ),
        ("wire/response.rs", "use crate::secrets::Plaintext;"),
        (
            "lib.rs",
            "pub mod adapters; pub use adapters::tower; use crate::handlers::Body;",
        ),
        (
            "domain/id.rs",
            "// use crate::adapters;\n/// [`x`](crate::manager)\nfn f() {}",
        ),
        (
            "domain/id.rs",
            r#"const TEXT: &str = "crate::manager, unsafe, axum";"#,
        ),
        ("domain/id.rs", "mod tests { use super::super::Version; }"),
        ("adapters/axum/mod.rs", "use ::axum::Router;"),
        ("adapters/mod.rs", "pub mod axum;"),
        (
            "repository/mod.rs",
            "mod diesel; pub use diesel::SqliteRepository;",
        ),
        (
            "repository/diesel/error.rs",
            "use diesel_async::AsyncConnection;",
        ),
        (
            "repository/mod.rs",
            "macro_rules! suite { () => {} } pub use crate::suite;",
        ),
        ("jose/key.rs", "use jsonwebtoken::DecodingKey;"),
        ("jose/jwk/ec.rs", "use p256::PublicKey;"),
        ("domain/rules.rs", "use crate::jose::JwkSet;"),
        ("domain/id.rs", "#![forbid(unsafe_code)]"),
        ("outbound/http1.rs", "use hyper_util::rt::TokioIo;"),
        ("outbound/fetcher.rs", "use tokio::net::TcpStream;"),
        ("documents/mod.rs", "use crate::outbound::Copies;"),
        (
            "handlers/mod.rs",
            "match x { $(Operation::$name => 1,)+ Operation::ALL => 2 } Operation::GetClient;",
        ),
        (
            "operation/mod.rs",
            "[Operation::GetClient, Operation::GetStats, Operation::ListClients]",
        ),
    ] {
        assert_eq!(faults(path, source), [""; 0], "{path}: {source}");
    }
}

#[test]
fn a_room_may_not_use_those_below_it() {
    for (path, source) in [
        ("domain/id.rs", "use crate::manager::ClientManager;"),
        (
            "domain/id.rs",
            "use crate::{domain::Id, wire::{Success, Failure}};",
        ),
        ("domain/id.rs", "fn f() { crate::handlers::run(); }"),
        (
            "domain/id.rs",
            "macro_rules! m { () => { $crate::secrets::Plaintext } }",
        ),
        ("domain/id.rs", "use super::super::repository::Error;"),
        ("domain/mod.rs", "use super::repository::Error;"),
        (
            "domain/id.rs",
            "mod tests { use super::super::super::wire::Success; }",
        ),
        (
            "domain/redirect_uri/scheme.rs",
            "use super::super::super::wire::Success;",
        ),
        ("secrets/pool/mod.rs", "use crate::wire::Success;"),
        ("openapi.rs", "use crate::adapters::tower;"),
        ("handlers/mod.rs", "use crate::ClientManager;"),
        ("handlers/mod.rs", "use crate::*;"),
        ("cellar/mod.rs", "use crate::domain::Id;"),
        ("handlers/mod.rs", "use axum::Router;"),
        ("adapters/tower/mod.rs", "use axum_core::body::Body;"),
        ("repository/memory/mod.rs", "use diesel::prelude::*;"),
        ("manager/mod.rs", "use diesel_async::AsyncConnection;"),
        ("jose/jws.rs", "use crate::domain::Timestamp;"),
        (
            "authorization/jwt/authorizer.rs",
            "use jsonwebtoken::DecodingKey;",
        ),
        ("domain/id.rs", "fn f() { p384::PublicKey::from(g()) }"),
        ("domain/id.rs", "fn f() { unsafe { g() } }"),
        ("documents/mod.rs", "use hyper::client::conn::http1;"),
        ("documents/mod.rs", "use tokio::net::TcpStream;"),
        (
            "registration/mod.rs",
            "fn f() { tokio::net::lookup_host(g()) }",
        ),
        ("authentication/mod.rs", "use crate::outbound::Fetch;"),
        (
            "openapi/operation.rs",
            "[Operation::GetClient, Operation::GetStats, Operation::ListClients]",
        ),
        ("domain/id.rs", &"\n".repeat(401)),
    ] {
        assert_eq!(faults(path, source).len(), 1, "{path}: {source}");
    }
}

#[test]
fn nothing_connects_without_the_feature() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let read = |path: &str| fs::read_to_string(root.join(path)).unwrap();
    let gate = "#[cfg(feature = \"cimd\")]\n#[cfg_attr(docsrs, doc(cfg(feature = \"cimd\")))]\n";
    for room in ["outbound", "documents"] {
        let gated = format!("{gate}pub mod {room};");
        assert!(
            read("src/lib.rs").contains(&gated),
            "{room} is not behind its feature"
        );
    }
    let manifest = read("Cargo.toml");
    let features = manifest
        .split("\n\n")
        .find(|part| part.starts_with("[features]"));
    let opens = [
        "dep:hyper",
        "dep:tokio-rustls",
        "dep:webpki-roots",
        "tokio/net",
    ];
    for line in features.unwrap().lines() {
        let (name, enabled) = line.split_once(" = ").unwrap_or_default();
        let may_open = name == "cimd";
        for part in opens {
            let opens = enabled.contains(&format!("\"{part}\""));
            assert_eq!(opens, may_open && !name.is_empty(), "{line}: {part}");
        }
        assert!(name != "default" || !enabled.contains("\"cimd\""), "{line}");
    }
}
