//! An MCP server and its authorization server on one port, with SQLite.
//!
//! ```sh
//! cargo run -p mcp_host
//! ```
//!
//! Nobody logs in: everyone who opens the consent page is the user `demo`. Tokens are in memory, so
//! a restart ends them; clients are in the database. A real host has a login and a table of tokens,
//! and limits how often one address opens the consent page: here only the fetcher bounds what that
//! costs. It also limits how many connections there are and how long a request may take. Behind a
//! proxy, which all requests come from here, it gives each request the `PeerIp` that the proxy
//! names: budgets are for each address.
//!
//! | Variable | Meaning | Default |
//! |---|---|---|
//! | `ADDR` | address to listen on | `127.0.0.1:3000` |
//! | `ISSUER` | issuer identifier: the URL that clients reach it by, without a path | `http://` and `ADDR` |
//! | `DATABASE_URL` | database of the clients | `sqlite://mcp_host.db` |
//! | `TENANT` | tenant of the clients | `demo` |
//! | `REGISTRATION` | who may register: `open`, `protected` (who has an initial access token), `approval` (anyone, then an administrator approves) or `off`; metadata documents are accepted if it is `open` | `open` |
//! | `ALLOWED_ORIGINS` | web pages that may call the MCP server, such as `https://app.example.com`, apart by commas; those of this device always may | none |
//! | `ADMIN_JWT_SECRET` | HS256 key of the admin tokens, at least 32 bytes | random at each start |
//! | `RUST_LOG` | filter of the log on stderr | `info` |
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod commands;
#[path = "../../shared/serve.rs"]
mod serve;
#[path = "../../shared/stop.rs"]
mod stop;

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use mcp_host::{Host, Settings, tell};
use serde_json::json;
use tokio::net::TcpListener;
use tower_oauth_clients::domain::{Clock, SystemClock};
use tower_oauth_clients::outbound::Fetcher;
use tracing_subscriber::EnvFilter;

use crate::serve::serve;
use crate::stop::Stop;

/// The pause between two searches for clients that nobody uses.
const AN_HOUR: Duration = Duration::from_secs(60 * 60);

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into()))
        .with_writer(std::io::stderr)
        .init();
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{}", tell(&*problem));
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    // Signs the demo token below. A build may contain both backends of jsonwebtoken, so a host must
    // choose one; an error would mean that one is already installed.
    let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();

    let settings = Settings::from_env()?;
    let listener = TcpListener::bind(&settings.address)
        .await
        .map_err(|error| {
            let wanted = &settings.address;
            format!("Cannot listen on {wanted}: {error}.\nSet ADDR to a free address.")
        })?;
    let address = listener.local_addr()?;
    let issuer = settings.issuer(address);

    let fetcher = Fetcher::builder().build()?;
    let host = Host::build(&settings, issuer.clone(), fetcher, SystemClock).await?;
    tokio::spawn(host.reaper.run(AN_HOUR));
    let stop = Stop::listen()?;
    let mode = &settings.registration;
    let commands = commands::commands(&issuer, &demo_token(&settings)?, mode);
    println!("Listening on http://{address}\n\n{commands}");
    Ok(serve(listener, host.router, stop).await?)
}

/// A token of an administrator of the tenant, valid for an hour.
fn demo_token(settings: &Settings) -> jsonwebtoken::errors::Result<String> {
    let claims = json!({
        "sub": "demo-admin",
        "tenant_id": settings.tenant.as_str(),
        "role": "admin",
        "exp": (SystemClock.now() + AN_HOUR).as_seconds(),
    });
    let header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
    let key = jsonwebtoken::EncodingKey::from_secret(&settings.admin_secret);
    jsonwebtoken::encode(&header, &claims, &key)
}
