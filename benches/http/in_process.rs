//! Each operation through the router, without a socket.

use std::time::Duration;

use axum::Router;
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion};
use http::Method;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::Outcome;
use super::app::{self, CLIENTS, bare, call, create, draft, request, token};

/// One operation, and the request for it.
struct Case {
    name: &'static str,
    method: Method,
    path: String,
    body: Option<Value>,
}

pub fn run(quick: bool) -> Outcome {
    let runtime = Runtime::new()?;
    let token = token()?;
    let mut criterion = Criterion::default()
        .without_plots()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(2))
        .sample_size(if quick { 10 } else { 30 });
    if quick {
        criterion = criterion
            .measurement_time(Duration::from_millis(100))
            .nresamples(1_001);
    }
    for sqlite in [false, true] {
        let app = runtime.block_on(app::ours(sqlite))?;
        let client_id = runtime.block_on(create(&app.router, &token, false))?;
        let store = if sqlite { "sqlite" } else { "memory" };
        for case in cases(&client_id) {
            let name = format!("{}/{store}", case.name);
            let mut group = criterion.benchmark_group(&name);
            compare(&mut group, &runtime, &app.router, &token, &case)?;
            group.finish();
            print_ratio(&name);
        }
    }
    criterion.final_summary();
    Ok(())
}

fn cases(client_id: &str) -> [Case; 5] {
    let client = format!("{CLIENTS}/{client_id}");
    let case = |name, method, path: String, body| Case {
        name,
        method,
        path,
        body,
    };
    [
        case("get", Method::GET, client.clone(), None),
        case(
            "update",
            Method::PUT,
            client.clone(),
            Some(json!({"scopes": ["openid"]})),
        ),
        case(
            "clone, public",
            Method::POST,
            format!("{client}/clone"),
            None,
        ),
        case(
            "create, public",
            Method::POST,
            CLIENTS.into(),
            Some(draft(false)),
        ),
        case(
            "create, with a hash",
            Method::POST,
            CLIENTS.into(),
            Some(draft(true)),
        ),
    ]
}

fn compare(
    group: &mut BenchmarkGroup<'_, WallTime>,
    runtime: &Runtime,
    ours: &Router,
    token: &str,
    case: &Case,
) -> Outcome {
    let ask = || request(token, case.method.clone(), &case.path, case.body.as_ref());
    let answer = runtime.block_on(call(ours.clone(), ask()?))?;
    let floor = bare(answer);
    for (name, router) in [("bare", &floor), ("ours", ours)] {
        let request = ask()?;
        group.bench_function(name, |bencher| {
            bencher.iter(|| runtime.block_on(call(router.clone(), request.clone())));
        });
    }
    Ok(())
}

/// Prints the ratio of the medians that were just measured.
fn print_ratio(group: &str) {
    let median = |function: &str| -> Option<f64> {
        let folder = group.replace('/', "_");
        let target = std::env::var("CARGO_TARGET_DIR")
            .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../target").into());
        let path = format!("{target}/criterion/{folder}/{function}/new/estimates.json");
        let estimates: Value = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
        estimates.pointer("/median/point_estimate")?.as_f64()
    };
    if let (Some(ours), Some(bare)) = (median("ours"), median("bare")) {
        let (us, floor) = (ours / 1e3, bare / 1e3);
        println!(
            "{group}: {us:.1} µs, {:.2} x a bare handler ({floor:.1} µs)\n",
            us / floor
        );
    }
}
