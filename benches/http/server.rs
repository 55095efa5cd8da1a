//! A separate server process, so that its CPU time and memory can be measured.

use std::io::Write;

use rustix::thread::{CpuSet, sched_setaffinity};
use tokio::net::TcpListener;
use tokio::runtime;

use super::Outcome;
use super::app::{self, bare};

/// The environment variable that makes this program a server. Its value is the kind of server.
pub const KIND: &str = "BENCH_HTTP_SERVER";

/// The environment variable with the body that the bare handler returns.
pub const BODY: &str = "BENCH_HTTP_BODY";

/// Serves on the first processor until it is killed. Prints its address.
pub fn run(kind: &str) -> Outcome {
    let mut first = CpuSet::new();
    first.set(0);
    sched_setaffinity(None, &first)?;
    runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?
        .block_on(async {
            let (router, _app) = match kind {
                "bare" => (bare(std::env::var(BODY)?.into()), None),
                kind => {
                    let app = app::ours(kind == "sqlite").await?;
                    (app.router.clone(), Some(app))
                }
            };
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            println!("{}", listener.local_addr()?);
            std::io::stdout().flush()?;
            axum::serve(listener, router).await?;
            Ok(())
        })
}
