use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Response};
use sha2::{Digest, Sha256};
use url::Url;

use super::method::choose;
use crate::domain::{ClientMetadata, Id, Input, MetadataHash, Policy};
use crate::error::Source;
use crate::jose::JwkSet;
use crate::jose::json;
use crate::registration::{Asked, Ceiling, Members, Rules, Settings};

/// Members with a shared secret, which a published document can't have (§4.1 of the draft).
const SECRETS: [&str; 2] = ["client_secret", "client_secret_expires_at"];

/// A valid metadata document, as far as it is used here.
#[derive(Debug, PartialEq)]
pub(super) struct Document {
    /// The id of its client: each process gives it the same one.
    pub(super) id: Id,
    pub(super) host: Box<str>,
    pub(super) metadata: ClientMetadata,
    pub(super) hash: MetadataHash,
}

/// What a document may ask for.
#[derive(Clone, Debug)]
pub(super) struct Offer {
    pub(super) settings: Settings,
    pub(super) ceiling: Ceiling,
    pub(super) policy: Policy,
    /// Whether a document must name its client (MCP).
    pub(super) requires_name: bool,
}

impl Offer {
    /// Reads the response to a request for a document.
    pub(super) fn read_response(
        &self,
        url: &str,
        response: &Response<Bytes>,
    ) -> Result<Document, Source> {
        if !is_json(response.headers()) {
            return Err("the media type must be application/json or application/<x>+json".into());
        }
        self.read(url, response.body())
    }

    /// Reads the document of the client with this URL.
    ///
    /// # Errors
    ///
    /// The member and the rule, without any value.
    pub(super) fn read(&self, url: &str, body: &[u8]) -> Result<Document, Source> {
        let text = std::str::from_utf8(body).map_err(|_| "the document must be UTF-8")?;
        let members = Members::parse(text);
        let mut members = members
            .map_err(|_| "the document must be one JSON object without duplicate members")?;
        // Byte for byte: nothing is normalized (§4.1).
        if !matches!(&members.client_id, Input::Value(id) if id == url) {
            return Err("client_id: must be the URL of the document".into());
        }
        if SECRETS
            .iter()
            .any(|name| json::written(text, name).is_some())
        {
            return Err("client_secret: must not be in a document".into());
        }
        if let Input::Value(jwks) = &members.jwks
            && JwkSet::may_be_private(jwks, self.policy.jwks)
        {
            return Err("jwks: must hold public keys only".into());
        }
        let has_keys = !members.jwks.is_absent() || !members.jwks_uri.is_absent();
        let (one, several) = (
            &members.token_endpoint_auth_method,
            &members.token_endpoint_auth_methods_supported,
        );
        let method = choose(one, several, has_keys, &self.ceiling.methods)?;
        members.token_endpoint_auth_method = Input::Value(method.as_str().to_owned());
        let host = Url::parse(url).ok();
        let host = host.as_ref().and_then(Url::host_str).unwrap_or_default();
        if members.client_name.is_absent() {
            if self.requires_name {
                return Err("client_name: must be there".into());
            }
            members.client_name = Input::Value(self.name_of(host));
        }
        let rules = Rules {
            settings: &self.settings,
            ceiling: &self.ceiling,
            policy: &self.policy,
        };
        let asked = Asked::read(members, rules, None)?;
        let (metadata, _) = asked.fields.validate(&self.policy)?;
        if metadata.redirect_uris.is_empty() {
            return Err("redirect_uris: must hold at least one".into());
        }
        Ok(Document {
            id: id_of(url),
            host: host.into(),
            hash: metadata.hash(),
            metadata,
        })
    }

    /// What a client is called that has no name.
    fn name_of(&self, host: &str) -> String {
        host.chars().take(self.policy.name_length).collect()
    }
}

fn id_of(url: &str) -> Id {
    let digest: [u8; 32] = Sha256::digest(url).into();
    let mut half = [0; 16];
    half.iter_mut()
        .zip(digest)
        .for_each(|(to, from)| *to = from);
    Id::from_hash(half)
}

/// Whether the one media type is JSON (§4.1, RFC 6839 §3.1).
fn is_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let (Some(first), None) = (types.next(), types.next()) else {
        return false;
    };
    let Ok(text) = first.to_str() else {
        return false;
    };
    let essence = text.split(';').next().unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    let Some(subtype) = essence.strip_prefix("application/") else {
        return false;
    };
    subtype == "json"
        || subtype
            .strip_suffix("+json")
            .is_some_and(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn the_media_type_is_json() {
        let is_json = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(CONTENT_TYPE, HeaderValue::from_static(value));
            }
            is_json(&headers)
        };
        for good in [
            "application/json",
            "Application/JSON ; charset=utf-8",
            "application/cimd+json",
            "application/client-metadata+json;charset=utf-8",
        ] {
            assert!(is_json(&[good]), "{good}");
        }
        for bad in [
            "text/html",
            "text/json",
            "application/javascript",
            "application/+json",
            "application/jsonp",
            "application/json, text/html",
            "",
        ] {
            assert!(!is_json(&[bad]), "{bad}");
        }
        assert!(!is_json(&[]));
        assert!(!is_json(&["application/json", "application/json"]));
    }

    #[test]
    fn an_id_is_that_of_the_url() {
        let id = id_of("https://a.example/m");
        assert_eq!(id, id_of("https://a.example/m"));
        assert_ne!(id, id_of("https://a.example/n"));
        assert_eq!(Id::parse(&id.to_string()), Some(id));
    }
}
