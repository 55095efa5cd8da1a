use http::StatusCode;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value, json};

use super::{parameter, request, response, with};
use crate::handlers::ErrorKind::{self, Conflict, NotFound, PreconditionFailed};
use crate::operation::{Operation, operations};
// The rows of the table may name any response type.
use crate::wire::*;

type Tag = (&'static str, &'static str);

const CLIENTS: Tag = ("OAuth clients", "The clients of a tenant.");
const SECRETS: Tag = (
    "OAuth client secrets",
    "The secrets of a client. Each is shown once, when it is issued.",
);
const AUDIT: Tag = (
    "OAuth client audit trail",
    "What was done to a client, when and by whom.",
);
const TOKENS: Tag = (
    "OAuth client tokens",
    "The tokens issued to a client. Answered 404 where the host has no store for them.",
);

#[cfg(feature = "registration")]
const REGISTRATION: Tag = (
    "OAuth client registration",
    "Clients that register themselves. Answered 404 where the host serves no registration.",
);

#[cfg(feature = "cimd")]
const DOCUMENTS: Tag = (
    "OAuth client metadata documents",
    "Clients whose `client_id` is the URL of a document. Answered 404 where the host accepts none.",
);

/// The tags, with their descriptions.
pub(super) const TAGS: &[Tag] = &[
    CLIENTS,
    SECRETS,
    AUDIT,
    TOKENS,
    #[cfg(feature = "registration")]
    REGISTRATION,
    #[cfg(feature = "cimd")]
    DOCUMENTS,
];

/// The parts of an operation's description that don't concern routing.
struct Outline {
    tag: Tag,
    /// Empty if the summary says it all.
    description: &'static str,
    /// Query and header parameters, by component name.
    parameters: &'static [&'static str],
    answer: Answer,
    /// Whether it is answered in lines of JSON, too.
    lines: bool,
    /// Headers of a success, besides the common ones.
    headers: &'static [&'static str],
    /// Failures besides the common ones and those implied by the path or the body.
    failures: &'static [ErrorKind],
    /// Another status of a success.
    also: Option<StatusCode>,
}

/// The schema of the response body, if there is one.
type Answer = Option<fn(&mut SchemaGenerator) -> Schema>;

fn json<T: JsonSchema>() -> Answer {
    Some(SchemaGenerator::subschema_for::<T>)
}

/// The defaults of a row.
const NOTHING: Outline = Outline {
    tag: CLIENTS,
    description: "",
    parameters: &[],
    answer: None,
    lines: false,
    headers: &[],
    failures: &[],
    also: None,
};

macro_rules! outlines {
    ($($(#[$feature:meta])? $name:ident $request:tt $handler:path { $($document:tt)* })+) => {
        #[allow(clippy::needless_update, reason = "a row may say everything")]
        fn outline(operation: Operation) -> Outline {
            match operation { $(
                $(#[$feature])? Operation::$name => Outline { $($document)* ..NOTHING },
            )+ }
        }
    };
}

operations!(outlines);

/// The kinds of failure of an operation. Authorization, query and storage errors are common to all.
fn failures(operation: Operation, own: &[ErrorKind]) -> Vec<ErrorKind> {
    use ErrorKind as Kind;

    let mut kinds = vec![Kind::BadRequest, Kind::Unauthorized, Kind::Forbidden];
    kinds.extend([Kind::Internal, Kind::Unavailable]);
    if operation.path().contains('{') {
        kinds.push(NotFound);
    }
    if operation.body().is_some() {
        kinds.extend([Kind::PayloadTooLarge, Kind::UnsupportedMediaType]);
    }
    kinds.extend(own);
    kinds
}

/// The Operation Object.
pub(super) fn describe(operation: Operation, generator: &mut SchemaGenerator) -> Value {
    let outline = outline(operation);
    let (tag, _) = outline.tag;
    let status = operation.success();
    let answer = outline.answer.map(|schema| schema(generator));
    let success = response::success(status, answer, outline.lines, outline.headers);
    let mut responses = response::failures_of(failures(operation, outline.failures));
    if let Some(also) = outline.also {
        let success = with(
            success.clone(),
            "description",
            also.canonical_reason().map(Value::from),
        );
        responses.insert(also.as_str().to_owned(), success);
    }
    responses.insert(status.as_str().to_owned(), success);

    let in_path = parameter::of_path(operation.path());
    let named = outline.parameters.iter().map(|name| (*name).to_owned());
    let parameters = in_path.chain(["TenantId".to_owned()]).chain(named);
    let object = json!({
        "operationId": id(operation),
        "tags": [tag],
        "summary": operation.summary(),
        "security": [{"bearerAuth": []}],
        "parameters": parameters.map(parameter::reference).collect::<Value>(),
        "responses": responses,
    });
    let description = Some(outline.description).filter(|text| !text.is_empty());
    let object = with(object, "description", description.map(Value::from));
    let (is_required, types) = (!operation.may_lack_body(), operation.media_types());
    let body = operation.body();
    let body = body.map(|schema| request::body(schema, is_required, types));
    with(object, "requestBody", body)
}

/// The operation's word in camel case, which client generators expect.
fn id(operation: Operation) -> String {
    let name = parameter::pascal_case(operation.as_str());
    let (first, rest) = name.split_at(1);
    first.to_ascii_lowercase() + rest
}
