//! The HTTP operations in terms of the `http` crate, without a framework.
//!
//! [`Handlers`] routes a request to its operation, asks the [`Authorizer`] who the caller is and
//! whether it may perform it, reads the body within its limit, and responds. The adapters only pass
//! requests in and responses out.

mod audit_logs;
mod clients;
#[cfg(feature = "openapi")]
mod document;
#[cfg(feature = "cimd")]
mod documents;
mod error;
mod imports;
#[cfg(feature = "registration")]
mod initial_tokens;
mod lines;
mod noted;
mod precondition;
mod query;
#[cfg(feature = "registration")]
mod registrations;
mod reply;
mod request;
mod route;
mod secrets;
mod tokens;

use std::pin::pin;

use bytes::Bytes;
use http::request::Parts;
use http::{Method, Request, Response};

#[cfg(feature = "openapi")]
pub(crate) use self::lines::TYPES as LINES;
#[cfg(feature = "openapi")]
pub(crate) use self::query::{
    DEFAULT_SIZE as DEFAULT_PAGE_SIZE, MAX_CLIENT_IDS, MAX_GRACE_PERIOD, MAX_HOST_LENGTH,
    MAX_NAME_LENGTH as MAX_NAME_FILTER, MAX_TEXT_LENGTH as MAX_TEXT_FILTER, MAX_TIME,
};
use self::reply::Reply;
use self::request::Call;
use self::route::{Matched, find};
use crate::authorization::{AdminRequest, Authorizer, SharedAuthorizer};
#[cfg(feature = "cimd")]
use crate::documents::ClientResolver;
use crate::exchange::{Watched, say_close};
use crate::manager::ClientManager;
use crate::operation::{Operation, operations};
#[cfg(feature = "registration")]
use crate::registration::Registrar;
use crate::telemetry::{Stopwatch, requested};

pub use crate::exchange::{Body, BoxError, PeerIp};
pub(crate) use error::cross_origin_refusal;
pub use error::{Error, ErrorKind};

/// All operations, ready to serve. Cheap to clone.
///
/// Paths are relative to the host's mount point: `/admin/oauth/clients` and below.
///
/// # Limits
///
/// A request body is read up to 128 KiB, and only if the operation takes one. One that is not read
/// to its end closes the connection in HTTP/1, as the response says. Timeouts for slow callers are
/// up to the host, as for its other routes.
#[derive(Clone, Debug)]
pub struct Handlers {
    manager: ClientManager,
    authorizer: SharedAuthorizer,
    #[cfg(feature = "registration")]
    registrar: Option<Registrar>,
    #[cfg(feature = "cimd")]
    resolver: Option<ClientResolver>,
    #[cfg(feature = "openapi")]
    document: Option<document::Document>,
}

impl Handlers {
    /// Creates the operations on the clients of `manager`, guarded by `authorizer`.
    pub fn new(manager: ClientManager, authorizer: impl Authorizer) -> Self {
        Self {
            manager,
            authorizer: SharedAuthorizer::new(authorizer),
            #[cfg(feature = "registration")]
            registrar: None,
            #[cfg(feature = "cimd")]
            resolver: None,
            #[cfg(feature = "openapi")]
            document: None,
        }
    }

    /// Serves the administration of clients that register themselves with this registrar: initial
    /// access tokens below `/admin/oauth/initial-access-tokens`, and approvals below
    /// `/admin/oauth/registrations`. By default, these paths are not found.
    ///
    /// It does not serve registration itself, which is public: mount that apart.
    #[cfg(feature = "registration")]
    #[cfg_attr(docsrs, doc(cfg(feature = "registration")))]
    #[must_use]
    pub fn with_registrar(mut self, registrar: Registrar) -> Self {
        self.registrar = Some(registrar);
        self
    }

    /// Serves the administration of metadata documents with this resolver: those that were used
    /// below `/admin/oauth/metadata-documents`, and blocks below
    /// `/admin/oauth/metadata-document-blocks`. By default, these paths are not found.
    ///
    /// Give it a clone of the resolver of the authorization and the token endpoint, so that a block
    /// holds there at once.
    #[cfg(feature = "cimd")]
    #[cfg_attr(docsrs, doc(cfg(feature = "cimd")))]
    #[must_use]
    pub fn with_client_resolver(mut self, resolver: ClientResolver) -> Self {
        self.resolver = Some(resolver);
        self
    }

    /// Handles a request. A failure is a response too, with its [`Error`] as an `Arc<Error>` in the
    /// extensions, for the host's log.
    pub async fn handle<B>(&self, request: Request<B>) -> Response<Body>
    where
        B: http_body::Body<Data = Bytes> + Send,
        B::Error: Into<BoxError>,
    {
        let (head, body) = request.into_parts();
        let (mut body, mut is_read) = (pin!(body), false);
        let body = Watched::new(body.as_mut(), &mut is_read);
        let matched = find(&head.method, head.uri.path());
        let (operation, span) = (matched.word(), matched.span());
        let begun = Stopwatch::start();
        let answer = async {
            let outcome = self.try_handle(&head, body, matched).await;
            outcome.unwrap_or_else(|error| error.into_reply(self.manager.now()))
        };
        let reply = span.around(answer).await;
        span.record("status", reply.status().as_u16());
        requested(operation, reply.status(), &begun);
        let mut response = reply.into_response(head.method == Method::HEAD);
        if !is_read {
            say_close(head.version, response.headers_mut());
        }
        response
    }

    async fn try_handle<B>(
        &self,
        head: &Parts,
        body: B,
        matched: Matched<'_>,
    ) -> Result<Reply, Error>
    where
        B: http_body::Body<Data = Bytes> + Send,
        B::Error: Into<BoxError>,
    {
        // Which routes exist is no secret, so 404 and 405 need no authorization.
        let (operation, parameters) = match matched {
            Matched::Operation(operation, parameters) => (operation, parameters),
            Matched::OtherMethods(allowed) => return Err(Error::method_not_allowed(allowed)),
            Matched::Nothing => return self.elsewhere(head),
        };
        let request = AdminRequest::new(head, operation);
        let operator = self.authorizer.operator(request).await?;
        let types = operation.media_types();
        let body = match operation.body() {
            None => Bytes::new(),
            Some(_) if operation.may_lack_body() => {
                request::read_json_or_nothing(&head.headers, body, types).await?
            }
            Some(_) => request::read_json(&head.headers, body, types).await?,
        };
        let client = match parameters.id {
            Some(id) => Some(self.manager.client_id(&operator, id).await?),
            None => None,
        };
        let call = Call::new(operator, client, parameters, head, body);
        #[cfg(feature = "registration")]
        let call = call.with_registrar(self.registrar.as_ref());
        #[cfg(feature = "cimd")]
        let call = call.with_resolver(self.resolver.as_ref());
        let reply = run(operation, &self.manager, call).await?;
        Ok(reply.or_status(operation.success()))
    }

    #[cfg(not(feature = "openapi"))]
    fn elsewhere(&self, _: &Parts) -> Result<Reply, Error> {
        Err(ErrorKind::NotFound.into())
    }
}

macro_rules! run {
    ($($(#[$feature:meta])? $name:ident $request:tt $handler:path { $($document:tt)* })+) => {
        async fn run(
            operation: Operation,
            manager: &ClientManager,
            call: Call<'_>,
        ) -> Result<Reply, Error> {
            // Boxed, because all operations together make a future of several kilobytes, which a
            // framework moves several times.
            match operation { $(
                $(#[$feature])? Operation::$name => Box::pin($handler(manager, call)).await,
            )+ }
        }
    };
}

operations!(run);
