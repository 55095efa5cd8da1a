use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tower_oauth_clients::domain::Clock;

/// How long a consent page may be left open.
const LIFETIME: Duration = Duration::from_secs(10 * 60);

/// Proofs that this server showed a consent page for a request, so that no other page can make up
/// the form. Nothing is stored, so strangers who open pages fill no memory.
///
/// A server with a login puts the session into the ticket.
pub(crate) struct Tickets {
    key: Hmac<Sha256>,
    clock: Arc<dyn Clock>,
}

impl Tickets {
    /// With a key that ends with the process.
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            key: Hmac::new(&rand::random::<[u8; 64]>().into()),
            clock,
        }
    }

    /// A ticket for the fields of a form.
    pub(crate) fn issue(&self, fields: &[(&str, &str)]) -> String {
        let ends = (self.clock.now() + LIFETIME).as_seconds();
        let proof = self.proof(ends, fields).finalize().into_bytes();
        format!("{ends}.{}", URL_SAFE_NO_PAD.encode(proof))
    }

    /// Whether this is a ticket for these fields that has not ended.
    pub(crate) fn is_good(&self, ticket: &str, fields: &[(&str, &str)]) -> bool {
        let Some((ends, proof)) = ticket.split_once('.') else {
            return false;
        };
        let (Ok(ends), Ok(proof)) = (ends.parse::<i64>(), URL_SAFE_NO_PAD.decode(proof)) else {
            return false;
        };
        // In constant time.
        self.proof(ends, fields).verify_slice(&proof).is_ok()
            && ends > self.clock.now().as_seconds()
    }

    /// Every part comes with its length, so that none passes for the end of another.
    fn proof(&self, ends: i64, fields: &[(&str, &str)]) -> Hmac<Sha256> {
        let mut proof = self.key.clone();
        proof.update(&ends.to_be_bytes());
        for part in fields.iter().flat_map(|(name, value)| [name, value]) {
            proof.update(&part.len().to_be_bytes());
            proof.update(part.as_bytes());
        }
        proof
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;
    use tower_oauth_clients::domain::Timestamp;

    #[derive(Default)]
    struct Hand(AtomicI64);

    impl Clock for Hand {
        fn now(&self) -> Timestamp {
            Timestamp::from_micros(self.0.load(Ordering::SeqCst) * 1_000_000)
        }
    }

    #[test]
    fn a_ticket_is_for_its_form_and_ten_minutes() {
        let clock = Arc::new(Hand::default());
        let tickets = Tickets::new(clock.clone());
        let fields = [("client_id", "app-1"), ("state", "x")];
        let ticket = tickets.issue(&fields);
        assert!(tickets.is_good(&ticket, &fields));
        assert!(!tickets.is_good(&ticket, &[("client_id", "app-1"), ("state", "y")]));
        assert!(!tickets.is_good(&ticket, &[("client_id", "app-1state"), ("", "x")]));
        assert!(!Tickets::new(clock.clone()).is_good(&ticket, &fields));
        for broken in ["", ".", "999999999.", &format!("9{ticket}"), &ticket[1..]] {
            assert!(!tickets.is_good(broken, &fields), "{broken}");
        }
        clock.0.store(600, Ordering::SeqCst);
        assert!(!tickets.is_good(&ticket, &fields));
    }
}
