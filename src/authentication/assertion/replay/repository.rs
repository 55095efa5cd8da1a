//! The repositories over databases remember for every host that shares the database.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::ReplayStore;
use crate::authentication::assertion::{Error, ErrorKind};
use crate::domain::{ClientId, Timestamp};

macro_rules! remember_in {
    ($feature:literal, $repository:ident) => {
        #[cfg(feature = $feature)]
        #[cfg_attr(docsrs, doc(cfg(feature = $feature)))]
        /// Remembers for all hosts that share the database, in one round trip. Call `migrate` first.
        ///
        /// An assertion is kept for ten minutes beyond its end. How many are kept is not bounded
        /// but by how many assertions clients sign.
        impl ReplayStore for crate::repository::$repository {
            async fn remember(
                &self,
                client_id: &ClientId,
                jti: &str,
                until: Timestamp,
                now: Timestamp,
            ) -> Result<bool, Error> {
                let remembered = self.remember_assertion(client_id, digest(jti), until, now);
                let unavailable = |error| Error::new(ErrorKind::Unavailable).with_source(error);
                remembered.await.map_err(unavailable)
            }
        }
    };
}

remember_in!("diesel-sqlite", SqliteRepository);
remember_in!("diesel-postgres", PostgresRepository);
remember_in!("diesel-mysql", MysqlRepository);

/// Of one length, and in letters that no database takes for others.
fn digest(jti: &str) -> String {
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(jti) {
        // A string takes everything.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}
