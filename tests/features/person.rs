use std::net::IpAddr;

use serde_json::{Value, json};

use support::{KEY, claims, sign_with};

/// A person with a token.
#[derive(Clone, Debug)]
pub struct Person {
    pub tenant: Option<String>,
    pub header: Value,
    pub claims: Value,
    pub key: Vec<u8>,
    /// A replacement of the `Authorization` header.
    pub instead: Option<Option<String>>,
    pub ip: Option<IpAddr>,
}

impl Person {
    pub fn new(name: &str, role: &str, tenant: Option<String>) -> Self {
        let mut claims = claims("");
        claims["sub"] = name.to_lowercase().into();
        claims["role"] = role.into();
        claims["tenant_id"] = tenant.clone().into();
        Self {
            tenant,
            header: json!({"alg": "HS256", "typ": "JWT"}),
            claims,
            key: KEY.to_vec(),
            instead: None,
            ip: None,
        }
    }

    pub fn token(&self) -> String {
        let mut claims = self.claims.clone();
        claims
            .as_object_mut()
            .unwrap()
            .retain(|_, claim| !claim.is_null());
        sign_with(&self.header, &claims, &self.key)
    }

    pub fn credentials(&self) -> Option<String> {
        match &self.instead {
            Some(instead) => instead.clone(),
            None => Some(format!("Bearer {}", self.token())),
        }
    }
}
