//! A client that registers itself, compared with one that an administrator creates.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::Full;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio_postgres::NoTls;
use tower::ServiceExt;
use tower_oauth_clients::adapters::tower::{ManagementService, RegistrationService};
use tower_oauth_clients::authorization::{AdminRequest, Authorizer, Principal};
use tower_oauth_clients::domain::{Role, TenantId};
use tower_oauth_clients::registration::{Registrar, RegistrationLimits, RegistrationMode};
use tower_oauth_clients::repository::{
    MemoryRepository, PostgresRepository, RegistrationRepository, SqliteRepository,
};
use tower_oauth_clients::{ClientManager, Handlers, authorization};

use super::Outcome;
use super::race::Race;

/// Lets everyone in, so that neither side verifies a token.
struct Anyone(TenantId);

impl Authorizer for Anyone {
    async fn authorize(&self, _: AdminRequest<'_>) -> Result<Principal, authorization::Error> {
        Principal::new("alice", Role::Admin, Some(self.0.clone()))
    }
}

struct Doors {
    admin: ManagementService,
    public: RegistrationService,
}

impl Doors {
    fn new(repository: impl RegistrationRepository + Clone) -> Outcome<Self> {
        let tenant = TenantId::parse("acme").ok_or("not a tenant")?;
        let manager = ClientManager::builder(repository.clone()).build()?;
        let hour = Duration::from_secs(60 * 60);
        let limits = RegistrationLimits::new()
            .with_tenant_budget(u32::MAX, hour)
            .with_max_clients(u32::MAX);
        let endpoint = "https://id.example.com/oauth/register";
        let registrar = Registrar::builder(manager.clone(), repository, endpoint)
            .with_tenant(tenant.clone())
            .with_mode(RegistrationMode::Open)
            .with_limits(limits)
            .build()?;
        Ok(Self {
            admin: ManagementService::new(Handlers::new(manager, Anyone(tenant))),
            public: RegistrationService::new(registrar),
        })
    }

    async fn create(&self) -> Outcome {
        let request = post("/admin/oauth/clients", &created())?;
        check(self.admin.clone().oneshot(request).await?.status())
    }

    async fn register(&self) -> Outcome {
        let request = post("/oauth/register", &registered())?;
        check(self.public.clone().oneshot(request).await?.status())
    }
}

/// What an administrator sends.
fn created() -> Value {
    json!({
        "name": "Visual Studio Code",
        "redirect_uris": ["http://127.0.0.1:33418/", "https://vscode.dev/redirect"],
        "grant_types": ["authorization_code", "refresh_token"],
        "is_confidential": false,
    })
}

/// What the same client sends itself.
fn registered() -> Value {
    json!({
        "client_name": "Visual Studio Code",
        "redirect_uris": ["http://127.0.0.1:33418/", "https://vscode.dev/redirect"],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
        "application_type": "native",
    })
}

fn post(path: &str, body: &Value) -> Outcome<Request<Full<Bytes>>> {
    let request = Request::post(path).header("content-type", "application/json");
    Ok(request.body(Full::from(body.to_string()))?)
}

fn check(status: StatusCode) -> Outcome {
    match status {
        StatusCode::CREATED => Ok(()),
        status => Err(format!("not created: {status}").into()),
    }
}

pub fn run(quick: bool) -> Outcome {
    let runtime = Runtime::new()?;
    let doors = Doors::new(MemoryRepository::new())?;
    race("a new public client, in memory", &runtime, &doors, quick)?;

    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let doors = runtime.block_on(async {
        let repository = SqliteRepository::open(folder.path().join("clients.db")).await?;
        repository.migrate().await?;
        Doors::new(repository)
    })?;
    race("a new public client, SQLite", &runtime, &doors, quick)?;

    let Some(server) = std::env::var("TEST_POSTGRES_URL").ok() else {
        println!("TEST_POSTGRES_URL is not set: PostgreSQL is skipped\n");
        return Ok(());
    };
    let schema = format!("bench_{}", std::process::id());
    runtime.block_on(execute(&server, &format!("CREATE SCHEMA {schema}")))?;
    let doors = runtime.block_on(async {
        let mut url = url::Url::parse(&server)?;
        let option = format!("-c search_path={schema}");
        url.query_pairs_mut().append_pair("options", &option);
        // `%20`, since the driver does not decode a plus sign as a space.
        let repository = PostgresRepository::connect(&url.as_str().replace('+', "%20")).await?;
        repository.migrate().await?;
        Doors::new(repository)
    })?;
    let outcome = race("a new public client, PostgreSQL", &runtime, &doors, quick);
    drop(doors);
    runtime.block_on(execute(&server, &format!("DROP SCHEMA {schema} CASCADE")))?;
    outcome
}

async fn execute(server: &str, statement: &str) -> Outcome {
    let (client, connection) = tokio_postgres::connect(server, NoTls).await?;
    let connection = tokio::spawn(connection);
    client.batch_execute(statement).await?;
    drop(client);
    Ok(connection.await??)
}

fn race(title: &str, runtime: &Runtime, doors: &Doors, quick: bool) -> Outcome {
    let operations = if quick { 5 } else { 200 };
    let mut race = Race::new(operations);
    race.enter("created by an administrator", || {
        runtime.block_on(async {
            for _ in 0..operations {
                doors.create().await?;
            }
            Ok(())
        })
    });
    race.enter("registered by itself", || {
        runtime.block_on(async {
            for _ in 0..operations {
                doors.register().await?;
            }
            Ok(())
        })
    });
    race.run(title, if quick { 1 } else { 31 })?;
    Ok(())
}
