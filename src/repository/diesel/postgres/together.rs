use diesel::QueryResult;
use futures_util::future::join;

/// Runs statements in their order, in one round trip: the server gets all of them before it
/// answers the first.
macro_rules! together {
    ($conn:expr; $statement:expr $(, $others:expr)* $(,)?) => {{
        let conn: &Connection = $conn;
        together!(@ conn, $statement $(, $others)*).await
    }};
    (@ $conn:ident, $statement:expr) => {
        async {
            let mut conn = $conn;
            diesel_async::RunQueryDsl::execute($statement, &mut conn).await.map(drop)
        }
    };
    (@ $conn:ident, $statement:expr, $($others:expr),+) => {
        $crate::repository::diesel::postgres::together::both(
            together!(@ $conn, $statement),
            together!(@ $conn, $($others),+),
        )
    };
}

pub(super) use together;

/// Waits for both. Where the first one fails, it is the one that tells why: the server refuses
/// whatever follows it in the transaction, and that answer may be seen before the other one.
pub(super) async fn both(
    first: impl Future<Output = QueryResult<()>>,
    second: impl Future<Output = QueryResult<()>>,
) -> QueryResult<()> {
    let (first, second) = join(first, second).await;
    first.and(second)
}

#[cfg(test)]
mod tests {
    use std::future::ready;

    use diesel::result::Error;
    use tokio::task::yield_now;

    use super::*;

    #[tokio::test]
    async fn the_statement_that_failed_first_tells_why() {
        let failed = async {
            yield_now().await;
            Err(Error::NotFound)
        };
        let refused = || ready(Err(Error::RollbackTransaction));
        let outcome = both(ready(Ok(())), both(failed, both(refused(), refused()))).await;
        assert_eq!(outcome, Err(Error::NotFound));
    }
}
