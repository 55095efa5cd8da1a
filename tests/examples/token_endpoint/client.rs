//! A handwritten client of the server, and HTTP for the libraries.

use std::io;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use tokio::net::TcpStream;

use support::example::{Answer, Host, ask, send as send_text};

pub const CLIENTS: &str = "/api/v1/admin/oauth/clients";

const KEY: &[u8] = include_bytes!("../../data/keys/p256.pem");
const JWKS: &str = r#"{"keys":[{"kty":"EC","crv":"P-256","kid":"p256","alg":"ES256",
    "x":"Zl6aF56R5qRx5jZ-w23MgfqZA4Vc9DOjPrM2t5XmkSE",
    "y":"SUc3RLCufAIKeJDVQaW4JnhpN9sANueTj9oMpiBUWMs"}]}"#;
pub const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A registered client with every authentication method.
pub struct Client {
    pub id: String,
    pub secret: String,
}

impl Client {
    /// Registers a client with these changes.
    pub fn register(host: &Host, changes: &Value) -> Self {
        Self::register_as(host, &host.token, changes)
    }

    pub fn register_as(host: &Host, admin: &str, changes: &Value) -> Self {
        let mut draft = json!({
            "name": "My Service",
            "redirect_uris": ["https://app.example.com/callback"],
            "grant_types": ["client_credentials"],
            "scopes": ["orders.read", "orders.write"],
            "client_auth_methods": ["client_secret_basic", "client_secret_post", "private_key_jwt"],
            "jwks": JWKS,
        });
        let draft_members = draft.as_object_mut().unwrap();
        draft_members.extend(changes.as_object().unwrap().clone());
        let created = ask(host.address, "POST", CLIENTS, admin, &draft).unwrap();
        assert_eq!(created.status, 201, "{}", created.body);
        let secret = &created.json()["data"]["client_secret"];
        Self {
            id: created.data("client_id"),
            secret: secret.as_str().unwrap_or_default().to_owned(),
        }
    }

    /// Requests a token, with the secret in the body.
    pub fn token(&self, host: &Host, more: &[(&str, &str)]) -> Answer {
        let mut pairs = vec![("grant_type", "client_credentials")];
        pairs.extend(more);
        self.post(host, "/token", &pairs)
    }

    /// Posts a form, with the secret if there is one.
    pub fn post(&self, host: &Host, path: &str, pairs: &[(&str, &str)]) -> Answer {
        let mut pairs = [pairs, &[("client_id", &*self.id)]].concat();
        if !self.secret.is_empty() {
            pairs.push(("client_secret", &self.secret));
        }
        post(host, path, &pairs)
    }

    /// A valid assertion with these changes.
    pub fn assertion(&self, host: &Host, changes: &Value) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let mut claims = json!({
            "iss": self.id,
            "sub": self.id,
            "aud": issuer(host),
            "iat": now.as_secs(),
            "exp": now.as_secs() + 60,
            "jti": rand::random::<u128>().to_string(),
        });
        let members = claims.as_object_mut().unwrap();
        members.extend(changes.as_object().unwrap().clone());
        let header = Header {
            kid: Some("p256".into()),
            ..Header::new(Algorithm::ES256)
        };
        // The build may contain both backends.
        let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
        jsonwebtoken::encode(&header, &claims, &EncodingKey::from_ec_pem(KEY).unwrap()).unwrap()
    }

    /// Requests a token with an assertion.
    pub fn with_assertion(&self, host: &Host, assertion: &str) -> Answer {
        let pairs = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", JWT_BEARER),
            ("client_assertion", assertion),
        ];
        post(host, "/token", &pairs)
    }
}

pub fn issuer(host: &Host) -> String {
    format!("http://{}", host.address)
}

pub fn post(host: &Host, path: &str, pairs: &[(&str, &str)]) -> Answer {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    let form = form.extend_pairs(pairs).finish();
    let head = "Content-Type: application/x-www-form-urlencoded\r\n";
    send_text(host.address, "POST", path, head, &form).unwrap()
}

/// Sends one request on a new connection, with the interface that both libraries expect.
pub async fn send(request: Request<Vec<u8>>) -> io::Result<Response<Vec<u8>>> {
    let (mut head, body) = request.into_parts();
    let server = head.uri.authority().expect("an absolute URL").to_string();
    let path = head.uri.path_and_query().expect("a path").to_string();
    head.uri = path.parse().map_err(io::Error::other)?;
    let host = HeaderValue::from_str(&server).map_err(io::Error::other)?;
    head.headers.insert(header::HOST, host);

    let stream = TokioIo::new(TcpStream::connect(&server).await?);
    let (mut sender, connection) = http1::handshake(stream).await.map_err(io::Error::other)?;
    tokio::spawn(connection);
    let request = Request::from_parts(head, Full::<Bytes>::from(body));
    let response = sender.send_request(request).await;
    let (head, body) = response.map_err(io::Error::other)?.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?;
    Ok(Response::from_parts(head, body.to_bytes().into()))
}
