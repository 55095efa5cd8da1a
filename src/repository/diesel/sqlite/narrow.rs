//! The searches that an index of names helps.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Bool, Text};
use diesel_async::RunQueryDsl;

use super::complete::is_complete;
use super::{Backend, Connection};
use crate::repository::diesel::error::Result;
use crate::repository::diesel::schema::oauth_client_names as names;
use crate::repository::diesel::trigrams::trigrams;

/// How many names an index may find for a search. It goes through the list if there are more: then
/// it soon has a page full, and otherwise it would sort them all.
const MOST: i64 = 1_000;

const FOUND: &str = "SELECT COUNT(*) AS number FROM (SELECT 1
    FROM oauth_client_names_index WHERE oauth_client_names_index MATCH ? LIMIT ?)";

/// The numbers of the names that the index finds.
const IN_INDEX: &str = "number IN (SELECT rowid FROM oauth_client_names_index \
    WHERE oauth_client_names_index MATCH ";

/// A query for the index.
pub(super) type Asked = String;

#[derive(Debug, QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// What the index is asked for, if it is there and finds few names that may contain the text.
pub(super) async fn narrow(conn: &mut Connection, _: &str, text: &str) -> Result<Option<Asked>> {
    let Some(asked) = trigrams(text) else {
        return Ok(None);
    };
    if !is_complete(conn).await? {
        return Ok(None);
    }
    let found = sql_query(FOUND)
        .bind::<Text, _>(&asked)
        .bind::<BigInt, _>(MOST + 1);
    let found: Found = found.get_result(conn).await?;
    Ok((found.number <= MOST).then_some(asked))
}

/// The clients that the index finds.
pub(super) fn indexed<'a>(_: &str, asked: &'a Asked) -> names::BoxedQuery<'a, Backend, Text> {
    let found = sql::<Bool>(IN_INDEX).bind::<Text, _>(asked).sql(")");
    names::table
        .filter(found)
        .select(names::client_id)
        .into_boxed()
}
