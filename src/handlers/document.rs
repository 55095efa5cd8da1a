use std::fmt;

use bytes::Bytes;
use http::Method;
use http::request::Parts;
use serde_json::Value;

use super::reply::Reply;
use super::{Error, ErrorKind, Handlers};
use crate::operation::admin_path;

/// Beside the operations, where it is no client's path.
const PATH: &str = admin_path!("/openapi.json");

/// The document as it is sent: too long to be printed with what holds it.
#[derive(Clone)]
pub(super) struct Document(Bytes);

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Document")
    }
}

impl Handlers {
    /// Serves `document` at `/admin/oauth/openapi.json`, to anybody: it holds no secret, and the
    /// tools that read it bring no token. Without this, nothing is served there.
    ///
    /// Give it what `openapi::document` makes, or more of your own.
    #[must_use]
    pub fn with_openapi(mut self, document: &Value) -> Self {
        self.document = Some(Document(document.to_string().into()));
        self
    }

    /// Where the document is served, if it is.
    pub(crate) fn document_path(&self) -> Option<&'static str> {
        self.document.as_ref().map(|_| PATH)
    }

    /// What is answered where no operation is.
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
