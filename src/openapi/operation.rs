use http::StatusCode;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value, json};

use super::{parameter, request, response, with};
use crate::handlers::{ErrorKind, Operation};
use crate::wire::{
    AuditLogItem, ClientStats, CloneClientResponse, CreateClientResponse, CreateSecretResponse,
    Created, List, OAuthClientItem, RevokeTokensResponse, RotateSecretResponse, SecretItem,
    SecretList, Success, TokenItem,
};

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

const IF_MATCH: &str = "IfMatch";
const NUMBERED: [&str; 2] = ["Page", "PageSize"];
const PAGING: [&str; 3] = ["Page", "PageSize", "After"];

/// What the document says of an operation beyond what the table tells.
struct Outline {
    tag: Tag,
    summary: &'static str,
    description: Option<&'static str>,
    /// Parameters of the query and the header, by their component.
    parameters: Vec<&'static str>,
    status: StatusCode,
    body: Option<fn(&mut SchemaGenerator) -> Schema>,
    /// Headers that its success has beside those of every answer.
    headers: &'static [&'static str],
}

fn outline(operation: Operation) -> Outline {
    type AuditLogs = List<AuditLogItem<'static>>;
    type Client = Success<OAuthClientItem<'static>>;
    type Clients = List<OAuthClientItem<'static>>;
    type Cloned = Success<CloneClientResponse<'static>>;
    type CreatedClient = Created<CreateClientResponse<'static>>;
    type CreatedSecret = Success<CreateSecretResponse<'static>>;
    type Revoked = Success<RevokeTokensResponse>;
    type Rotated = Success<RotateSecretResponse<'static>>;
    type Secret = Success<SecretItem<'static>>;
    type Secrets = Success<SecretList<'static>>;
    type Stats = Success<ClientStats<'static>>;
    type Tokens = List<TokenItem<'static>>;

    match operation {
        Operation::CreateClient => Outline::created::<CreatedClient>(CLIENTS, "Create a client")
            .with_description("A client that can use a secret gets one, shown this once.")
            .with_headers(&["Location"]),
        Operation::ListClients => Outline::ok::<Clients>(CLIENTS, "List clients")
            .with_description("Newest first.")
            .with_parameters(PAGING)
            .with_parameters(["Name", "Status"])
            .with_headers(&["Link"]),
        Operation::GetClient => {
            Outline::ok::<Client>(CLIENTS, "Read a client").with_headers(&["ETag"])
        }
        Operation::UpdateClient => Outline::ok::<Client>(CLIENTS, "Change a client")
            .with_description("A member that is absent stays as it is.")
            .with_parameters([IF_MATCH])
            .with_headers(&["ETag"]),
        Operation::DeleteClient => Outline::no_content(CLIENTS, "Delete a client")
            .with_description("Its secrets stop working at once. Its audit trail remains.")
            .with_parameters([IF_MATCH]),
        Operation::CloneClient => Outline::created::<Cloned>(CLIENTS, "Clone a client")
            .with_description("The clone has its own identity and secret, and starts active.")
            .with_headers(&["Location"]),
        Operation::RotateSecret => Outline::ok::<Rotated>(SECRETS, "Rotate the secret")
            .with_description(
                "Issues one new secret. Every earlier active one is retired: accepted for a grace \
                 period and no longer.",
            ),
        Operation::ListSecrets => Outline::ok::<Secrets>(SECRETS, "List the secrets of a client"),
        Operation::CreateSecret => Outline::created::<CreatedSecret>(SECRETS, "Add a secret")
            .with_description("At most two are active at a time."),
        Operation::DeactivateSecret => Outline::ok::<Secret>(SECRETS, "Deactivate a secret")
            .with_description("It stays in the list and is never accepted again."),
        Operation::DeleteSecret => Outline::no_content(SECRETS, "Delete a secret")
            .with_description("Neither the last secret nor the last active one can be deleted."),
        Operation::ListAuditLogs => Outline::ok::<AuditLogs>(AUDIT, "List the audit trail")
            .with_description("What was done to one client, newest first; also after its deletion.")
            .with_parameters(PAGING)
            .with_headers(&["Link"]),
        Operation::GetStats => Outline::ok::<Stats>(TOKENS, "Read how a client is used"),
        Operation::ListTokens => Outline::ok::<Tokens>(TOKENS, "List the tokens of a client")
            .with_description("Never a token itself.")
            .with_parameters(NUMBERED),
        Operation::RevokeTokens => Outline::ok::<Revoked>(TOKENS, "Revoke the tokens of a client")
            .with_parameters(["GracePeriod"]),
    }
}

impl Outline {
    fn ok<T: JsonSchema>(tag: Tag, summary: &'static str) -> Self {
        Self {
            status: StatusCode::OK,
            body: Some(SchemaGenerator::subschema_for::<T>),
            ..Self::no_content(tag, summary)
        }
    }

    fn created<T: JsonSchema>(tag: Tag, summary: &'static str) -> Self {
        Self {
            status: StatusCode::CREATED,
            ..Self::ok::<T>(tag, summary)
        }
    }

    fn no_content(tag: Tag, summary: &'static str) -> Self {
        Self {
            tag,
            summary,
            description: None,
            parameters: Vec::new(),
            status: StatusCode::NO_CONTENT,
            body: None,
            headers: &[],
        }
    }

    fn with_description(mut self, description: &'static str) -> Self {
        self.description = Some(description);
        self
    }

    fn with_parameters(mut self, names: impl IntoIterator<Item = &'static str>) -> Self {
        self.parameters.extend(names);
        self
    }

    fn with_headers(mut self, names: &'static [&'static str]) -> Self {
        self.headers = names;
        self
    }

    /// How the operation can fail. The operator, the query and the storage are part of each.
    fn failures(&self, operation: Operation) -> Vec<ErrorKind> {
        use ErrorKind as Kind;

        let mut kinds = vec![Kind::BadRequest, Kind::Unauthorized, Kind::Forbidden];
        kinds.extend([Kind::Internal, Kind::Unavailable]);
        if operation.path().contains('{') {
            kinds.push(Kind::NotFound);
        }
        if operation == Operation::CreateSecret {
            kinds.push(Kind::Conflict);
        }
        if self.parameters.contains(&IF_MATCH) {
            kinds.push(Kind::PreconditionFailed);
        }
        if operation.takes_body() {
            kinds.extend([Kind::PayloadTooLarge, Kind::UnsupportedMediaType]);
        }
        kinds
    }
}

/// The Operation Object.
pub(super) fn describe(operation: Operation, generator: &mut SchemaGenerator) -> Value {
    let outline = outline(operation);
    let (tag, _) = outline.tag;
    let body = outline.body.map(|schema| schema(generator));
    let success = response::success(outline.status, body, outline.headers);
    let mut responses = response::failures_of(outline.failures(operation));
    responses.insert(outline.status.as_str().to_owned(), success);

    let in_path = parameter::of_path(operation.path());
    let named = outline.parameters.into_iter().map(str::to_owned);
    let parameters = in_path.chain(["TenantId".to_owned()]).chain(named);
    let object = json!({
        "operationId": id(operation),
        "tags": [tag],
        "summary": outline.summary,
        "security": [{"bearerAuth": []}],
        "parameters": parameters.map(parameter::reference).collect::<Value>(),
        "responses": responses,
    });
    let object = with(object, "description", outline.description.map(Value::from));
    let body = operation.takes_body().then(|| request::body(operation));
    with(object, "requestBody", body)
}

/// The operation's name, in the case that clients generated from the document want.
fn id(operation: Operation) -> String {
    let name = format!("{operation:?}");
    let (first, rest) = name.split_at(1);
    first.to_ascii_lowercase() + rest
}
