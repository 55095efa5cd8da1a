use super::samples::{at, client, client_id, entry, filled, id, secret, tenant};
use super::subject::{Subject, fields};
use crate::domain::{Action, AuthMethod, ClientStatus, FapiProfile, GrantType, Page, SecretStatus};
use crate::repository::{ClientRepository, NewClient, Origin, Secrets, Write};

const HOSTILE: [&str; 16] = [
    "'); DROP TABLE oauth_clients; --",
    "\"quoted\" `ticks` $1 ?1 :name @name",
    "100%_!\\",
    "trailing blanks  ",
    "  leading blanks",
    "a\ttab, a\nnew line and a\r\nreturn",
    "👩‍👩‍👧 💥 𝒳",
    "e\u{301} is not \u{e9}",
    "مثال ‏עברית",
    "\u{feff}marked",
    "\u{7f}\u{1}\u{1f}",
    "{\"json\": [1, null]}",
    "\\u0041 \\x41 &amp; %41",
    "ﬀ İ ẞ ſ",
    "",
    " ",
];

/// Any text in any field is kept, by creation and by update.
pub async fn texts_are_kept_byte_for_byte(repository: impl ClientRepository) {
    let mut subject = Subject::new(repository);
    for (second, text) in (1..).map(|n| n * 10).zip(HOSTILE) {
        if let Some(hostile) = crate::domain::TenantId::parse(text) {
            subject.tenant = hostile;
        }
        let owned = || text.to_owned();
        let mut stored = client(&subject.tenant, second);
        stored.metadata = filled(|_| owned());
        let mut first = secret(second);
        first.description = Some(owned());
        first.last_four = text.chars().take(4).collect();
        stored.secret_last_four = Some(first.last_four.clone());
        let mut audit = entry(
            &subject.tenant,
            &stored.client_id,
            Action::ClientCreate,
            second,
        );
        audit.message = owned();
        audit.operator_id = owned();
        audit.operator_type = owned();
        let (new, write) = (NewClient::new(stored.clone()), Write::new(audit.clone()));
        let new = new.with_secret(first.clone());
        let created = subject.repository.create(&subject.tenant, &new, &write);
        created.await.expect("a client is stored");

        let (_, read, secrets, trail) = subject.see(&stored.client_id).await;
        assert_eq!(read.as_ref(), Some(&stored));
        assert_eq!(secrets, [fields(&first)]);
        assert_eq!(trail, [audit]);
        let updated = subject.update(&stored, Secrets::Keep, second + 1).await;
        assert_eq!(updated.expect("updated").metadata, stored.metadata);
        let page = Page::Number { number: 1, size: 1 };
        let listed = subject.list(&Default::default(), page).await.items;
        assert!(listed.iter().all(|c| c.metadata == stored.metadata));
    }
}

/// A newer version of this crate may store words that this one does not know, and a host with this
/// version may read them.
pub async fn words_of_tomorrow_are_kept(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let mut stored = client(&subject.tenant, 1);
    let grant = GrantType::stored("urn:example:grant").expect("a word");
    let method = AuthMethod::stored("dpop").expect("a word");
    stored.metadata.grant_types = vec![GrantType::AuthorizationCode, grant, GrantType::Ciba];
    stored.metadata.client_auth_methods = vec![method, AuthMethod::PrivateKeyJwt];
    stored.metadata.fapi_profile = FapiProfile::stored("fapi3");
    stored.status = ClientStatus::stored("quarantined").expect("a word");
    let mut first = secret(1);
    first.status = SecretStatus::stored("escrowed").expect("a word");
    let origin = Origin::Import(vec![first.clone()]);
    let mut audit = entry(&subject.tenant, &stored.client_id, Action::ClientCreate, 1);
    audit.action = Action::stored("client.quarantine").expect("a word");
    let (new, write) = (NewClient::new(stored.clone()), Write::new(audit.clone()));
    let new = new.with_origin(origin);
    let created = subject.repository.create(&subject.tenant, &new, &write);
    created.await.expect("a client is stored");

    let (_, read, secrets, trail) = subject.see(&stored.client_id).await;
    assert_eq!(read.as_ref(), Some(&stored));
    assert_eq!(secrets, [fields(&first)]);
    assert_eq!(trail, [audit]);
    let page = Page::Number { number: 1, size: 9 };
    let listed = subject.list(&Default::default(), page).await.items;
    assert_eq!(listed, [stored.clone()]);
    let mut renamed = stored;
    renamed.metadata.name = "Renamed".into();
    let updated = subject.update(&renamed, Secrets::Keep, 2).await;
    let updated = updated.expect("updated");
    assert_eq!(updated.metadata, renamed.metadata);
    let read = subject.get(&renamed.client_id).await.expect("the client");
    assert_eq!(
        (&read.metadata, read.status),
        (&renamed.metadata, renamed.status)
    );
}

/// Ids that differ only in case or in a suffix are different.
pub async fn ids_compare_byte_for_byte(repository: impl ClientRepository) {
    let mut subject = Subject::new(repository);
    let names = [
        "app-a", "App-a", "app-A", "app-a.", "app-a%", "app-_", "app-a'",
    ];
    let tenants = ["acme", "ACME", "acmé", "acme\u{301}", "acme%"];
    let mut stored = Vec::new();
    for (tenth, tenant_id) in (1..).zip(tenants) {
        subject.tenant = tenant(tenant_id);
        for (second, name) in (1..).zip(names) {
            let mut client = client(&subject.tenant, tenth * 10 + second);
            // Unique across tenants.
            client.client_id = client_id(&format!("{name}{tenth}"));
            let done = subject.store(&client, None, &Origin::Draft, 100).await;
            done.expect("a client is stored");
            stored.push(client);
        }
    }
    for client in &stored {
        subject.tenant = client.tenant_id.clone();
        let read = subject.get(&client.client_id).await;
        assert_eq!(read.ok().as_ref(), Some(client));
        let page = Page::Number { number: 1, size: 1 };
        let total = subject.list(&Default::default(), page).await.total;
        assert_eq!(total, Some(names.len() as u64));
    }
    let far = Page::After {
        id: Some(id(200)),
        size: 100,
    };
    let all = subject.list(&Default::default(), far).await.items;
    assert_eq!(all.len(), names.len());
    assert!(all.iter().all(|client| client.created_at < at(200)));
}
