use sha2::{Digest, Sha256};
use url::{Host, Url};

use super::{Client, ClientMetadata, ClientOrigin, MetadataHash, Timestamp};

/// What a consent page should tell the user about a client, beside the scopes.
///
/// Show the host names first and the name as a claim ("calls itself ..."), unless it is
/// [vouched](Self::is_name_vouched) for: anyone can register any name (RFC 7591 §5). If the client
/// is [on loopback only](Self::is_loopback_only), warn: any program on the user's device may pass
/// for it. Never skip the page for a client that described itself, and ask again when
/// [`metadata_hash`](Self::metadata_hash) is another one than when the user agreed.
///
/// # Examples
///
/// ```
/// # use tower_oauth_clients::ClientManager;
/// # use tower_oauth_clients::domain::{Draft, Operator, Role, TenantId};
/// # use tower_oauth_clients::repository::MemoryRepository;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let manager = ClientManager::builder(MemoryRepository::new()).build()?;
/// # let operator = Operator::new("alice", Role::Admin, TenantId::parse("acme").ok_or("")?);
/// let draft = Draft::new("App", ["https://app.example.com/cb"]);
/// let client = manager.create(&operator, draft).await?.client;
///
/// let facts = client.facts("https://app.example.com/cb");
/// assert_eq!(facts.redirect_host.as_deref(), Some("app.example.com"));
/// assert!(facts.is_name_vouched && !facts.is_loopback_only);
/// # Ok(())
/// # }
/// ```
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientFacts {
    /// How the client came to be.
    pub origin: ClientOrigin,
    /// The host of its `client_id`, if that is the URL of its metadata document.
    pub client_id_host: Option<String>,
    /// The host that the user is sent to, unless the redirect URI has none.
    pub redirect_host: Option<String>,
    /// Whether the user is sent to a program on their own device, over http.
    pub is_redirect_loopback: bool,
    /// Whether all its redirect URIs are such.
    pub is_loopback_only: bool,
    /// The scheme of the redirect URI, if it is for private use: that of an app on the device.
    pub private_use_scheme: Option<String>,
    /// Its name.
    pub name: String,
    /// Whether an administrator entered the name.
    pub is_name_vouched: bool,
    /// When it was created, or its document was first seen by this process.
    pub registered_at: Timestamp,
    /// A hash of what the user agrees to: the name, the redirect URIs and the keys. SHA-256, in
    /// lower-case hexadecimal.
    pub metadata_hash: String,
}

impl Client {
    /// What a consent page should tell the user, who would be sent to `redirect_uri`. It is not
    /// checked: see [`allows_redirect_uri`](Self::allows_redirect_uri).
    pub fn facts(&self, redirect_uri: &str) -> ClientFacts {
        let is_document = self.origin == ClientOrigin::MetadataDocument;
        let redirect = Url::parse(redirect_uri).ok();
        let scheme = redirect.as_ref().map(Url::scheme);
        let private_use = scheme.filter(|scheme| !matches!(*scheme, "http" | "https"));
        let uris = &self.metadata.redirect_uris;
        ClientFacts {
            origin: self.origin.clone(),
            client_id_host: host(self.client_id.as_str()).filter(|_| is_document),
            redirect_host: host(redirect_uri),
            is_redirect_loopback: redirect.as_ref().is_some_and(is_loopback),
            is_loopback_only: !uris.is_empty()
                && uris
                    .iter()
                    .all(|uri| Url::parse(uri).is_ok_and(|url| is_loopback(&url))),
            private_use_scheme: private_use.map(str::to_owned),
            name: self.metadata.name.clone(),
            is_name_vouched: matches!(
                self.origin,
                ClientOrigin::Administrator | ClientOrigin::Import
            ),
            registered_at: self.created_at,
            metadata_hash: self.metadata.hash().to_string(),
        }
    }
}

fn host(uri: &str) -> Option<String> {
    let url = Url::parse(uri).ok()?;
    let host = url.host_str().filter(|host| !host.is_empty());
    host.map(str::to_owned)
}

fn is_loopback(url: &Url) -> bool {
    let on_device = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    on_device && url.scheme() == "http"
}

impl ClientMetadata {
    /// A digest of what a user agrees to. Every part comes with its length, so that none passes for
    /// the end of another.
    pub(crate) fn hash(&self) -> MetadataHash {
        let mut digest = Sha256::new();
        let mut add = |part: &str| {
            digest.update(part.len().to_be_bytes());
            digest.update(part);
        };
        add(&self.name);
        for keys in [&self.jwks, &self.jwks_uri] {
            add(keys.as_deref().unwrap_or_default());
        }
        let mut uris: Vec<_> = self.redirect_uris.iter().collect();
        uris.sort();
        for uri in uris {
            add(uri);
        }
        MetadataHash::new(digest.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ClientId, Id, TenantId};

    fn client(client_id: &str, uris: &[&str]) -> Client {
        let now = Timestamp::from_micros(0);
        let metadata = ClientMetadata::new("App", uris.iter().copied());
        Client::new(
            Id::generate(now),
            TenantId::parse("acme").unwrap(),
            ClientId::parse(client_id).unwrap(),
            metadata,
            now,
        )
    }

    #[test]
    fn hosts_come_from_the_redirect_and_the_document() {
        let uris = [
            "https://app.example.com/cb",
            "http://localhost/cb",
            "com.example.app:/cb",
        ];
        let mut client = client("https://docs.example.com/m.json", &uris);
        let facts = client.facts(uris[0]);
        assert_eq!(facts.client_id_host, None, "an administrator chose the id");
        assert!(facts.is_name_vouched);
        client.origin = ClientOrigin::MetadataDocument;
        let facts = client.facts(uris[0]);
        assert_eq!(facts.client_id_host.as_deref(), Some("docs.example.com"));
        assert_eq!(facts.redirect_host.as_deref(), Some("app.example.com"));
        assert!(!facts.is_name_vouched && !facts.is_redirect_loopback && !facts.is_loopback_only);
        let facts = client.facts("http://localhost:51004/cb");
        assert!(facts.is_redirect_loopback && !facts.is_loopback_only);
        let facts = client.facts("com.example.app:/cb");
        assert_eq!(facts.private_use_scheme.as_deref(), Some("com.example.app"));
        assert_eq!(facts.redirect_host, None);
    }

    #[test]
    fn a_client_on_the_device_alone_is_one_to_warn_of() {
        let alone = [
            "http://localhost/cb",
            "http://127.0.0.1/cb",
            "http://[::1]/cb",
        ];
        assert!(client("a", &alone).facts(alone[0]).is_loopback_only);
        assert!(
            !client("a", &["https://localhost/cb"])
                .facts("")
                .is_loopback_only
        );
        assert!(!client("a", &[]).facts("").is_loopback_only);
    }

    #[test]
    fn another_redirect_name_or_key_is_another_hash() {
        let hash = |client: &Client| client.facts("").metadata_hash;
        let one = client("a", &["https://a.example/cb", "https://b.example/cb"]);
        let same = client("b", &["https://b.example/cb", "https://a.example/cb"]);
        assert_eq!((hash(&one), hash(&one).len()), (hash(&same), 64));
        let mut changed = [one.clone(), one.clone(), one.clone(), one.clone()];
        changed[0].metadata.name.push('!');
        changed[1].metadata.redirect_uris.pop();
        changed[2].metadata.jwks = Some("{}".into());
        changed[3].metadata.jwks_uri = Some("{}".into());
        for (index, other) in changed.iter().enumerate() {
            for different in changed.iter().skip(index + 1).chain([&one]) {
                assert_ne!(hash(other), hash(different));
            }
        }
    }
}
