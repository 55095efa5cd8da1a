//! The contract of [`ClientRepository`](super::ClientRepository) as a test suite, for implementors.
//!
//! [`conformance_tests!`](crate::conformance_tests) generates one test per case, and
//! [`credential_conformance_tests!`](crate::credential_conformance_tests),
//! [`origin_conformance_tests!`](crate::origin_conformance_tests) and
//! [`purge_conformance_tests!`](crate::purge_conformance_tests) do the same for a
//! [`CredentialRepository`](super::CredentialRepository), an
//! [`OriginRepository`](super::OriginRepository) and a
//! [`PurgeRepository`](super::PurgeRepository); with the feature `registration`,
//! `registration_conformance_tests!` does for a `RegistrationRepository`, and with `cimd`,
//! `document_conformance_tests!` for a `DocumentRepository`. Each case is also a plain
//! `async fn` here that panics if the contract is violated. A case needs an empty repository of its
//! own; [`InTurn`] combines several on the same storage. New versions of this crate may add cases.
//!
//! See the [guide](super::guide) to writing a repository.
//!
//! # Examples
//!
//! ```
//! mod my_repository {
//!     use tower_oauth_clients::repository::MemoryRepository;
//!
//!     async fn open() -> (MemoryRepository, ()) {
//!         (MemoryRepository::new(), ())
//!     }
//!
//!     tower_oauth_clients::conformance_tests!(open);
//!     tower_oauth_clients::credential_conformance_tests!(open);
//! }
//! # fn main() {}
//! ```

mod abandoned;
mod atomic;
mod audit;
#[cfg(feature = "cimd")]
mod blocks;
mod clients;
mod clones;
mod credentials;
#[cfg(feature = "cimd")]
mod documents;
mod filters;
mod ids;
mod imports;
mod in_turn;
mod lists;
mod origins;
mod purge;
mod races;
#[cfg(feature = "registration")]
mod registrations;
mod restores;
mod rotation;
mod samples;
mod secrets;
mod subject;
mod tenants;
mod texts;
#[cfg(feature = "registration")]
mod tokens;
mod trails;
#[cfg(feature = "registration")]
mod unused;
mod writes;

use std::future::Future;
use std::time::Duration;

pub use abandoned::{
    abandoned_creations_are_whole_or_nothing, abandoned_reads_leave_nothing_behind,
    abandoned_writes_are_whole_or_nothing, an_abandoned_crowd_is_in_nobodys_way,
};
pub use atomic::*;
pub use audit::*;
#[cfg(feature = "cimd")]
pub use blocks::*;
pub use clients::*;
pub use clones::*;
pub use credentials::*;
#[cfg(feature = "cimd")]
pub use documents::{
    a_document_is_noted_with_its_uses, a_first_note_of_many_is_counted_once,
    a_read_in_the_future_is_replaced, a_tenant_has_so_many_documents_at_most,
    a_use_in_the_future_is_replaced, documents_are_listed_by_use, one_of_many_notes_a_change,
};
pub use filters::*;
pub use ids::*;
pub use imports::*;
pub use in_turn::InTurn;
pub use lists::*;
pub use origins::*;
pub use purge::*;
pub use races::*;
#[cfg(feature = "registration")]
pub use registrations::{
    a_deletion_ends_a_registration, a_registration_comes_back_as_it_was_stored,
    a_registration_with_a_taken_id_is_a_conflict,
    an_update_of_a_registration_may_change_the_secrets, an_update_replaces_a_registration,
    registrations_are_counted_up_to_a_limit, registrations_are_listed_by_state,
    what_did_not_register_has_no_registration,
};
pub use restores::*;
pub use rotation::*;
pub use secrets::*;
pub use tenants::*;
pub use texts::*;
#[cfg(feature = "registration")]
pub use tokens::*;
pub use trails::*;
#[cfg(feature = "registration")]
pub use unused::*;

/// Far longer than any case takes.
const LIMIT: Duration = Duration::from_secs(180);

/// Runs a case on a runtime with several threads and a clock.
///
/// # Panics
///
/// If the case panics, takes longer than three minutes, or no runtime can be created.
pub fn run(case: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(async { tokio::time::timeout(LIMIT, case).await })
        .expect("an end: something waits for ever");
}

/// Generates a `#[test]` for every case of the [conformance suite](crate::repository::conformance).
///
/// It takes an async function, or a closure that returns a future, which creates an empty
/// repository and a guard that must outlive it: `(repository, guard)`. The guard, such as a
/// temporary directory, is dropped after the case; use `()` if there is none. Use the macro once
/// per module.
#[macro_export]
macro_rules! conformance_tests {
    ($open:expr) => {
        $crate::conformance_tests! { $open;
            abandoned_writes_are_whole_or_nothing,
            abandoned_creations_are_whole_or_nothing,
            abandoned_reads_leave_nothing_behind,
            an_abandoned_crowd_is_in_nobodys_way,
            refused_writes_leave_nothing,
            refused_creations_leave_nothing,
            entries_come_back_as_they_were_stored,
            a_trail_has_numbered_pages,
            a_trail_has_pages_after_an_entry,
            the_trail_of_a_tenant_is_of_all_its_clients,
            the_trail_of_a_tenant_has_numbered_pages,
            the_trail_of_a_tenant_has_pages_after_an_entry,
            the_trail_of_a_tenant_is_filtered,
            the_trail_of_a_tenant_is_filtered_by_time,
            a_client_comes_back_as_it_was_stored,
            what_is_not_there_is_not_found,
            a_taken_id_is_a_conflict,
            an_update_replaces_what_was_registered,
            an_update_may_end_the_secrets,
            every_write_makes_a_version,
            only_the_stored_version_can_be_changed,
            a_deleted_client_is_gone,
            a_clone_leaves_its_origin_as_it_was,
            a_clone_needs_its_origin_as_it_was_read,
            an_import_keeps_its_secrets,
            an_import_is_whole_or_nothing,
            a_taken_secret_id_is_a_conflict,
            a_taken_entry_id_undoes_the_write,
            the_longest_client_id_is_kept_whole,
            lists_are_newest_first,
            numbered_pages_have_a_total,
            pages_after_an_item_follow_each_other,
            pages_do_not_end_at_deleted_clients,
            filters_hold_on_every_page,
            filters_by_name_and_status,
            filters_find_every_way_to_write_a_name,
            filters_take_every_character_literally,
            filters_by_what_a_client_has,
            filters_by_host_origin_and_expiry,
            one_place_is_given_once,
            rotations_at_the_same_time_leave_one_active,
            additions_and_rotations_keep_the_limits,
            a_touch_undoes_no_write,
            a_page_and_its_total_are_of_one_moment,
            one_of_the_last_two_secrets_stays,
            one_of_two_updates_wins,
            an_update_and_a_deletion_do_not_both_win,
            a_clone_and_a_deletion_come_one_after_the_other,
            one_of_many_creations_wins,
            a_restored_client_is_as_it_was,
            only_what_is_deleted_can_be_restored,
            deleted_clients_have_lists_of_their_own,
            one_of_many_restorations_wins,
            a_rotation_retires_the_active_secrets,
            a_rotation_without_grace_ends_every_other_secret,
            two_retired_secrets_stay_at_most,
            a_hundred_inactive_secrets_stay_at_most,
            a_rotation_prolongs_no_secret,
            expired_secrets_do_not_take_a_place,
            a_grace_of_a_wrong_clock_is_none,
            secrets_come_back_as_they_were_stored,
            two_secrets_are_active_at_most,
            an_active_secret_that_is_over_does_not_count,
            the_client_shows_its_newest_active_secret,
            any_secret_can_be_deactivated,
            the_last_secret_stays,
            the_last_use_only_moves_forward,
            a_foreign_client_is_like_none,
            lists_show_the_own_tenant_only,
            texts_are_kept_byte_for_byte,
            words_of_tomorrow_are_kept,
            ids_compare_byte_for_byte,
        }
    };
    ($open:expr; $($case:ident,)+) => {
        $(
            #[test]
            fn $case() {
                $crate::repository::conformance::run(async {
                    let (repository, _guard) = ($open)().await;
                    $crate::repository::conformance::$case(repository).await;
                });
            }
        )+
    };
}

/// Generates a `#[test]` for every case of the [conformance suite](crate::repository::conformance)
/// that is specific to [`CredentialRepository`](crate::repository::CredentialRepository).
///
/// It takes the same argument as [`conformance_tests!`](crate::conformance_tests), and may be used
/// in the same module.
#[macro_export]
macro_rules! credential_conformance_tests {
    ($open:expr) => {
        $crate::conformance_tests! { $open;
            credentials_are_what_may_verify,
            credentials_tell_every_status,
            credentials_are_found_in_every_tenant,
            credentials_of_a_deleted_client_are_gone,
            the_last_use_of_a_client_is_kept,
            filters_by_the_last_use,
            a_rehash_changes_the_hash_only,
            a_rehash_is_of_the_hash_that_was_read,
            credentials_are_of_one_moment,
            a_rehash_undoes_no_write,
            abandoned_authentications_leave_nothing_behind,
        }
    };
}

/// Generates a `#[test]` for every case of the [conformance suite](crate::repository::conformance)
/// that is specific to [`OriginRepository`](crate::repository::OriginRepository).
///
/// It takes the same argument as [`conformance_tests!`](crate::conformance_tests), and may be used
/// in the same module.
#[macro_export]
macro_rules! origin_conformance_tests {
    ($open:expr) => {
        $crate::conformance_tests! { $open;
            origins_are_those_of_active_clients,
        }
    };
}

/// Generates a `#[test]` for every case of the [conformance suite](crate::repository::conformance)
/// that is specific to [`PurgeRepository`](crate::repository::PurgeRepository).
///
/// It takes the same argument as [`conformance_tests!`](crate::conformance_tests), and may be used
/// in the same module.
#[macro_export]
macro_rules! purge_conformance_tests {
    ($open:expr) => {
        $crate::conformance_tests! { $open;
            old_entries_are_purged,
            deleted_clients_are_purged,
            a_restoration_and_a_purge_do_not_both_win,
            a_long_trail_is_purged_in_batches,
            inactive_secrets_are_purged,
            purges_at_the_same_time_do_no_harm,
        }
    };
}

/// Generates a `#[test]` for every case of the [conformance suite](crate::repository::conformance)
/// that is specific to [`RegistrationRepository`](crate::repository::RegistrationRepository).
///
/// It takes the same argument as [`conformance_tests!`](crate::conformance_tests), and may be used
/// in the same module.
#[cfg(feature = "registration")]
#[cfg_attr(docsrs, doc(cfg(feature = "registration")))]
#[macro_export]
macro_rules! registration_conformance_tests {
    ($open:expr) => {
        $crate::conformance_tests! { $open;
            a_registration_comes_back_as_it_was_stored,
            what_did_not_register_has_no_registration,
            a_registration_with_a_taken_id_is_a_conflict,
            registrations_are_listed_by_state,
            registrations_are_counted_up_to_a_limit,
            an_update_replaces_a_registration,
            an_update_of_a_registration_may_change_the_secrets,
            a_deletion_ends_a_registration,
            an_initial_access_token_comes_back_as_it_was_stored,
            initial_access_tokens_are_listed,
            a_taken_id_is_no_initial_access_token,
            a_registration_takes_a_use_of_its_token,
            writes_to_initial_access_tokens_are_in_the_trail,
            a_token_registers_no_client_too_many,
            a_revocation_and_a_registration_come_one_after_the_other,
            abandoned_registrations_are_whole_or_nothing,
            unused_clients_are_found_in_order,
            unused_clients_are_not_suspended,
            an_unused_client_is_deleted_as_it_was_read,
            a_client_in_use_is_not_deleted,
            an_unused_client_is_deleted_once,
            one_of_many_registrations_wins,
        }
    };
}

/// Generates a `#[test]` for every case of the [conformance suite](crate::repository::conformance)
/// that is specific to [`DocumentRepository`](crate::repository::DocumentRepository).
///
/// It takes the same argument as [`conformance_tests!`](crate::conformance_tests), and may be used
/// in the same module.
#[cfg(feature = "cimd")]
#[cfg_attr(docsrs, doc(cfg(feature = "cimd")))]
#[macro_export]
macro_rules! document_conformance_tests {
    ($open:expr) => {
        $crate::conformance_tests! { $open;
            a_document_is_noted_with_its_uses,
            a_use_in_the_future_is_replaced,
            a_read_in_the_future_is_replaced,
            documents_are_listed_by_use,
            a_tenant_has_so_many_documents_at_most,
            one_of_many_notes_a_change,
            a_first_note_of_many_is_counted_once,
            a_block_comes_back_as_it_was_stored,
            blocks_are_listed,
            a_taken_target_is_a_conflict,
            a_tenant_has_so_many_blocks_at_most,
            writes_to_blocks_are_in_the_trail,
            blocks_at_the_same_time_keep_the_limit,
            abandoned_blocks_are_whole_or_nothing,
        }
    };
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_macro_names_every_case() {
        let named: Vec<&str> = include_str!("mod.rs")
            .lines()
            .filter_map(|line| line.trim().strip_suffix(','))
            .collect();
        let sources = [
            include_str!("abandoned.rs"),
            include_str!("atomic.rs"),
            include_str!("audit.rs"),
            include_str!("blocks.rs"),
            include_str!("clients.rs"),
            include_str!("clones.rs"),
            include_str!("imports.rs"),
            include_str!("credentials.rs"),
            include_str!("documents.rs"),
            include_str!("ids.rs"),
            include_str!("filters.rs"),
            include_str!("lists.rs"),
            include_str!("purge.rs"),
            include_str!("races.rs"),
            include_str!("registrations.rs"),
            include_str!("restores.rs"),
            include_str!("rotation.rs"),
            include_str!("secrets.rs"),
            include_str!("tenants.rs"),
            include_str!("texts.rs"),
            include_str!("tokens.rs"),
            include_str!("trails.rs"),
            include_str!("unused.rs"),
        ];
        let cases = sources.iter().flat_map(|source| source.lines());
        let cases = cases.filter_map(|line| line.strip_prefix("pub async fn ")?.split('(').next());
        let mut count = 0;
        for case in cases {
            assert!(named.contains(&case), "{case}");
            count += 1;
        }
        assert!(count > 60);
    }
}
