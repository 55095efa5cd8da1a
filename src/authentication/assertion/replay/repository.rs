//! Database repositories as replay stores that all processes on a database share.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::ReplayStore;
use crate::authentication::assertion::{Error, ErrorKind};
use crate::domain::{ClientId, Timestamp};

macro_rules! remember_in {
    ($feature:literal, $repository:ident) => {
        #[cfg(feature = $feature)]
        #[cfg_attr(docsrs, doc(cfg(feature = $feature)))]
        /// Records assertions in the database, for every host that shares it, in one round trip.
        /// Run `migrate` first.
        ///
        /// Each assertion is kept for ten minutes after it expires. The number of rows is bounded
        /// only by how many assertions clients sign.
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

/// Fixed length, and only characters that no collation folds.
fn digest(jti: &str) -> String {
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(jti) {
        // Writing to a `String` can't fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}
