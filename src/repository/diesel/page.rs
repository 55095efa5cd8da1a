use super::error::Result;
use crate::domain::{Page, Slice};

/// The `OFFSET` of a page.
pub(super) fn offset(number: u64, size: u32) -> i64 {
    let skipped = number.saturating_sub(1).saturating_mul(size.into());
    i64::try_from(skipped).unwrap_or(i64::MAX)
}

/// A page of an empty list.
pub(super) fn empty<T>(page: Page) -> Slice<T> {
    Slice {
        items: Vec::new(),
        total: matches!(page, Page::Number { .. }).then_some(0),
        has_more: false,
    }
}

/// A page out of `total` items.
fn numbered<T>(items: Vec<T>, number: u64, size: u32, total: i64) -> Slice<T> {
    Slice {
        has_more: offset(number, size).saturating_add(size.into()) < total,
        total: Some(total.unsigned_abs()),
        items,
    }
}

/// A page from rows that each include the total. Returns `None` if there are no rows to take it
/// from, except on the first page, where the total is 0.
pub(super) fn counted<T>(rows: Vec<(T, Option<i64>)>, number: u64, size: u32) -> Option<Slice<T>> {
    let total = match rows.first() {
        Some((_, total)) => total.unwrap_or_default(),
        None if number <= 1 => 0,
        None => return None,
    };
    let items = rows.into_iter().map(|(item, _)| item).collect();
    Some(numbered(items, number, size, total))
}

/// A page past the end.
pub(super) fn past_the_end<T>(total: i64) -> Slice<T> {
    Slice {
        items: Vec::new(),
        total: Some(total.unsigned_abs()),
        has_more: false,
    }
}

/// A page for which one more row than its size was requested.
pub(super) fn keyset<T>(mut items: Vec<T>, size: u32) -> Slice<T> {
    let size = size as usize;
    let has_more = items.len() > size;
    items.truncate(size);
    Slice {
        items,
        total: None,
        has_more,
    }
}

/// The number of rows to request, with one more for keyset pages to see whether others follow.
pub(super) fn limit(page: Page) -> i64 {
    let size = i64::from(page.size());
    match page {
        Page::Number { .. } => size,
        Page::After { .. } => size + 1,
    }
}

/// Converts the rows of a page.
pub(super) fn try_map<R, T>(slice: Slice<R>, map: impl Fn(R) -> Result<T>) -> Result<Slice<T>> {
    Ok(Slice {
        items: slice.items.into_iter().map(map).collect::<Result<_>>()?,
        total: slice.total,
        has_more: slice.has_more,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_first_page_needs_no_count() {
        let first = counted::<()>(vec![], 1, 20).unwrap();
        assert_eq!((first.total, first.has_more), (Some(0), false));
        assert!(counted::<()>(vec![], 2, 20).is_none());
    }

    #[test]
    fn far_pages_do_not_overflow() {
        assert_eq!(offset(0, 100), 0);
        assert_eq!(offset(1, 100), 0);
        assert_eq!(offset(3, 100), 200);
        assert_eq!(offset(u64::MAX, 100), i64::MAX);
        assert!(!numbered::<()>(vec![], u64::MAX, 100, i64::MAX).has_more);
    }
}
