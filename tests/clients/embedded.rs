//! The example as a library: with a clock that the test moves, and with the test's own network.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use mcp_host::{Host, Issuer, Settings};
use rcgen::Issuer as Signer;
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use serde_json::json;
use support::TestClock;
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_rustls::TlsConnector;
use tower_oauth_clients::domain::TenantId;
use tower_oauth_clients::outbound::{Error, ErrorKind, Fetch, FetchRequest};
use tower_oauth_clients::registration::{BoxError, Reaped, Reaper, RegistrationMode};
use url::Url;

use crate::host::Site;

const SECRET: &[u8] = b"a key of a test, and nothing else";

/// A running host, in a runtime of its own.
pub struct Embedded {
    pub site: Site,
    pub clock: TestClock,
    reaper: Mutex<Reaper>,
    pub runtime: Runtime,
    _folder: TempDir,
}

impl Embedded {
    /// Starts a host that fetches from this network.
    pub fn start(network: &Network) -> Self {
        let folder = TempDir::new().unwrap();
        let runtime = Runtime::new().unwrap();
        let clock = TestClock::new();
        let database = folder.path().join("clients.db");
        let settings = Settings {
            address: "127.0.0.1:0".into(),
            database: database.to_str().unwrap().to_owned(),
            admin_secret: SECRET.into(),
            tenant: TenantId::parse("demo").unwrap(),
            registration: RegistrationMode::Open,
            issuer: None,
            origins: Vec::new(),
        };
        let (address, reaper) = runtime.block_on(async {
            let listener = TcpListener::bind(&settings.address).await.unwrap();
            let address = listener.local_addr().unwrap();
            let issuer = Issuer::parse(&format!("http://{address}")).unwrap();
            let host = Host::build(&settings, issuer, network.clone(), clock.clone());
            let host = host.await.unwrap();
            let app = host
                .router
                .into_make_service_with_connect_info::<SocketAddr>();
            tokio::spawn(axum::serve(listener, app).into_future());
            (address, host.reaper)
        });
        Self {
            site: Site {
                address,
                token: admin_token(),
            },
            clock,
            reaper: Mutex::new(reaper),
            runtime,
            _folder: folder,
        }
    }

    /// Has the reaper look at all clients.
    pub fn reap(&self) -> Reaped {
        let mut reaper = self.reaper.lock().unwrap();
        self.runtime.block_on(reaper.step()).unwrap()
    }

    pub fn wait(&self, time: Duration) {
        self.clock.advance(time);
    }
}

fn admin_token() -> String {
    let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
    let claims =
        json!({"sub": "bob", "tenant_id": "demo", "role": "admin", "exp": 9_999_999_999_u64});
    let key = EncodingKey::from_secret(SECRET);
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).unwrap()
}

/// The internet of a test: names with servers on the loopback, whose certificates are real. It
/// stands in for the fetcher, which would refuse to connect there.
#[derive(Clone)]
pub struct Network(Arc<Inner>);

struct Inner {
    signer: Signer<'static, KeyPair>,
    roots: RootCertStore,
    names: Mutex<HashMap<String, SocketAddr>>,
}

impl Network {
    pub fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let authority = params.self_signed(&key).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(authority.der().clone()).unwrap();
        Self(Arc::new(Inner {
            signer: Signer::new(params, key),
            roots,
            names: Mutex::default(),
        }))
    }

    /// The configuration of a server with this name.
    pub fn server(&self, name: &str) -> rustls::ServerConfig {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.0.signer).unwrap();
        let key = rustls::pki_types::PrivatePkcs8KeyDer::from(key.serialize_der());
        rustls::ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key.into())
            .unwrap()
    }

    /// Has a name resolve to an address.
    pub fn set(&self, name: &str, address: SocketAddr) {
        self.0
            .names
            .lock()
            .unwrap()
            .insert(name.to_owned(), address);
    }

    /// Takes a name out of the DNS.
    pub fn unset(&self, name: &str) {
        self.0.names.lock().unwrap().remove(name);
    }

    async fn fetch(&self, request: &FetchRequest<'_>) -> Result<Response<Bytes>, BoxError> {
        let url = Url::parse(request.url)?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let address = self.0.names.lock().unwrap().get(&host).copied();
        let address = address.ok_or("no such name")?;
        let stream = TcpStream::connect(address).await?;
        let config = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()?
            .with_root_certificates(self.0.roots.clone())
            .with_no_client_auth();
        let name = ServerName::try_from(host.clone())?;
        let stream = TlsConnector::from(Arc::new(config))
            .connect(name, stream)
            .await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let mut asked = Request::get(url.path())
            .header("host", host)
            .header("accept", request.accept);
        if let Some(etag) = request.etag {
            asked = asked.header("if-none-match", etag);
        }
        let asked = asked.body(Empty::<Bytes>::new())?;
        let (head, body) = sender.send_request(asked).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        Ok(Response::from_parts(head, body))
    }
}

impl Fetch for Network {
    async fn get(&self, request: &FetchRequest<'_>) -> Result<Response<Bytes>, Error> {
        let fetched = self.fetch(request).await;
        fetched.map_err(|error| Error::new(ErrorKind::Unavailable).with_source(error))
    }
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}
