//! Whether a pooler is in between that would confuse prepared statements.
//!
//! The driver names them `s0`, `s1` and so on in each process. A pooler that lends a session of the
//! server for one transaction, and does not keep track of prepared statements, lets one host run
//! what another one has prepared under that name, which is not always an error.

use std::io::Cursor;
use std::time::Duration;

use diesel::sql_types::{Bool, Integer};
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncConnection, RunQueryDsl};
use tokio::runtime::Handle;
use tokio::time::timeout;
use tokio_postgres::NoTls;

use super::Connection;
use super::pool::Pool;
use super::sqlstate::Coded;
use crate::repository::diesel::cause::CONFUSED;
use crate::repository::diesel::error::{Fault, Result};

/// How long to wait for a second connection. A pool may have only one.
const WAIT: Duration = Duration::from_secs(2);

/// How often two connections are compared.
const ROUNDS: usize = 4;

/// The session of the server that ran a transaction.
#[derive(Clone, Copy, Debug, QueryableByName)]
struct Session {
    #[diesel(sql_type = Integer)]
    process: i32,
    /// Whether the driver's statement has the driver's name there. Poolers that keep track of
    /// statements give them names of their own.
    #[diesel(sql_type = Bool)]
    is_bare: bool,
}

/// Refuses such a pooler. A direct connection is known after 4 round trips. Otherwise this needs a
/// second connection: if there is none in time, nothing is known.
pub(super) async fn refuse_confusion(conn: &mut Connection, pool: &Pool) -> Result<()> {
    let first = session(conn).await?;
    if !first.is_bare || announced(conn).await == Some(first.process) {
        return Ok(());
    }
    let other = pool.lease(&Handle::current());
    let Ok(Ok(mut other)) = timeout(WAIT, other).await else {
        return Ok(());
    };
    let lends = lends(first, conn, &mut other).await;
    other.close();
    match lends? {
        true => Err(Fault::Unsuited(CONFUSED)),
        false => Ok(()),
    }
}

/// Whether two connections are not each on one session of their own.
///
/// An idle pooler lends the session that was used last to the next client. A busy one, or one that
/// takes turns, hardly ever lends the same ones again and again.
async fn lends(first: Session, conn: &mut Connection, other: &mut Connection) -> Result<bool> {
    let (here, there) = (first.process, session(other).await?.process);
    let mut lends = here == there;
    for _ in 0..ROUNDS {
        if lends {
            break;
        }
        let again = (session(conn).await?.process, session(other).await?.process);
        lends = again != (here, there);
    }
    Ok(lends)
}

/// The session that runs a transaction.
async fn session(conn: &mut Connection) -> Result<Session> {
    // The number makes it a statement like no other.
    let number: u64 = rand::random();
    let query = sql_query(format!(
        "SELECT pg_backend_pid() AS process, EXISTS (SELECT FROM pg_prepared_statements \
         WHERE name ~ '^s[0-9]+$' AND strpos(statement, '{number}') > 0) AS is_bare"
    ));
    let session =
        conn.transaction::<_, diesel::result::Error, _>(async |conn| query.get_result(conn).await);
    Ok(session.await?)
}

/// The process that was named when the connection was opened, for requests to cancel a statement.
/// Poolers name none of the server's. Unknown over TLS.
async fn announced(conn: &Connection) -> Option<i32> {
    let mut request = Cursor::new(Vec::new());
    let cancel = conn.cancel_token();
    if cancel.cancel_query_raw(&mut request, NoTls).await.is_err() {
        cancel.cancel_query_raw(&mut request, Coded).await.ok()?;
    }
    // After its length and its code.
    let process = request.get_ref().get(8..12)?.try_into().ok()?;
    Some(i32::from_be_bytes(process))
}
