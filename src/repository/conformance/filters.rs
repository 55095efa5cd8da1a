use super::samples::{at, client, id, secret};
use super::subject::Subject;
use crate::domain::{AuthMethod, ClientId, ClientOrigin, GrantType, Page, SecretStatus};
use crate::repository::{ClientFilter, ClientRepository, Origin};

/// Filters by id, redirect URI, grant type, scope, auth method and kind: items of a list match as a
/// whole and in their case, and all criteria must be met.
pub async fn filters_by_what_a_client_has(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let lists: [(&[&str], &[&str], GrantType, AuthMethod); 4] = [
        (
            &["read", "read:all", "a,b"],
            &["https://a.example/cb", "https://a.example/cb2"],
            GrantType::AuthorizationCode,
            AuthMethod::ClientSecretBasic,
        ),
        (
            &["Read", ","],
            &["https://b.example/cb"],
            GrantType::ClientCredentials,
            AuthMethod::ClientSecretPost,
        ),
        (
            &["x,", ",y", "%", "_"],
            &["https://a.example/cb/"],
            GrantType::RefreshToken,
            AuthMethod::PrivateKeyJwt,
        ),
        (&[","], &[], GrantType::DeviceCode, AuthMethod::None),
    ];
    let mut stored = Vec::new();
    for (second, (scopes, uris, grant, method)) in (1..).zip(lists) {
        let mut client = client(&subject.tenant, second);
        let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
        client.metadata.scopes = texts(scopes);
        client.metadata.redirect_uris = texts(uris);
        client.metadata.grant_types = vec![grant];
        client.metadata.is_confidential = method != AuthMethod::None;
        client.metadata.client_auth_methods = vec![method];
        let done = subject.store(&client, None, &Origin::Draft, second).await;
        done.expect("a client is stored");
        stored.push(client);
    }
    let ids = |places: &[usize]| -> Vec<_> {
        let found = places.iter().filter_map(|place| stored.get(*place));
        found.map(|client| client.client_id.clone()).collect()
    };
    let own = |place: usize| stored.get(place).map(|client| client.id);
    let unknown = ClientId::parse("unknown").expect("a client id");
    let with = ClientFilter::new;
    let cases: [(ClientFilter, &[usize]); 25] = [
        (with(), &[3, 2, 1, 0]),
        (with().with_ids(own(2).into_iter().chain(own(0))), &[2, 0]),
        (with().with_ids([id(1)]), &[]),
        (with().with_ids(own(0)).with_client_ids(ids(&[1])), &[]),
        (with().with_client_ids(ids(&[0])), &[0]),
        (with().with_client_ids(ids(&[0, 2, 0])), &[2, 0]),
        (with().with_client_ids([unknown]), &[]),
        (
            with().with_client_ids(ids(&[0, 1])).with_scope("read"),
            &[0],
        ),
        (with().with_scope("read"), &[0]),
        (with().with_scope("Read"), &[1]),
        (with().with_scope("rea"), &[]),
        (with().with_scope("a,b"), &[0]),
        (with().with_scope(","), &[3, 1]),
        (with().with_scope("%"), &[2]),
        (with().with_scope("\",\""), &[]),
        (with().with_redirect_uri("https://a.example/cb"), &[0]),
        (with().with_redirect_uri("https://A.example/cb"), &[]),
        (with().with_redirect_uri("https://a.example/cb/"), &[2]),
        (with().with_grant_type(GrantType::ClientCredentials), &[1]),
        (with().with_grant_type(GrantType::TokenExchange), &[]),
        (with().with_client_auth_method(AuthMethod::None), &[3]),
        (
            with().with_client_auth_method(AuthMethod::PrivateKeyJwt),
            &[2],
        ),
        (with().with_is_confidential(false), &[3]),
        (with().with_is_confidential(true), &[2, 1, 0]),
        (
            with()
                .with_is_confidential(true)
                .with_scope(",")
                .with_name("client"),
            &[1],
        ),
    ];
    for (filter, expected) in cases {
        let number = subject
            .list(&filter, Page::Number { number: 1, size: 9 })
            .await;
        let found: Vec<_> = number
            .items
            .iter()
            .map(|client| client.client_id.clone())
            .collect();
        assert_eq!(found, ids(expected), "{filter:?}");
        assert_eq!(number.total, Some(expected.len() as u64), "{filter:?}");
        let keyset = subject
            .list(&filter, Page::After { id: None, size: 9 })
            .await;
        assert_eq!(keyset.items, number.items, "{filter:?}");
    }
}

/// The states of secrets, and when they expire.
type Secrets<'a> = &'a [(SecretStatus, Option<u64>)];

/// Filters by the host of a redirect URI, by how a client came to be, and by when an active secret
/// expires.
pub async fn filters_by_host_origin_and_expiry(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let lists: [(&[&str], ClientOrigin, Secrets<'_>); 4] = [
        (
            &["https://a.example", "com.example.app://b.example/cb"],
            ClientOrigin::Administrator,
            &[(SecretStatus::Active, Some(100))],
        ),
        (
            &[
                "https://c.example/cb?u=https://a.example/",
                "http://[::1]:80/cb",
            ],
            ClientOrigin::Import,
            &[
                (SecretStatus::Retired, Some(100)),
                (SecretStatus::Inactive, Some(100)),
                (SecretStatus::Active, None),
            ],
        ),
        (
            &["https://c.example", "https://a.example:8443/cb"],
            ClientOrigin::Import,
            &[
                (SecretStatus::Active, Some(200)),
                (SecretStatus::Active, None),
            ],
        ),
        (
            &["https://a.example.org/", "https://x.a.example/"],
            ClientOrigin::Administrator,
            &[],
        ),
    ];
    let mut stored = Vec::new();
    for (second, (uris, origin, secrets)) in (1..).zip(lists) {
        let mut client = client(&subject.tenant, second);
        client.metadata.redirect_uris = uris.iter().map(ToString::to_string).collect();
        client.origin = origin;
        let secrets = (0..).zip(secrets).map(|(index, (status, expires))| {
            let mut secret = secret(second * 10 + index);
            secret.status = status.clone();
            secret.expires_at = expires.map(at);
            secret
        });
        let origin = Origin::Import(secrets.collect());
        let done = subject.store(&client, None, &origin, second).await;
        done.expect("a client is stored");
        stored.push(client);
    }
    let with = ClientFilter::new;
    let expiring = |from, to| with().with_secret_expires(at(from)..=at(to));
    let cases: [(ClientFilter, &[usize]); 18] = [
        (with().with_redirect_host("a.example"), &[2, 0]),
        (with().with_redirect_host("b.example"), &[]),
        (with().with_redirect_host("c.example"), &[2, 1]),
        (with().with_redirect_host("[::1]"), &[1]),
        (with().with_redirect_host("example"), &[]),
        (with().with_redirect_host("A.example"), &[]),
        (with().with_redirect_host("%"), &[]),
        (with().with_redirect_host(""), &[]),
        (with().with_origin(ClientOrigin::Import), &[2, 1]),
        (with().with_origin(ClientOrigin::Administrator), &[3, 0]),
        (expiring(100, 100), &[0]),
        (expiring(0, 99), &[]),
        (expiring(101, 199), &[]),
        (expiring(50, 200), &[2, 0]),
        (expiring(200, 900), &[2]),
        (expiring(0, 900).with_redirect_host("c.example"), &[2]),
        (
            expiring(0, 900).with_origin(ClientOrigin::Administrator),
            &[0],
        ),
        (expiring(0, 900).with_name("none"), &[]),
    ];
    for (filter, expected) in cases {
        let expected: Vec<_> = expected
            .iter()
            .filter_map(|place| stored.get(*place))
            .collect();
        for page in [
            Page::Number { number: 1, size: 9 },
            Page::After { id: None, size: 9 },
        ] {
            let found = subject.list(&filter, page).await;
            assert_eq!(
                found.items.iter().collect::<Vec<_>>(),
                expected,
                "{filter:?}"
            );
            let total = found.total.unwrap_or(expected.len() as u64);
            assert_eq!(total, expected.len() as u64, "{filter:?}");
        }
    }
}
