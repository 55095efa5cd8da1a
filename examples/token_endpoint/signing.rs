//! The server's own key, and the access tokens that it signs (RFC 9068).

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde_json::{Map, Value, json};
use tower_oauth_clients::domain::{Client, Clock, Id, SystemClock};

use crate::Server;

/// The lifetime of an access token.
pub(crate) const LIFETIME: Duration = Duration::from_secs(600);

const KEY_ID: &str = "1";

/// An ES256 key that lives as long as the process. A real server persists its keys.
pub(crate) struct SigningKey {
    private: EncodingKey,
    public: DecodingKey,
    jwk: Value,
}

impl SigningKey {
    pub(crate) fn generate() -> Result<Self, Box<dyn std::error::Error>> {
        let pair = rcgen::KeyPair::generate()?;
        // An uncompressed point of P-256: a tag byte and two coordinates.
        let point = pair.public_key_raw();
        let coordinates = point.get(1..).ok_or("not a point")?.split_at(32);
        let (x, y) = (
            URL_SAFE_NO_PAD.encode(coordinates.0),
            URL_SAFE_NO_PAD.encode(coordinates.1),
        );
        Ok(Self {
            private: EncodingKey::from_ec_der(&pair.serialize_der()),
            public: DecodingKey::from_ec_components(&x, &y)?,
            jwk: json!({"kty": "EC", "crv": "P-256", "x": x, "y": y, "use": "sig", "alg": "ES256",
                "kid": KEY_ID}),
        })
    }

    /// Issues an access token to a client for itself.
    pub(crate) fn issue(
        &self,
        issuer: &str,
        client: &Client,
        scope: &str,
    ) -> jsonwebtoken::errors::Result<String> {
        let now = SystemClock.now();
        let claims = json!({
            "iss": issuer,
            "aud": issuer,
            "sub": client.client_id.as_str(),
            "client_id": client.client_id.as_str(),
            "scope": scope,
            "iat": now.as_seconds(),
            "exp": (now + LIFETIME).as_seconds(),
            "jti": Id::generate(now).to_string(),
        });
        let header = Header {
            typ: Some("at+jwt".into()),
            kid: Some(KEY_ID.into()),
            ..Header::new(Algorithm::ES256)
        };
        jsonwebtoken::encode(&header, &claims, &self.private)
    }

    /// The claims of an access token of this server that is still valid.
    pub(crate) fn read(&self, issuer: &str, token: &str) -> Option<Map<String, Value>> {
        let mut rules = Validation::new(Algorithm::ES256);
        rules.set_issuer(&[issuer]);
        rules.set_audience(&[issuer]);
        rules.leeway = 0;
        let token = jsonwebtoken::decode(token, &self.public, &rules).ok()?;
        (token.header.typ.as_deref() == Some("at+jwt")).then_some(token.claims)
    }
}

/// The keys with which resource servers verify tokens (RFC 7517 §5).
pub(crate) async fn jwks(State(server): State<Server>) -> Json<Value> {
    Json(json!({"keys": [server.key.jwk]}))
}
