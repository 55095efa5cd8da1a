/// Runs statements in their order, in one round trip: the server gets all of them before it
/// answers the first.
macro_rules! together {
    ($conn:expr; $($statement:expr),+ $(,)?) => {{
        let conn: &Connection = $conn;
        futures_util::try_join!(
            $(async {
                let mut conn = conn;
                diesel_async::RunQueryDsl::execute($statement, &mut conn).await
            }),+
        )
    }};
}

pub(super) use together;
