//! Documents that are noted and blocked, on a real server.

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::time::timeout;

use super::*;
use crate::documents::{ErrorKind, Pin, ResolvedFrom};
use crate::domain::{
    ClientEvent, ClientEventKind, ClientEvents, Clock, DocumentBlockOptions, Operator, Role,
};

fn operator() -> Operator {
    Operator::new("alice", Role::Admin, tenant("acme"))
}

#[tokio::test]
async fn a_block_beats_copies_and_pins_and_nothing_is_fetched() {
    let failing = Answer::of(503, &[], "");
    let stage = Stage::with(vec![served(&document(URL)), failing]).await;
    let (builder, route) = stage.builder(Domains::none().with_allowed([HOST]));
    let pinned = document(URL).to_string();
    let builder = builder.with_pinned_document(URL, pinned, Pin::Fallback);
    let resolver = builder.build().unwrap();
    let authenticator = stage.authenticator(&resolver);
    resolve(&resolver, URL).await.unwrap();
    let options = DocumentBlockOptions::of_domain("example.net");
    let block = resolver.block_documents(&operator(), options).await;
    let block = block.unwrap();
    // A fresh copy, and one that is not fresh any more.
    for _ in 0..2 {
        let refused = resolve(&resolver, URL).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Untrusted);
        let refused = alone(&authenticator, URL).await.unwrap_err();
        assert_eq!(refused.code(), "invalid_client");
        stage.clock.pass(seconds(900));
    }
    assert_eq!((route.dialled().len(), stage.names.asked().len()), (1, 1));
    let removed = resolver.unblock_documents(&operator(), block.id).await;
    removed.unwrap();
    let resolved = resolve(&resolver, URL).await.unwrap();
    assert_eq!(resolved.from, ResolvedFrom::OlderCopy);
    assert_eq!(route.dialled().len(), 2);
}

struct Told(UnboundedSender<ClientEvent>);

impl ClientEvents for Told {
    fn on_event(&self, event: &ClientEvent) {
        self.0.send(event.clone()).unwrap();
    }
}

#[tokio::test]
async fn a_document_that_the_publisher_changes_is_told() {
    let mut changed = document(URL);
    changed["client_name"] = "Other".into();
    let stage = Stage::with(vec![served(&document(URL)), served(&changed)]).await;
    let (builder, _) = stage.builder(Domains::all());
    let (sender, mut told) = unbounded_channel();
    let resolver = builder.with_events(Told(sender)).build().unwrap();
    let first = resolve(&resolver, URL).await.unwrap().client;
    stage.clock.pass(seconds(300));
    let second = resolve(&resolver, URL).await.unwrap().client;
    let event = timeout(seconds(30), told.recv()).await.unwrap().unwrap();
    let [from, to] = [&first, &second].map(|client| client.metadata.hash());
    assert_eq!(event.kind, ClientEventKind::MetadataChanged { from, to });
    assert_eq!((event.id, &event.client_id), (first.id, &first.client_id));
    assert_eq!((event.at, event.operator), (stage.clock.now(), None));
    let listed = resolver.documents(&operator(), Some(HOST), 1, 10).await;
    let listed = listed.unwrap().items;
    let [listed] = &listed[..] else {
        panic!("{listed:?}")
    };
    assert_eq!(listed.document.client_name, "Other");
    assert_eq!(listed.document.changed_at, Some(event.at));
    assert!(!listed.is_blocked);
}
