use std::error::Error;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{Method, header};
use axum::response::Response;
use axum::routing::{get, post};
use tower_http::cors::{AllowHeaders, AllowOrigin, Any, CorsLayer};
use tower_http::trace::{DefaultOnResponse, TraceLayer};
use tower_oauth_clients::adapters::axum::{registration_router, router};
use tower_oauth_clients::adapters::tower::ClientAuthenticationLayer;
use tower_oauth_clients::authentication::assertion::AssertionVerifier;
use tower_oauth_clients::authentication::{self, ClientAuthenticator};
use tower_oauth_clients::authorization::jwt::{JwtAuthorizer, Keys};
use tower_oauth_clients::documents::{ClientResolver, DomainPolicy, Domains};
use tower_oauth_clients::domain::{AuthMethod, Clock};
use tower_oauth_clients::outbound::{Fetch, FetchedKeys};
use tower_oauth_clients::registration::{self, Reaper, Registrar, RegistrationMode};
use tower_oauth_clients::repository::{self, SqliteRepository};
use tower_oauth_clients::{ClientManager, Handlers, handlers};
use tracing::Level;

use crate::clients::Clients;
use crate::discovery::Offers;
use crate::grants::Grants;
use crate::origins::Origins;
use crate::span::span;
use crate::tickets::Tickets;
use crate::{Issuer, Server, Settings, Shared, tell};
use crate::{authorize, consent, discovery, mcp, page, scopes, token, unread};

/// The longest form, in bytes.
const MAX_FORM: usize = 64 * 1024;

/// Everything that is to run.
#[derive(Debug)]
pub struct Host {
    /// The app. Serve it with the caller's address, on which the limits of registration depend.
    pub router: Router,
    /// Deletes clients that nobody uses, while it runs.
    pub reaper: Reaper,
}

impl Host {
    /// Builds the app, which fetches metadata documents and keys with `fetch`.
    ///
    /// # Errors
    ///
    /// If the database can't be used, or a setting is not valid.
    pub async fn build(
        settings: &Settings,
        issuer: Issuer,
        fetch: impl Fetch + Clone,
        clock: impl Clock,
    ) -> Result<Self, Box<dyn Error>> {
        let clock: Arc<dyn Clock> = Arc::new(clock);
        let repository = open(&settings.database).await?;
        let grants = Grants::new(Arc::clone(&clock));
        let manager = ClientManager::builder(repository.clone())
            .with_clock(Arc::clone(&clock))
            .with_events(grants.clone())
            .build()?;
        let registrar = registrar(settings, &issuer, &manager, &repository)?;
        let reaper = Reaper::builder(&registrar, grants.clone()).build()?;

        let resolver = resolver(settings, &repository, fetch.clone(), &clock)?;
        let assertions = AssertionVerifier::builder(issuer.as_str())
            .with_replay_store(repository.clone())
            .with_key_source(FetchedKeys::with_clock(fetch, Arc::clone(&clock)));
        let authenticator = ClientAuthenticator::builder(repository.clone())
            // One pool, so that one limit applies to all hashing.
            .with_hash_pool(manager.hash_pool())
            .with_clock(Arc::clone(&clock))
            .with_client_source(resolver.in_tenant(settings.tenant.clone()))
            .with_assertions(assertions.build()?)
            .build()?;

        let offers = Offers {
            registration: settings.registration != RegistrationMode::Off,
            documents: accepts_documents(settings),
        };
        let tenant = settings.tenant.clone();
        let server = Server(Arc::new(Shared {
            clients: Clients::new(manager.clone(), repository, resolver.clone(), tenant),
            tickets: Tickets::new(clock),
            origins: Origins::new(&issuer, &settings.origins),
            issuer,
            offers,
            grants,
        }));
        let authorizer =
            JwtAuthorizer::builder(Keys::from_secret(&settings.admin_secret)?).build()?;
        let handlers = Handlers::new(manager, authorizer)
            .with_registrar(registrar.clone())
            .with_client_resolver(resolver);
        let router = Router::new()
            .merge(for_pages(
                &server,
                ClientAuthenticationLayer::new(authenticator),
            ))
            .route(
                "/authorize",
                get(authorize::authorize).post(consent::decide),
            )
            .route("/style.css", get(page::style))
            .with_state(server)
            .layer(DefaultBodyLimit::max(MAX_FORM))
            .merge(registration_router(registrar))
            .nest("/api/v1", router(handlers))
            .layer(axum::middleware::map_response(log_cause))
            .layer(axum::middleware::from_fn(unread::close))
            .layer(
                TraceLayer::new_for_http()
                    .make_span_with(span)
                    .on_response(DefaultOnResponse::new().level(Level::INFO)),
            );
        Ok(Self { router, reaper })
    }
}

/// Opens the clients' database, and brings it up to date.
async fn open(path: &str) -> Result<SqliteRepository, String> {
    let opened = async {
        let repository = SqliteRepository::open(path).await?;
        repository.migrate().await?;
        Ok(repository)
    };
    opened.await.map_err(|error: repository::Error| {
        format!(
            "Cannot use the database file {path}: {}.\nIts folder must exist and be writable; set \
             DATABASE_URL to sqlite://PATH to keep it elsewhere.",
            tell(&error)
        )
    })
}

/// What pages may call: a client may run in a browser. Nothing here depends on what a browser adds
/// by itself. To get a token, any page may; to call the MCP server, those that it accepts.
fn for_pages(server: &Server, clients: ClientAuthenticationLayer) -> Router<Server> {
    let cors = CorsLayer::new()
        .allow_methods([Method::GET, Method::POST, Method::DELETE])
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([header::WWW_AUTHENTICATE, header::RETRY_AFTER]);
    let origins = server.origins.clone();
    let accepted = AllowOrigin::predicate(move |origin, _| origins.allow(origin));
    Router::new()
        .merge(discovery::routes())
        .route("/token", post(token::token).route_layer(clients))
        .layer(cors.clone().allow_origin(Any))
        .merge(mcp::routes(server).layer(cors.allow_origin(accepted)))
}

/// Clients that register themselves have what the tools need, and no private-use redirect URIs.
fn registrar(
    settings: &Settings,
    issuer: &Issuer,
    manager: &ClientManager,
    repository: &SqliteRepository,
) -> Result<Registrar, Box<dyn Error>> {
    let endpoint = issuer.at("/oauth/register");
    let registrar = Registrar::builder(manager.clone(), repository.clone(), endpoint)
        .with_tenant(settings.tenant.clone())
        .with_mode(settings.registration)
        .with_scopes(scopes::ALL)
        .build()?;
    Ok(registrar)
}

/// Where strangers may register, they may also bring a document; elsewhere it would be a way in.
fn accepts_documents(settings: &Settings) -> bool {
    settings.registration == RegistrationMode::Open
}

fn resolver(
    settings: &Settings,
    repository: &SqliteRepository,
    fetch: impl Fetch,
    clock: &Arc<dyn Clock>,
) -> Result<ClientResolver, Box<dyn Error>> {
    let domains = match accepts_documents(settings) {
        true => Domains::all(),
        false => Domains::none(),
    };
    let trust = DomainPolicy::new(domains)?;
    let resolver = ClientResolver::builder(repository.clone(), fetch, trust)
        .with_scopes(scopes::ALL)
        .with_client_auth_methods([AuthMethod::None, AuthMethod::PrivateKeyJwt])
        .with_clock(Arc::clone(clock))
        .build()?;
    Ok(resolver)
}

/// The caller only learns that something failed; the cause is for the log. Also logs why a client
/// was refused.
async fn log_cause(response: Response) -> Response {
    let extensions = response.extensions();
    if let Some(error) = extensions.get::<Arc<authentication::Error>>() {
        tracing::info!(client_id = error.client_id(), "{}", tell(error.as_ref()));
    }
    if let Some(error) = extensions.get::<Arc<registration::Error>>() {
        tracing::info!("not registered: {}", tell(error.as_ref()));
    }
    if response.status().is_server_error()
        && let Some(error) = extensions.get::<Arc<handlers::Error>>()
    {
        tracing::error!("{}", tell(error.as_ref()));
    }
    response
}
