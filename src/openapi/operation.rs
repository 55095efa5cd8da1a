use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value, json};

use super::{parameter, request, response, with};
use crate::handlers::ErrorKind::{self, Conflict, PreconditionFailed};
use crate::operation::{Operation, operations};
// The rows of the table name any answer.
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

/// The tags, and what they stand for.
pub(super) const TAGS: [Tag; 4] = [CLIENTS, SECRETS, AUDIT, TOKENS];

/// What the document says of an operation beyond what routes it.
struct Outline {
    tag: Tag,
    /// Nothing where the summary says all.
    description: &'static str,
    /// Parameters of the query and the header, by their component.
    parameters: &'static [&'static str],
    answer: Answer,
    /// Headers that its success has beside those of every answer.
    headers: &'static [&'static str],
    /// Failures that neither every operation has nor its path or its body brings.
    failures: &'static [ErrorKind],
}

/// The schema of an answer that has a body.
type Answer = Option<fn(&mut SchemaGenerator) -> Schema>;

fn json<T: JsonSchema>() -> Answer {
    Some(SchemaGenerator::subschema_for::<T>)
}

/// What a row leaves out.
const NOTHING: Outline = Outline {
    tag: CLIENTS,
    description: "",
    parameters: &[],
    answer: None,
    headers: &[],
    failures: &[],
};

macro_rules! outlines {
    ($($name:ident $request:tt $handler:path { $($document:tt)* })+) => {
        #[allow(clippy::needless_update, reason = "a row may say everything")]
        fn outline(operation: Operation) -> Outline {
            match operation { $(Operation::$name => Outline { $($document)* ..NOTHING },)+ }
        }
    };
}

operations!(outlines);

/// How an operation can fail. The operator, the query and the storage are part of each.
fn failures(operation: Operation, own: &[ErrorKind]) -> Vec<ErrorKind> {
    use ErrorKind as Kind;

    let mut kinds = vec![Kind::BadRequest, Kind::Unauthorized, Kind::Forbidden];
    kinds.extend([Kind::Internal, Kind::Unavailable]);
    if operation.path().contains('{') {
        kinds.push(Kind::NotFound);
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
    let success = response::success(status, answer, outline.headers);
    let mut responses = response::failures_of(failures(operation, outline.failures));
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
    with(object, "requestBody", operation.body().map(request::body))
}

/// The operation's word, in the case that clients generated from the document want.
fn id(operation: Operation) -> String {
    let name = parameter::pascal_case(operation.as_str());
    let (first, rest) = name.split_at(1);
    first.to_ascii_lowercase() + rest
}
