//! The OpenAPI 3.1 document of all operations, generated from the routing table and the wire types,
//! so that it can't drift from them.
//!
//! [`Handlers::openapi`] returns it as JSON, to serve with [`Handlers::with_openapi`] or to merge
//! into your own API's document: its paths are absolute, and each operation has its own security
//! and tags.
//!
//! # Examples
//!
//! ```
//! use serde_json::{Value, json};
//! use tower_oauth_clients::Handlers;
//!
//! fn documented(handlers: &Handlers) -> Value {
//!     let mut own = json!({
//!         "openapi": "3.1.0",
//!         "info": {"title": "My server", "version": "1.0.0"},
//!         "paths": {"/": {"get": {"responses": {"200": {"description": "the host's own"}}}}},
//!     });
//!     let document = handlers.openapi("/api/v1");
//!     merge(&mut own, &json!({
//!         "paths": document["paths"],
//!         "components": document["components"],
//!         "tags": document["tags"],
//!     }));
//!     own
//! }
//!
//! fn merge(into: &mut Value, from: &Value) {
//!     match (into, from) {
//!         (Value::Object(into), Value::Object(from)) => {
//!             for (name, value) in from {
//!                 merge(into.entry(name).or_insert(Value::Null), value);
//!             }
//!         }
//!         (Value::Array(into), Value::Array(from)) => into.extend(from.iter().cloned()),
//!         (into, from) => *into = from.clone(),
//!     }
//! }
//! ```
//!
//! [`Handlers::with_openapi`]: crate::handlers::Handlers::with_openapi

#[cfg(feature = "cimd")]
mod document;
mod operation;
mod parameter;
#[cfg(feature = "registration")]
mod registration;
mod request;
mod response;

use std::collections::BTreeMap;

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::domain::{Policy, SecretRules};
use crate::handlers::Handlers;
use crate::operation::Operation;

const DESCRIPTION: &str = "\
The clients of an OAuth authorization server, with their secrets and their audit trail.\n\n\
What answers GET answers HEAD too. A known path with another method is answered 405, an unknown \
one 404. Existing clients may take any `code` other than 0 as a failure, whatever the status.";

impl Handlers {
    /// The OpenAPI 3.1 document of all operations, as JSON.
    ///
    /// `mount` is where the host mounts the operations, for example `/api/v1`, and is prepended to
    /// each path; `""` is the root. The limits and lists of the manager's
    /// [`Policy`] apply to the request bodies.
    ///
    /// The document contains no secrets, and nothing of this process but the policy and the limits
    /// of secrets.
    pub fn openapi(&self, mount: &str) -> Value {
        document(mount, self.policy(), self.secret_rules())
    }
}

fn document(mount: &str, policy: &Policy, secrets: &SecretRules) -> Value {
    let mount = mount.trim_end_matches('/');
    let mut generator = generator();
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for &operation in Operation::ALL {
        let path = format!("{mount}{}", operation.path());
        let method = operation.method().as_str().to_ascii_lowercase();
        let object = operation::describe(operation, &mut generator);
        paths.entry(path).or_default().insert(method, object);
    }
    let failure = response::failures(&mut generator);
    let mut schemas = generator.take_definitions(true);
    schemas.extend(request::schemas(policy, secrets));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "OAuth clients",
            "version": env!("CARGO_PKG_VERSION"),
            "description": DESCRIPTION,
        },
        "tags": operation::TAGS
            .iter()
            .map(|(name, description)| json!({"name": name, "description": description}))
            .collect::<Value>(),
        "paths": paths,
        "components": {
            "schemas": schemas,
            "parameters": parameter::components(&mut generator),
            "headers": response::headers(),
            "responses": failure,
            "securitySchemes": {
                "bearerAuth": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "A token of an administrator (RFC 6750).",
                },
            },
        },
    })
}

/// Generates JSON Schema 2020-12, the dialect of OpenAPI 3.1, for serialization.
fn generator() -> SchemaGenerator {
    SchemaSettings::draft2020_12()
        .for_serialize()
        .with(|settings| settings.definitions_path = "/components/schemas".into())
        .with_transform(RecursiveTransform(never_null))
        .with_transform(RecursiveTransform(closed))
        .into_generator()
}

/// Adds a member to an object, if there is one.
fn with(mut object: Value, name: &str, member: Option<Value>) -> Value {
    if let (Value::Object(members), Some(member)) = (&mut object, member) {
        members.insert(name.to_owned(), member);
    }
    object
}

/// A response has the documented members and no others.
fn closed(schema: &mut Schema) {
    if schema.get("properties").is_some() {
        schema.insert("additionalProperties".into(), false.into());
    }
}

/// Absent values are omitted, so no value is null.
fn never_null(schema: &mut Schema) {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".into(), only);
        }
    }
    if let Some(Value::Array(choices)) = schema.get_mut("anyOf") {
        choices.retain(|choice| choice.get("type") != Some(&"null".into()));
        if let [Value::Object(only)] = choices.as_mut_slice() {
            let only = std::mem::take(only);
            schema.remove("anyOf");
            schema.ensure_object().extend(only);
        }
    }
}
