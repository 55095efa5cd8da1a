//! The document, with its schemas as validators.

use std::collections::BTreeSet;

use jsonschema::Validator;
use serde_json::{Value, json};
use tower_oauth_clients::authorization::jwt::{JwtAuthorizer, Keys};
use tower_oauth_clients::domain::Policy;
use tower_oauth_clients::{ClientManager, Handlers, MemoryRepository};

/// The document of operations below `mount`, under a policy.
pub(crate) fn document(mount: &str, policy: Policy) -> Value {
    let manager = ClientManager::builder(MemoryRepository::new()).with_policy(policy);
    let authorizer = JwtAuthorizer::builder(Keys::from_secret([7; 32]).unwrap());
    Handlers::new(manager.build().unwrap(), authorizer.build().unwrap()).openapi(mount)
}

pub(crate) struct Document(pub(crate) Value);

impl Document {
    /// The document of operations mounted at the root, under the default policy.
    pub(crate) fn new() -> Self {
        Self(document("", Policy::default()))
    }

    /// Every operation: its path, its method and its object.
    pub(crate) fn operations(&self) -> impl Iterator<Item = (&str, &str, &Value)> {
        let paths = self.0["paths"].as_object().unwrap().iter();
        paths.flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap().iter();
            methods.map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
        })
    }

    pub(crate) fn operation(&self, id: &str) -> (&str, &str, &Value) {
        let mut all = self.operations();
        all.find(|(.., operation)| operation["operationId"] == id)
            .unwrap_or_else(|| panic!("{id} is not documented"))
    }

    /// The operations with each documented status.
    pub(crate) fn statuses(&self) -> BTreeSet<(String, u16)> {
        let all = self.operations().flat_map(|(.., operation)| {
            let id = operation["operationId"].as_str().unwrap();
            let statuses = operation["responses"].as_object().unwrap().keys();
            statuses.map(move |status| (id.to_owned(), status.parse().unwrap()))
        });
        all.collect()
    }

    /// Resolves a reference; any other object is returned as it is.
    pub(crate) fn resolve<'a>(&'a self, object: &'a Value) -> &'a Value {
        match object["$ref"].as_str() {
            Some(reference) => {
                let pointer = reference.strip_prefix('#').unwrap();
                let found = self.0.pointer(pointer);
                found.unwrap_or_else(|| panic!("{reference} leads nowhere"))
            }
            None => object,
        }
    }

    pub(crate) fn validator(&self, schema: &Value) -> Validator {
        let schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "allOf": [schema],
            "components": self.0["components"],
        });
        let options = jsonschema::options().should_validate_formats(true);
        let options = options.should_ignore_unknown_formats(true);
        options.build(&schema).unwrap()
    }

    pub(crate) fn assert_valid(&self, schema: &Value, value: &Value, of: &str) {
        let validator = self.validator(schema);
        let faults: Vec<_> = validator
            .iter_errors(value)
            .map(|fault| fault.to_string())
            .collect();
        assert!(faults.is_empty(), "{of}: {faults:?} in {value}");
    }
}
