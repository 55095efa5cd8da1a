use std::sync::Arc;

use tokio_rustls::rustls::client::{ResolvesClientCert, Resumption};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{ClientConfig, SignatureScheme};

use crate::error::BuildError;

/// The configuration of the host, or the default one, without what we don't need.
///
/// # Errors
///
/// If there is no configuration and no default.
pub(super) fn config(given: Option<Arc<ClientConfig>>) -> Result<Arc<ClientConfig>, BuildError> {
    let mut config = match given {
        Some(given) => ClientConfig::clone(&given),
        None => default()?,
    };
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.enable_sni = true;
    config.enable_early_data = false;
    // Each connection is a new one, and no server recognizes us by a ticket.
    config.resumption = Resumption::disabled();
    // Nor by a certificate of the host's, which may open doors.
    config.client_auth_cert_resolver = Arc::new(NoCertificate);
    Ok(Arc::new(config))
}

/// No server learns who we are.
#[derive(Debug)]
struct NoCertificate;

impl ResolvesClientCert for NoCertificate {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        None
    }

    fn has_certs(&self) -> bool {
        false
    }
}

/// Mozilla's certificates, and aws-lc: by name, since a process may have several providers.
#[cfg(feature = "aws-lc-rs")]
fn default() -> Result<ClientConfig, BuildError> {
    use tokio_rustls::rustls::RootCertStore;
    use tokio_rustls::rustls::crypto::aws_lc_rs;

    let roots: RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let builder = builder.with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| {
        BuildError::setting("the TLS configuration can't be built").with_source(error)
    })?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

#[cfg(not(feature = "aws-lc-rs"))]
fn default() -> Result<ClientConfig, BuildError> {
    Err(BuildError::setting(
        "a fetcher needs a TLS configuration, unless the feature aws-lc-rs is on",
    ))
}

#[cfg(all(test, feature = "aws-lc-rs"))]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Own;

    impl ResolvesClientCert for Own {
        fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
            None
        }

        fn has_certs(&self) -> bool {
            true
        }
    }

    #[test]
    fn the_certificate_of_the_host_is_not_sent() {
        let mut given = default().unwrap();
        given.client_auth_cert_resolver = Arc::new(Own);
        let config = config(Some(Arc::new(given))).unwrap();
        assert!(!config.client_auth_cert_resolver.has_certs());
    }
}
