//! Runs the specification in `features/` on every repository, through the real service.
//!
//! `tests/run --test features -- "goes public"` runs the scenarios with these words in their names.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "a test may panic, and prints what it found"
)]

mod cell;
mod person;
mod report;
mod scene;
mod service;
mod steps;

use std::process::ExitCode;

use cucumber::World;

use self::report::Report;
use self::scene::Scene;
use support::Store;

#[tokio::main]
async fn main() -> ExitCode {
    let wanted = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    let mut sound = true;
    for store in Store::ALL {
        let report = run(store, wanted.clone()).await;
        println!("features over {store:?}: {report}");
        sound &= report.is_sound() && (report.passed > 0 || wanted.is_some());
    }
    if sound {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The number of concurrent scenarios. Each opens its own pool, which waits at most 5 seconds for a
/// connection: too many scenarios on a busy machine would time out.
const CONCURRENT: usize = 8;

async fn run(store: Store, wanted: Option<String>) -> Report {
    let cucumber = Scene::cucumber()
        .with_writer(Report::default())
        .fail_on_skipped()
        .with_default_cli()
        .max_concurrent_scenarios(CONCURRENT)
        .before(move |_, _, _, scene| Box::pin(scene.open(store)));
    let report = cucumber
        .filter_run(
            concat!(env!("CARGO_MANIFEST_DIR"), "/../features"),
            move |feature, _, scenario| {
                // tests/console clicks through those in a browser.
                let is_own = !feature.tags.iter().any(|tag| tag == "browser");
                let is_wanted = wanted
                    .as_ref()
                    .is_none_or(|words| scenario.name.contains(words));
                is_own && is_wanted
            },
        )
        .await;
    Report::clone(&report)
}
