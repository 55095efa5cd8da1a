use http::Method;

use crate::operation::Operation;
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

/// The path segments of the parameters, in order and still percent-encoded; empty where the path has
/// none.
pub(super) type Parameters<'a> = [&'a str; 2];

pub(super) fn find<'a>(method: &Method, path: &'a str) -> Matched<'a> {
    // `HEAD` is routed like `GET` (RFC 9110 §9.3.2).
    let wanted = if *method == Method::HEAD {
        &Method::GET
    } else {
        method
    };
    let of_path = || {
        let all = Operation::ALL.iter().copied();
        all.filter_map(|operation| Some((operation, parameters(operation.path(), path)?)))
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

fn parameters<'a>(template: &str, path: &'a str) -> Option<Parameters<'a>> {
    let mut parameters = Parameters::default();
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
        let found = find(&Method::POST, "/admin/oauth/clients/app-1/clone");
        assert_eq!(
            found,
            Matched::Operation(Operation::CloneClient, ["app-1", ""])
        );
        let found = find(&Method::HEAD, "/admin/oauth/clients/a%20b");
        assert_eq!(
            found,
            Matched::Operation(Operation::GetClient, ["a%20b", ""])
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
