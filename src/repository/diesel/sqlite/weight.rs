//! The memory that an operation uses while it waits.

use super::refold::OldName;
use crate::domain::{ClientStatus, SecretHash, Version};
use crate::repository::Secrets;
use crate::repository::diesel::rows::{AuditRow, Key, MetadataRow, NewClientRow, SecretRow};
#[cfg(feature = "cimd")]
use crate::repository::diesel::rows::{BlockRow, DocumentRow};
#[cfg(feature = "registration")]
use crate::repository::diesel::rows::{RegistrationRow, TokenRow};

/// The size of one unit, in bytes.
pub(super) const UNIT: usize = 4_096;

/// The units of an operation with these arguments.
pub(super) fn units(arguments: &impl Weight) -> u32 {
    u32::try_from(arguments.bytes() / UNIT).map_or(u32::MAX, |units| units.saturating_add(1))
}

/// The heap memory of the arguments of a write, in bytes, if it may be large.
pub(super) trait Weight {
    fn bytes(&self) -> usize;
}

/// Types that use no heap memory, or a small bounded amount.
macro_rules! light {
    ($($kind:ty),+) => {
        $(impl Weight for $kind {
            fn bytes(&self) -> usize {
                0
            }
        })+
    };
}

light!(
    (),
    i64,
    String,
    OldName,
    Version,
    ClientStatus,
    Secrets,
    Key,
    SecretHash,
    SecretRow
);

impl Weight for NewClientRow {
    fn bytes(&self) -> usize {
        self.metadata().bytes()
    }
}

impl Weight for MetadataRow {
    fn bytes(&self) -> usize {
        self.len()
    }
}

impl Weight for AuditRow {
    fn bytes(&self) -> usize {
        self.len()
    }
}

#[cfg(feature = "registration")]
impl Weight for RegistrationRow {
    fn bytes(&self) -> usize {
        self.len()
    }
}

#[cfg(feature = "registration")]
impl Weight for TokenRow {
    fn bytes(&self) -> usize {
        self.len()
    }
}

#[cfg(feature = "cimd")]
light!(DocumentRow, BlockRow);

impl<T: Weight> Weight for Option<T> {
    fn bytes(&self) -> usize {
        self.as_ref().map_or(0, Weight::bytes)
    }
}

impl<T: Weight> Weight for Vec<T> {
    fn bytes(&self) -> usize {
        self.iter().map(Weight::bytes).sum()
    }
}

macro_rules! tuple {
    ($($part:ident),+) => {
        impl<$($part: Weight),+> Weight for ($($part,)+) {
            fn bytes(&self) -> usize {
                #[expect(non_snake_case)]
                let ($($part,)+) = self;
                0 $(+ $part.bytes())+
            }
        }
    };
}

tuple!(A, B);
tuple!(A, B, C);
tuple!(A, B, C, D);
tuple!(A, B, C, D, E);
tuple!(A, B, C, D, E, F);
tuple!(A, B, C, D, E, F, G);
