use http::Method;

use crate::domain::Id;
use crate::operation::{Operation, admin_path};
use crate::telemetry::{Span, span};

/// The result of routing a method and a path.
#[derive(Debug, PartialEq)]
pub(super) enum Matched<'a> {
    Operation(Operation, Parameters<'a>),
    /// The path exists, with these methods.
    OtherMethods(Vec<Method>),
    Nothing,
}

impl Matched<'_> {
    /// The label of a request without an operation.
    const OTHER: &'static str = "other";

    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Operation(operation, _) => operation.as_str(),
            _ => Self::OTHER,
        }
    }

    pub(super) fn span(&self) -> Span {
        match self {
            Self::Operation(operation, _) => operation.span(),
            _ => span!(INFO, "oauth_clients.other", operation = Self::OTHER; status),
        }
    }
}

/// The parameters in a path.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Parameters<'a> {
    /// The path segments, in order and still percent-encoded; empty where the path has none.
    pub(super) segments: [&'a str; 2],
    /// The client's `id`, if the path names that in place of its `client_id`.
    pub(super) id: Option<Id>,
}

/// The start of a path that names a client by its `id`. It is no path of a client that is called
/// `by-id`, because none continues with an id.
const BY_ID: &str = admin_path!("/clients/by-id/");

pub(super) fn find<'a>(method: &Method, path: &'a str) -> Matched<'a> {
    // `HEAD` is routed like `GET` (RFC 9110 §9.3.2).
    let wanted = if *method == Method::HEAD {
        &Method::GET
    } else {
        method
    };
    let rest = path.strip_prefix(BY_ID);
    let id = rest.and_then(|rest| Id::parse(rest.split('/').next()?));
    let (start, path) = match (rest, id) {
        (Some(rest), Some(_)) => (admin_path!("/clients/"), rest),
        _ => ("", path),
    };
    let of_path = || {
        let all = Operation::ALL.iter().copied();
        all.filter_map(move |operation| {
            let template = operation.path().strip_prefix(start)?;
            let segments = segments(template, path)?;
            Some((operation, Parameters { segments, id }))
        })
    };
    let mut wanted = of_path().filter(|(operation, _)| operation.method() == *wanted);
    if let Some((operation, parameters)) = wanted.next() {
        return Matched::Operation(operation, parameters);
    }
    let mut allowed: Vec<_> = of_path().map(|(operation, _)| operation.method()).collect();
    if allowed.contains(&Method::GET) {
        allowed.push(Method::HEAD);
    }
    if allowed.is_empty() {
        Matched::Nothing
    } else {
        Matched::OtherMethods(allowed)
    }
}

fn segments<'a>(template: &str, path: &'a str) -> Option<[&'a str; 2]> {
    let mut parameters = <[&str; 2]>::default();
    let mut places = parameters.iter_mut();
    let mut segments = path.split('/');
    for expected in template.split('/') {
        let segment = segments.next()?;
        if expected.starts_with('{') && !segment.is_empty() {
            *places.next()? = segment;
        } else if segment != expected {
            return None;
        }
    }
    segments.next().is_none().then_some(parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_its_operation() {
        let named = |client| Parameters {
            segments: [client, ""],
            id: None,
        };
        let found = find(&Method::POST, "/admin/oauth/clients/app-1/clone");
        assert_eq!(
            found,
            Matched::Operation(Operation::CloneClient, named("app-1"))
        );
        let found = find(&Method::HEAD, "/admin/oauth/clients/a%20b");
        assert_eq!(
            found,
            Matched::Operation(Operation::GetClient, named("a%20b"))
        );
    }

    #[test]
    fn a_known_path_names_its_methods() {
        let Matched::OtherMethods(allowed) = find(&Method::TRACE, "/admin/oauth/clients/x") else {
            panic!()
        };
        assert_eq!(
            allowed,
            [
                Method::GET,
                Method::PUT,
                Method::PATCH,
                Method::DELETE,
                Method::HEAD
            ]
        );
    }

    #[test]
    fn a_client_is_named_by_its_id_too() {
        const ID: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
        let by_id = |rest: &str| format!("/admin/oauth/clients/by-id/{rest}");
        let path = by_id(&format!("{ID}/secrets/x"));
        let Matched::Operation(operation, parameters) = find(&Method::DELETE, &path) else {
            panic!()
        };
        assert_eq!(operation.as_str(), "delete_secret");
        assert_eq!(
            (parameters.segments[1], parameters.id),
            ("x", Id::parse(ID))
        );
        let Matched::OtherMethods(_) = find(&Method::POST, &by_id(ID)) else {
            panic!()
        };
        // A client that is called so.
        let path = by_id("secrets");
        let Matched::Operation(_, parameters) = find(&Method::GET, &path) else {
            panic!()
        };
        assert_eq!((parameters.segments[0], parameters.id), ("by-id", None));
        for rest in [
            "",
            "x",
            "01arz3ndektsv4rrffq69g5fav",
            &format!("{ID}/"),
            &format!("{ID}/x"),
        ] {
            assert_eq!(find(&Method::GET, &by_id(rest)), Matched::Nothing, "{rest}");
        }
    }

    #[test]
    fn nothing_else_is_found() {
        for path in [
            "",
            "/",
            "/admin/oauth/client",
            "/admin/oauth/clients/",
            "/admin/oauth/clients//clone",
            "/admin/oauth/clients/x/",
            "/admin/oauth/clients/x/clone/y",
            "admin/oauth/clients",
            "//admin/oauth/clients",
            "/admin/oauth/clients/../clients/x",
            "/ADMIN/oauth/clients",
        ] {
            assert_eq!(find(&Method::GET, path), Matched::Nothing, "{path}");
        }
    }
}
