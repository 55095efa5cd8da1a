//! The operations of the API: one table from which requests are routed, the OpenAPI document is
//! generated, and authorizers learn what is requested.

mod table;

use http::{Method, StatusCode};

pub(crate) use self::table::{admin_path, operations};
use crate::telemetry::{Span, span};

const JSON: &str = "application/json";

/// RFC 7396 §4.
const MERGE_PATCH: &str = "application/merge-patch+json";

macro_rules! requests {
    ($($(#[cfg($($feature:tt)+)])? $name:ident (
        $effect:ident $word:literal: $method:ident $path:literal
            $($body:ident $(or $nothing:ident)?)? => $success:ident,
        $summary:literal
    ) $handler:path { $($document:tt)* })+) => {
        /// An operation of the admin API.
        ///
        /// It is passed to the [`Authorizer`](crate::authorization::Authorizer); later versions may
        /// add more.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Operation { $(
            $(#[cfg($($feature)+)] #[cfg_attr(docsrs, doc(cfg($($feature)+)))])?
            #[doc = concat!(
                $summary, ": `", stringify!($method), " ", admin_path!($path), "`."
            )]
            $name,
        )+ }

        impl Operation {
            /// Every operation.
            pub const ALL: &[Self] = &[$($(#[cfg($($feature)+)])? Self::$name,)+];

            /// The name in metrics, spans and logs.
            pub fn as_str(self) -> &'static str {
                match self { $($(#[cfg($($feature)+)])? Self::$name => $word,)+ }
            }

            /// Whether it changes anything. Operations with `GET` and `HEAD` do not.
            pub fn is_write(self) -> bool {
                match self { $($(#[cfg($($feature)+)])? Self::$name => effect!($effect),)+ }
            }

            pub(crate) fn method(self) -> Method {
                match self { $($(#[cfg($($feature)+)])? Self::$name => Method::$method,)+ }
            }

            /// The path, with parameters in braces.
            pub(crate) fn path(self) -> &'static str {
                match self { $($(#[cfg($($feature)+)])? Self::$name => admin_path!($path),)+ }
            }

            /// The name of its body's schema, if it takes a body.
            pub(crate) fn body(self) -> Option<&'static str> {
                match self { $($(#[cfg($($feature)+)])? Self::$name => [$(stringify!($body))?].first().copied(),)+ }
            }

            /// The media types of its body, if it takes one; the first is preferred.
            pub(crate) fn media_types(self) -> &'static [&'static str] {
                if self.method() == Method::PATCH { &[MERGE_PATCH, JSON] } else { &[JSON] }
            }

            /// Whether its body may be missing.
            pub(crate) fn may_lack_body(self) -> bool {
                match self { $($(#[cfg($($feature)+)])? Self::$name => {
                    !<[&str]>::is_empty(&[$($(stringify!($nothing))?)?])
                })+ }
            }

            /// The status of a success.
            pub(crate) fn success(self) -> StatusCode {
                match self { $($(#[cfg($($feature)+)])? Self::$name => StatusCode::$success,)+ }
            }

            #[cfg(feature = "openapi")]
            pub(crate) fn summary(self) -> &'static str {
                match self { $($(#[cfg($($feature)+)])? Self::$name => $summary,)+ }
            }

            /// The span of a request for it.
            pub(crate) fn span(self) -> Span {
                match self { $($(#[cfg($($feature)+)])? Self::$name => span!(
                    INFO, concat!("oauth_clients.", $word), operation = $word; status
                ),)+ }
            }
        }
    };
}

macro_rules! effect {
    (reads) => {
        false
    };
    (writes) => {
        true
    };
}

operations!(requests);

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_has_a_word_and_a_route_of_its_own() {
        let words: BTreeSet<_> = Operation::ALL.iter().map(|one| one.as_str()).collect();
        let route = |one: &Operation| (one.path(), one.method().to_string());
        let routes: BTreeSet<_> = Operation::ALL.iter().map(route).collect();
        assert_eq!(words.len(), Operation::ALL.len());
        assert_eq!(routes.len(), Operation::ALL.len());
    }

    /// RFC 9110 §9.2.1: a caller that may only read can send `GET` and nothing else.
    #[test]
    fn what_can_be_got_changes_nothing() {
        for operation in Operation::ALL {
            let is_safe = operation.method().is_safe();
            assert_eq!(operation.is_write(), !is_safe, "{operation:?}");
        }
    }
}
