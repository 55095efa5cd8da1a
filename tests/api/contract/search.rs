//! Names whose search form (the folded name) was stored by an older version.

use http::Method;

use support::place::DIGITS;
use support::{App, CLIENTS, Store, base};

/// Names, and the folded forms that the older version stored.
const OLD: [(&str, &str); 4] = [
    ("\u{130}stanbul Portal", "i\u{307}stanbul portal"),
    ("Ame\u{301}lie", "ame\u{301}lie"),
    ("Cafe\u{301}", "cafe\u{301}"),
    ("Straße", "strasse"),
];

/// The names that a search finds, oldest first.
async fn found(app: &App, text: &str) -> Vec<String> {
    let text: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    let path = format!("{CLIENTS}?page_size=100&name={text}");
    let answer = app.call(Method::GET, &path, None).await;
    assert_eq!(answer.status, 200, "{:?}: {:?}", app.store, answer.body);
    let items = answer.json()["items"].as_array().unwrap().clone();
    let names = items
        .iter()
        .rev()
        .map(|item| item["name"].as_str().unwrap().to_owned());
    names.collect()
}

async fn named(app: &App, name: &str) -> String {
    let mut body = base();
    body["name"] = name.into();
    app.create(&body).await["client_id"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// Writes the name like a host of the older version.
async fn write_as_before(app: &App, client_id: &str, name: &str, folded: &str) {
    let update = format!(
        "UPDATE oauth_clients SET name = '{name}', name_folded = '{folded}' \
         WHERE client_id = '{client_id}'"
    );
    app.place.execute(&[&update]).await;
}

#[tokio::test]
async fn what_an_older_version_stored_is_found_after_the_next_migration() {
    for store in Store::DATABASES {
        let app = App::new(store).await;
        let mut ids = Vec::new();
        for (name, folded) in OLD {
            ids.push(named(&app, name).await);
            write_as_before(&app, ids.last().unwrap(), name, folded).await;
        }
        assert_eq!(found(&app, "istanbul").await, [""; 0], "{store:?}");
        let before = app.get(&ids[0]).await;
        for _ in 0..2 {
            assert_eq!(app.repository.migrate().await.unwrap(), 0, "{store:?}");
            for (text, name) in [
                ("istanbul", OLD[0].0),
                ("\u{130}STANBUL", OLD[0].0),
                ("am\u{e9}lie", OLD[1].0),
                ("caf\u{e9}", OLD[2].0),
                ("STRASSE", OLD[3].0),
            ] {
                assert_eq!(found(&app, text).await, [name], "{store:?}");
            }
            // The migration does not count as a change of the client.
            let after = app.get(&ids[0]).await;
            assert_eq!(after.header("etag"), before.header("etag"));
            assert_eq!(after.data(), before.data());
            // A host of the older version renames the clients after this one has folded them.
            write_as_before(&app, &ids[3], OLD[3].0, OLD[3].1).await;
            write_as_before(&app, &ids[2], OLD[2].0, OLD[2].1).await;
        }
    }
}

/// More than one batch, including deleted clients. Names in ASCII are left alone.
#[tokio::test]
async fn however_many_there_are() {
    const ZEROS: &str = "0000000000000000";
    for store in Store::DATABASES {
        let app = App::new(store).await;
        let pattern = named(&app, "Cafe\u{301}").await;
        let plain = named(&app, "Plain").await;
        let columns = "tenant_id, name, redirect_uris, scopes, grant_types, client_auth_methods, \
            is_confidential, status, version, clones, created_at, updated_at";
        let n = "a.d + 10 * b.d + 100 * c.d";
        let digits = match store {
            Store::Sqlite => format!("({n})"),
            _ => format!("CONCAT('', {n})"),
        };
        // 1,000 ids that differ in their last three digits, and from every random one.
        let id = match store {
            Store::Sqlite => format!("substr(id, 1, 10) || substr('{ZEROS}' || {digits}, -16)"),
            _ => format!("CONCAT(LEFT(id, 10), LPAD({digits}, 16, '0'))"),
        };
        let client_id = match store {
            Store::Sqlite => format!("'old-' || {digits}"),
            _ => format!("CONCAT('old-', {digits})"),
        };
        let insert = format!(
            "INSERT INTO oauth_clients (client_id, id, name_folded, deleted_at, {columns}) \
             SELECT {client_id}, {id}, 'cafe\u{301}', CASE WHEN a.d = 9 THEN 1 END, {columns} \
             FROM oauth_clients, {DIGITS} a, {DIGITS} b, {DIGITS} c \
             WHERE client_id = '{pattern}'"
        );
        app.place.execute(&[&insert]).await;
        let folded = "SELECT client_id FROM oauth_clients WHERE name_folded = 'Ⅱcaf\u{e9}'";
        assert_eq!(app.place.query(folded).await.len(), 1, "{store:?}");
        app.repository.migrate().await.unwrap();
        assert_eq!(app.place.query(folded).await.len(), 1_001, "{store:?}");
        let plain = format!("SELECT name_folded FROM oauth_clients WHERE client_id = '{plain}'");
        assert_eq!(app.place.query(&plain).await, [[Some(b"plain".to_vec())]]);
        assert_eq!(found(&app, "caf\u{e9}").await.len(), 100, "{store:?}");
    }
}

/// The mark of a folded name must not be found by searches.
#[tokio::test]
async fn what_marks_a_folded_name_is_no_part_of_it() {
    for app in App::each().await {
        named(&app, "Café").await;
        for text in ["Ⅱ", "ⅱ", "Ⅱcafé", "ii"] {
            assert_eq!(found(&app, text).await, [""; 0], "{:?}: {text}", app.store);
        }
        named(&app, "Teil Ⅱ").await;
        assert_eq!(found(&app, "ⅱ").await, ["Teil Ⅱ"], "{:?}", app.store);
    }
}
