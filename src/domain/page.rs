use super::Id;

/// Which part of a list to return, newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// A page by its number, with the exact total. Costs more the higher the number.
    Number {
        /// From 1.
        number: u64,
        /// Items per page, 1 to 100.
        size: u32,
    },
    /// The items after a given one, without a total. Costs the same everywhere.
    After {
        /// The last item of the previous page; `None` for the first page.
        id: Option<Id>,
        /// Items per page, 1 to 100.
        size: u32,
    },
}

impl Page {
    /// The maximum number of items per page.
    pub const MAX_SIZE: u32 = 100;

    /// The number of items per page.
    pub fn size(self) -> u32 {
        match self {
            Self::Number { size, .. } | Self::After { size, .. } => size,
        }
    }
}

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice<T> {
    /// The items, newest first.
    pub items: Vec<T>,
    /// The total number of items; only known for [`Page::Number`].
    pub total: Option<u64>,
    /// Whether there are more items after the last one.
    pub has_more: bool,
}

impl<T: Clone> Slice<T> {
    /// Takes a page of `items`, which must be sorted newest first and include at least all that the
    /// page may show. Only items on the page are cloned.
    pub fn cut<'a>(
        items: impl IntoIterator<Item = &'a T>,
        id: impl Fn(&T) -> Id,
        page: Page,
    ) -> Self
    where
        T: 'a,
    {
        let size = page.size() as usize;
        match page {
            Page::Number { number, .. } => {
                let skip = number.saturating_sub(1).saturating_mul(size as u64);
                let end = skip.saturating_add(size as u64);
                let (mut shown, mut total) = (Vec::new(), 0);
                for item in items {
                    if (skip..end).contains(&total) {
                        shown.push(item.clone());
                    }
                    total += 1;
                }
                Self {
                    items: shown,
                    total: Some(total),
                    has_more: total > end,
                }
            }
            Page::After { id: last, .. } => {
                let is_before = |item: &&T| last.is_some_and(|last| id(item) >= last);
                let mut items = items.into_iter().skip_while(is_before);
                Self {
                    items: items.by_ref().take(size).cloned().collect(),
                    total: None,
                    has_more: items.next().is_some(),
                }
            }
        }
    }
}
