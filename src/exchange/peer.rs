use std::net::IpAddr;

/// The caller's address, as an extension of the request.
///
/// Insert it if the host knows better than the connection, such as behind a trusted proxy.
/// Otherwise the axum adapter uses the connection's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerIp(pub IpAddr);
