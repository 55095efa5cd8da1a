//! The searches that an index of names helps.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Binary, Bool, Text};
use diesel_async::RunQueryDsl;

use super::complete::is_complete;
use super::{Backend, Connection};
use crate::repository::diesel::error::Result;
use crate::repository::diesel::pattern;
use crate::repository::diesel::schema::oauth_client_name_parts as parts;

/// How many characters of a name are in a part.
pub(super) const PART: usize = 8;

/// How many characters are between the beginnings of two parts of a name.
pub(super) const STEP: usize = 2;

/// Texts with fewer characters are not looked for: many names contain them.
const SHORTEST: usize = 3;

/// How many parts an index may find for a search. It goes through the list if there are more: then
/// it soon has a page full, and otherwise it would sort them all.
const MOST: i64 = 5_000;

/// How many places of a text are looked for, until one is found that is rare.
const PLACES: usize = 16;

const FOUND: &str = "SELECT COUNT(*) AS number FROM (SELECT 1 FROM oauth_client_name_parts
    WHERE tenant_id = ? AND (part LIKE ? ESCAPE '!' OR part LIKE ? ESCAPE '!') LIMIT ?) AS found";

/// The patterns of the parts that begin at a place of a text, and at the next one. In each name
/// with the text, one of the two places is the beginning of a part.
#[derive(Clone, Debug)]
pub(super) struct Asked([Vec<u8>; STEP]);

#[derive(Debug, QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// What the index is asked for, if it is there and finds few names that may contain the text.
pub(super) async fn narrow(
    conn: &mut Connection,
    tenant: &str,
    text: &str,
) -> Result<Option<Asked>> {
    let places = places(text);
    if places.is_empty() || !is_complete(conn).await? {
        return Ok(None);
    }
    for Asked([first, second]) in places {
        let found = sql_query(FOUND)
            .bind::<Text, _>(tenant)
            .bind::<Binary, _>(&first)
            .bind::<Binary, _>(&second)
            .bind::<BigInt, _>(MOST + 1);
        let found: Found = found.get_result(conn).await?;
        if found.number <= MOST {
            return Ok(Some(Asked([first, second])));
        }
    }
    Ok(None)
}

/// The places of a text: its beginning, what follows, and its end.
fn places(text: &str) -> Vec<Asked> {
    const WIDTH: usize = PART + STEP - 1;

    let characters: Vec<char> = text.chars().collect();
    if characters.len() < SHORTEST {
        return Vec::new();
    }
    let end = characters.len().saturating_sub(WIDTH);
    let starts = (0..end).step_by(WIDTH).take(PLACES - 1).chain([end]);
    let place = |start| {
        let at = |start: usize| {
            let part: String = characters.iter().skip(start).take(PART).collect();
            Some((pattern::exactly(&part)? + "%").into_bytes())
        };
        Some(Asked([at(start)?, at(start + 1)?]))
    };
    starts.filter_map(place).collect()
}

/// The clients that the index finds.
pub(super) fn indexed<'a>(
    tenant: &'a str,
    Asked([first, second]): &'a Asked,
) -> parts::BoxedQuery<'a, Backend, Text> {
    let found = sql::<Bool>("(part LIKE ")
        .bind::<Binary, _>(first)
        .sql(" ESCAPE '!' OR part LIKE ")
        .bind::<Binary, _>(second)
        .sql(" ESCAPE '!')");
    let of_tenant = parts::table.filter(parts::tenant_id.eq(tenant));
    of_tenant
        .filter(found)
        .select(parts::client_id)
        .into_boxed()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What the triggers store of a name.
    fn parts(name: &[char]) -> Vec<String> {
        let starts = (0..name.len().saturating_sub(1)).step_by(STEP);
        let part = |start: usize| name[start..].iter().take(PART).collect();
        starts.map(part).collect()
    }

    fn prefixes(text: &str) -> Vec<[String; STEP]> {
        let prefix = |pattern: Vec<u8>| {
            let pattern = String::from_utf8(pattern).unwrap();
            pattern.strip_suffix('%').unwrap().to_owned()
        };
        let places = places(text).into_iter();
        places.map(|Asked(parts)| parts.map(prefix)).collect()
    }

    proptest! {
        #[test]
        fn each_place_of_a_text_finds_the_names_with_it(
            before in "[abé東]{0,20}",
            text in "[abé東]{3,40}",
            after in "[abé東]{0,20}",
        ) {
            let name: Vec<char> = format!("{before}{text}{after}").chars().collect();
            let parts = parts(&name);
            let places = prefixes(&text);
            prop_assert!(!places.is_empty());
            for place in places {
                let is_found = |prefix: &String| parts.iter().any(|part| part.starts_with(prefix));
                prop_assert!(place.iter().any(is_found), "{place:?} of {parts:?}");
            }
        }
    }

    #[test]
    fn a_text_is_looked_for_at_its_beginning_and_its_end() {
        assert!(prefixes("ab").is_empty());
        assert_eq!(prefixes("abc"), [["abc", "bc"]]);
        assert_eq!(prefixes("a%_!"), [["a!%!_!!", "!%!_!!"]]);
        assert_eq!(
            prefixes("my application 17"),
            [["my appli", "y applic"], ["cation 1", "ation 17"]]
        );
        assert_eq!(prefixes(&"long ".repeat(200)).len(), PLACES);
    }
}
