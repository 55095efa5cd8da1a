use super::Id;

/// Which part of a list, newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// The page of that number, from 1, with the exact total. The further back, the dearer.
    Number {
        /// From 1.
        number: u64,
        /// Items on a page, 1 to 100.
        size: u32,
    },
    /// What follows an item, without a total. Costs the same everywhere.
    After {
        /// The last item of the page before; `None` for the first page.
        id: Option<Id>,
        /// Items on a page, 1 to 100.
        size: u32,
    },
}

impl Page {
    /// The most items that a page may hold.
    pub const MAX_SIZE: u32 = 100;

    /// How many items a page holds.
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
    /// How many there are in all; only known for [`Page::Number`].
    pub total: Option<u64>,
    /// Whether something follows the last item.
    pub has_more: bool,
}
