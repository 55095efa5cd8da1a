use std::fmt;

use bytes::Bytes;
use http::Method;
use http::request::Parts;
use serde_json::Value;

use super::reply::Reply;
use super::{Error, ErrorKind, Handlers};
use crate::domain::{Policy, SecretRules};
use crate::operation::admin_path;

/// Next to the operations, where it can't collide with a client's path.
const PATH: &str = admin_path!("/openapi.json");

/// The serialized document. Its `Debug` output omits it for its length.
#[derive(Clone)]
pub(super) struct Document(Bytes);

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Document")
    }
}

impl Handlers {
    /// Serves `document` at `/admin/oauth/openapi.json` without authentication: it holds no secret,
    /// and the tools that fetch it send no token. By default, nothing is served there.
    ///
    /// Pass the result of [`openapi`](Handlers::openapi), or an extended one.
    #[must_use]
    pub fn with_openapi(mut self, document: &Value) -> Self {
        self.document = Some(Document(document.to_string().into()));
        self
    }

    pub(crate) fn policy(&self) -> &Policy {
        self.manager.policy()
    }

    pub(crate) fn secret_rules(&self) -> &SecretRules {
        self.manager.secret_rules()
    }

    /// The path of the document, if it is served.
    pub(crate) fn document_path(&self) -> Option<&'static str> {
        self.document.as_ref().map(|_| PATH)
    }

    /// The response for a path without an operation.
    pub(super) fn elsewhere(&self, head: &Parts) -> Result<Reply, Error> {
        let is_there = self.document_path() == Some(head.uri.path());
        match &self.document {
            Some(Document(json)) if is_there => match head.method {
                Method::GET | Method::HEAD => Ok(Reply::raw(json.clone())),
                _ => Err(Error::method_not_allowed(vec![Method::GET, Method::HEAD])),
            },
            _ => Err(ErrorKind::NotFound.into()),
        }
    }
}
