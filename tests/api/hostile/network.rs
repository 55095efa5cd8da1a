//! No outbound connections, neither to a client's `jwks_uri` nor to a URL in a token.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, TcpListener, UdpSocket};
use std::time::Duration;

use http::Method;
use serde_json::json;
use tower_oauth_clients::domain::Policy;

use support::{App, CLIENTS, KEY, Store, claims, request, sign_with};

/// A non-loopback address of this machine: a `jwks_uri` may not be on a loopback address.
fn own_address() -> IpAddr {
    // Nothing is sent: this only asks the system which address it would send from.
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
    match socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)) {
        Ok(()) => socket.local_addr().unwrap().ip(),
        Err(_) => Ipv4Addr::LOCALHOST.into(),
    }
}

#[tokio::test]
async fn no_connection_is_made() {
    let address = own_address();
    let listener = TcpListener::bind((address, 0)).unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!(
        "https://{address}:{}/",
        listener.local_addr().unwrap().port()
    );
    // On a machine without such an address, only the token is tested.
    let is_private = matches!(address, IpAddr::V4(address) if address.is_private());
    let keys = if is_private {
        &url
    } else {
        "https://app.example.com/"
    };
    for store in Store::ALL {
        let policy = Policy::default().with_insecure_private_jwks_hosts();
        let app = App::with_policy(store, policy).await;
        let client = json!({
            "name": "n",
            "redirect_uris": ["https://app.example.com/cb"],
            "client_auth_methods": ["private_key_jwt"],
            "jwks_uri": keys,
        });
        let created = app.create(&client).await;
        let client_id = created["client_id"].as_str().unwrap();
        assert_eq!(
            app.update(client_id, &json!({"jwks_uri": keys}))
                .await
                .status,
            200
        );
        assert_eq!(app.clone_client(client_id).await.status, 201);
        for member in ["jku", "x5u"] {
            let header = json!({"alg": "HS256", member: url.as_str()});
            let forged = sign_with(&header, &claims("tenant_a"), b"a key that nobody trusts");
            let path = format!("{CLIENTS}/{client_id}");
            let refused = app.send(request(&forged, Method::GET, &path, None)).await;
            assert_eq!(refused.status, 401, "{member}");
            let good = sign_with(&header, &claims("tenant_a"), KEY);
            assert_eq!(
                app.send(request(&good, Method::GET, &path, None))
                    .await
                    .status,
                200
            );
        }
    }
    // Leave a spawned task the time to connect.
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
}
