use super::{Client, ClientOrigin};

/// Hosts for which any port matches: the two literals of RFC 8252 §7.3.
const LOOPBACK: &[&str] = &["http://127.0.0.1", "http://[::1]"];

/// The same for a client that described itself.
const LOOPBACK_OR_NAME: &[&str] = &["http://127.0.0.1", "http://[::1]", "http://localhost"];

impl Client {
    /// Whether an authorization request may use `presented` as its `redirect_uri` (RFC 6749
    /// §3.1.2.3): whether it equals a registered one, byte for byte (RFC 9700 §2.1).
    ///
    /// On `http://127.0.0.1` and `http://[::1]` any port, or none, matches, since a native app uses
    /// whatever port it gets (RFC 8252 §7.3); path and query must be equal. `http://localhost` is
    /// no exception: the device decides what the name resolves to (RFC 8252 §8.3), so the port must
    /// match, too. It is one for a client that registered itself ([`ClientOrigin::Dynamic`]) or
    /// publishes a metadata document ([`ClientOrigin::MetadataDocument`]): native apps register
    /// that name with the port of the day, and come back with another (RFC 9700 §2.1). A host never
    /// stands for another one, not even `127.0.0.1` for `localhost`.
    ///
    /// The status of the client is not checked.
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
    /// let draft = Draft::new("App", ["https://app.example.com/cb", "http://127.0.0.1/cb"]);
    /// let client = manager.create(&operator, draft).await?.client;
    ///
    /// assert!(client.allows_redirect_uri("https://app.example.com/cb"));
    /// assert!(!client.allows_redirect_uri("https://app.example.com/cb/"));
    /// assert!(client.allows_redirect_uri("http://127.0.0.1:51004/cb"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn allows_redirect_uri(&self, presented: &str) -> bool {
        allows(&self.metadata.redirect_uris, presented, self.port_free())
    }

    /// Whether a logout request may use `presented` as its `post_logout_redirect_uri` (OpenID
    /// Connect RP-Initiated Logout 1.0 §3): whether it is registered as one, compared as in
    /// [`allows_redirect_uri`](Self::allows_redirect_uri).
    ///
    /// The status of the client is not checked.
    pub fn allows_post_logout_redirect_uri(&self, presented: &str) -> bool {
        let registered = &self.metadata.post_logout_redirect_uris;
        allows(registered, presented, self.port_free())
    }

    /// The hosts for which any port matches.
    fn port_free(&self) -> &'static [&'static str] {
        match self.origin {
            ClientOrigin::Dynamic | ClientOrigin::MetadataDocument => LOOPBACK_OR_NAME,
            _ => LOOPBACK,
        }
    }
}

fn allows(registered: &[String], presented: &str, port_free: &[&'static str]) -> bool {
    let wanted = loopback(presented, port_free);
    let same = |uri| wanted.is_some() && loopback(uri, port_free) == wanted;
    let mut registered = registered.iter();
    registered.any(|uri| uri == presented || same(uri))
}

/// A loopback URI without its port: the host, and the rest.
fn loopback<'a>(uri: &'a str, port_free: &[&'static str]) -> Option<(&'static str, &'a str)> {
    port_free.iter().find_map(|host| {
        let rest = uri.strip_prefix(host)?;
        let rest = match rest.strip_prefix(':') {
            Some(rest) => {
                let end = rest.find(|c: char| !c.is_ascii_digit());
                let (port, rest) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
                is_port(port).then_some(rest)?
            }
            None => rest,
        };
        let ends = rest.is_empty() || rest.starts_with(['/', '?']);
        ends.then_some((*host, rest))
    })
}

/// A port from 1 to 65535 without leading zeros.
fn is_port(digits: &str) -> bool {
    !digits.starts_with('0') && digits.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::domain::{ClientId, ClientMetadata, Fields, Id, Input, Policy, TenantId, Timestamp};

    fn client(redirect_uris: &[&str]) -> Client {
        let metadata = ClientMetadata {
            redirect_uris: redirect_uris.iter().map(|uri| (*uri).to_owned()).collect(),
            ..metadata()
        };
        let now = Timestamp::from_micros(0);
        let client_id = ClientId::parse("app-1").unwrap();
        let tenant = TenantId::parse("acme").unwrap();
        Client::new(Id::generate(now), tenant, client_id, metadata, now)
    }

    fn metadata() -> ClientMetadata {
        let fields = Fields {
            name: Input::Value("App".into()),
            redirect_uris: Input::Value(vec![Some("https://app.example.com".into())]),
            ..Fields::default()
        };
        fields.validate(&Policy::default()).unwrap().0
    }

    #[test]
    fn compares_byte_for_byte() {
        let client = client(&["https://app.example.com/cb?x=1", "com.example.app:/cb"]);
        for good in ["https://app.example.com/cb?x=1", "com.example.app:/cb"] {
            assert!(client.allows_redirect_uri(good), "{good}");
        }
        for bad in [
            "",
            "https://app.example.com/cb",
            "https://app.example.com/cb?x=1&y",
            "https://app.example.com/cb?x=1#",
            "https://app.example.com:443/cb?x=1",
            "HTTPS://app.example.com/cb?x=1",
            "https://app.example.com/cb?X=1",
            " https://app.example.com/cb?x=1",
            "https://app.example.com/cb?x=1\0",
            "com.example.app://cb",
            "com.example.app:/CB",
        ] {
            assert!(!client.allows_redirect_uri(bad), "{bad}");
        }
    }

    #[test]
    fn what_a_host_listed_is_compared_byte_for_byte() {
        let registered = [
            "com.example.app://callback",
            "tauri://localhost",
            "http://dev.example.com:3000/cb",
            "http://app.localhost/cb",
        ];
        let client = client(&registered);
        for good in registered {
            assert!(client.allows_redirect_uri(good), "{good}");
        }
        for bad in [
            "com.example.app://callback/",
            "com.example.app://Callback",
            "com.example.app://callback:80",
            "com.example.app:/callback",
            "tauri://localhost/",
            "tauri://localhost:80",
            "tauri://127.0.0.1",
            "http://dev.example.com:3001/cb",
            "http://dev.example.com/cb",
            "http://app.localhost:3000/cb",
            "http://app.localhost:80/cb",
        ] {
            assert!(!client.allows_redirect_uri(bad), "{bad}");
        }
    }

    #[test]
    fn the_port_is_free_on_the_loopback_literals() {
        for (registered, good) in [
            ("http://127.0.0.1/cb", "http://127.0.0.1:1/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:65535/cb"),
            ("http://127.0.0.1:8080/cb", "http://127.0.0.1:51004/cb"),
            ("http://127.0.0.1:8080/cb", "http://127.0.0.1/cb"),
            ("http://127.0.0.1", "http://127.0.0.1:9"),
            ("http://127.0.0.1?x=1", "http://127.0.0.1:9?x=1"),
            ("http://[::1]:8080/cb?x=1", "http://[::1]:9/cb?x=1"),
            ("http://localhost:8080/cb", "http://localhost:8080/cb"),
        ] {
            assert!(client(&[registered]).allows_redirect_uri(good), "{good}");
        }
    }

    #[test]
    fn nothing_else_is_free() {
        let client = client(&[
            "http://127.0.0.1/cb",
            "http://[::1]/six",
            "http://localhost:8080/cb",
            "http://localhost/cb",
            "https://127.0.0.1/tls",
        ]);
        for bad in [
            "http://127.0.0.1:9",
            "http://127.0.0.1:9/",
            "http://127.0.0.1:9/cb/",
            "http://127.0.0.1:9/cb?x",
            "http://127.0.0.1:9/cb#x",
            "http://127.0.0.1:9/CB",
            "http://127.0.0.1:/cb",
            "http://127.0.0.1:0/cb",
            "http://127.0.0.1:080/cb",
            "http://127.0.0.1:65536/cb",
            "http://127.0.0.1:+9/cb",
            "http://127.0.0.1:٩/cb",
            "http://127.0.0.1:9:9/cb",
            "http://127.0.0.1:9@evil.test/cb",
            "http://127.0.0.1@evil.test/cb",
            "http://127.0.0.1:9\\@evil.test/cb",
            "http://127.0.0.1.evil.test/cb",
            "http://127.0.0.1evil.test/cb",
            "http://127.0.0.10/cb",
            "http://127.0.0.2:9/cb",
            "http://2130706433:9/cb",
            "http://[::1]:9/cb",
            "http://[::1]9/six",
            "http://[::1].evil.test/six",
            "http://[0:0:0:0:0:0:0:1]:9/six",
            "http://[::ffff:127.0.0.1]:9/cb",
            "http://localhost:9/cb",
            "http://localhost.evil.test/cb",
            "HTTP://127.0.0.1:9/cb",
            "https://127.0.0.1:9/cb",
            "https://127.0.0.1:9/tls",
            "http://127.0.0.1:9/tls",
        ] {
            assert!(!client.allows_redirect_uri(bad), "{bad}");
        }
    }

    #[test]
    fn the_port_is_free_on_localhost_for_who_registered_itself() {
        let registered = ["http://localhost:3118/callback", "http://127.0.0.1/one"];
        let mut client = client(&registered);
        client.origin = ClientOrigin::Dynamic;
        for good in [
            "http://localhost:53121/callback",
            "http://localhost/callback",
            "http://127.0.0.1:53121/one",
        ] {
            assert!(client.allows_redirect_uri(good), "{good}");
        }
        for bad in [
            "http://127.0.0.1:53121/callback",
            "http://[::1]:53121/callback",
            "http://localhost:53121/one",
            "http://localhost:53121/callback/",
            "http://localhost:0/callback",
            "http://localhost.evil.test/callback",
            "http://localhost:53121@evil.test/callback",
            "https://localhost:53121/callback",
            "http://LOCALHOST:53121/callback",
        ] {
            assert!(!client.allows_redirect_uri(bad), "{bad}");
        }
    }

    #[test]
    fn a_logout_returns_only_to_the_uris_for_it() {
        let mut client = client(&["https://app.example.com/cb", "http://[::1]/cb"]);
        client.metadata.post_logout_redirect_uris = vec![
            "https://app.example.com/bye".into(),
            "http://127.0.0.1/bye".into(),
            "http://localhost:8080/bye".into(),
        ];
        for good in ["https://app.example.com/bye", "http://127.0.0.1:51004/bye"] {
            assert!(client.allows_post_logout_redirect_uri(good), "{good}");
            assert!(!client.allows_redirect_uri(good), "{good}");
        }
        for bad in [
            "https://app.example.com/cb",
            "https://app.example.com/bye/",
            "http://[::1]/cb",
            "http://localhost:51004/bye",
        ] {
            assert!(!client.allows_post_logout_redirect_uri(bad), "{bad}");
        }
        client.origin = ClientOrigin::Dynamic;
        assert!(client.allows_post_logout_redirect_uri("http://localhost:51004/bye"));
    }

    /// Not even text that could never be registered.
    #[test]
    fn a_name_that_begins_like_a_literal_is_none() {
        let client = client(&["http://127.0.0.1.evil.test/cb"]);
        assert!(!client.allows_redirect_uri("http://127.0.0.1:9.evil.test/cb"));
    }

    #[derive(Deserialize)]
    struct Case {
        id: String,
        input: serde_json::Value,
        expect: serde_json::Value,
    }

    #[test]
    fn the_hostile_cases_are_decided_as_they_say() {
        let cases = include_str!("../../tests/data/hostile.json");
        let cases: Vec<Case> = serde_json::from_str(cases).unwrap();
        let mut count = 0;
        for case in cases.iter().filter(|case| case.id.starts_with("RM-")) {
            let registered = case.input["registered"].as_array().unwrap();
            let registered: Vec<_> = registered.iter().map(|uri| uri.as_str().unwrap()).collect();
            let requested = case.input["requested"].as_str().unwrap();
            let allowed = client(&registered).allows_redirect_uri(requested);
            assert_eq!(allowed, case.expect == 200, "{}", case.id);
            count += 1;
        }
        assert_eq!(count, 10);
    }
}
