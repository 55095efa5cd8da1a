//! What those cost who are not authenticated, and whose client it is.

use std::net::IpAddr;

use super::*;
use crate::authentication::{ErrorKind, LocalLimiter};
use crate::domain::{
    Action, AuditEntry, AuthMethod, Client, ClientMetadata, Clock, Id, Operator, Role,
};
use crate::repository::{ClientRepository, NewClient};

fn limited(stage: &Stage, resolver: &ClientResolver) -> ClientAuthenticator {
    let limiter = LocalLimiter::builder().with_clock(stage.clock.clone());
    ClientAuthenticator::builder(stage.repository.clone())
        .with_client_source(resolver.in_tenant(tenant("acme")))
        .with_limiter(limiter.build().unwrap())
        .with_clock(stage.clock.clone())
        .build()
        .unwrap()
}

async fn from(
    authenticator: &ClientAuthenticator,
    url: &str,
    peer: IpAddr,
) -> Result<Authenticated, ErrorKind> {
    let client_id = ClientId::parse(url).unwrap();
    let presented = Presented::Nothing { client_id };
    let outcome = authenticator.authenticate_presented(presented, Some(peer));
    outcome.await.map_err(|error| error.kind())
}

#[tokio::test]
async fn an_address_that_makes_many_fetches_fail_is_stopped() {
    let stage = Stage::with(vec![Answer::of(503, &[], "")]).await;
    let (resolver, route) = stage.resolver();
    let authenticator = limited(&stage, &resolver);
    let peer = IpAddr::from([192, 0, 2, 1]);
    for number in 0..60 {
        let url = format!("https://{number}.example.net/m");
        let refused = from(&authenticator, &url, peer).await;
        assert_eq!(refused.err(), Some(ErrorKind::Unavailable), "{url}");
    }
    let tried = route.dialled().len();
    let limited = from(&authenticator, "https://60.example.net/m", peer).await;
    assert_eq!(limited.err(), Some(ErrorKind::TooManyFailures));
    assert_eq!(route.dialled().len(), tried);
}

#[tokio::test]
async fn a_client_whose_document_is_not_there_is_not_charged() {
    for (status, expected) in [
        (503, ErrorKind::Unavailable),
        (404, ErrorKind::InvalidClient),
    ] {
        let gone = Answer::of(status, &[], "");
        let stage = Stage::with(vec![gone, served(&document(URL))]).await;
        let (resolver, _) = stage.resolver();
        let authenticator = limited(&stage, &resolver);
        for last in 0..200 {
            let peer = IpAddr::from([192, 0, 2, last]);
            let refused = from(&authenticator, URL, peer).await.err();
            // While it pauses, that can't be told.
            let expected = if last == 0 {
                expected
            } else {
                ErrorKind::Unavailable
            };
            assert_eq!(refused, Some(expected));
        }
        stage.clock.pass(seconds(10));
        let peer = IpAddr::from([198, 51, 100, 1]);
        assert!(from(&authenticator, URL, peer).await.is_ok());
    }
}

#[tokio::test]
async fn the_stored_client_of_another_tenant_is_not_that_of_the_document() {
    let stage = Stage::with(vec![served(&document(URL))]).await;
    let (resolver, _) = stage.resolver();
    let (now, other) = (stage.clock.now(), tenant("other"));
    let mut metadata = ClientMetadata::new("Stored", ["https://stored.example/cb"]);
    metadata.client_auth_methods = vec![AuthMethod::None];
    metadata.is_confidential = false;
    let id = ClientId::parse(URL).unwrap();
    let client = Client::new(Id::generate(now), other.clone(), id.clone(), metadata, now);
    let operator = Operator::new("alice", Role::Admin, other.clone());
    let entry = AuditEntry::new(&operator, id, Action::ClientCreate, "test", now);
    let (new, write) = (NewClient::new(client), entry.into());
    stage.repository.create(&other, &new, &write).await.unwrap();

    let of = |name| {
        ClientAuthenticator::builder(stage.repository.clone())
            .with_client_source(std::sync::Arc::new(resolver.in_tenant(tenant(name))))
            .with_insecure_no_limiter()
            .with_clock(stage.clock.clone())
            .build()
            .unwrap()
    };
    for (name, expected) in [("acme", "Example"), ("other", "Stored")] {
        let client = alone(&of(name), URL).await.unwrap().client;
        assert_eq!(
            (client.tenant_id, &*client.metadata.name),
            (tenant(name), expected)
        );
    }
}
