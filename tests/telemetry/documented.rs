//! The recorded metrics are those that `docs/observability.md` documents, and no others.

use std::collections::BTreeSet;
use std::sync::OnceLock;

const GUIDE: &str = include_str!("../../docs/observability.md");
const SOURCE: &str = include_str!("../../src/telemetry/metrics.rs");

/// The cells of all table rows whose first cell begins with `first`.
fn rows(first: &str) -> Vec<Vec<String>> {
    let lines = GUIDE.lines().filter_map(|line| line.strip_prefix("| "));
    lines
        .filter(|line| line.starts_with(first))
        .map(|line| {
            line.split(" |")
                .map(|cell| cell.trim().to_owned())
                .collect()
        })
        .collect()
}

/// The words in backticks.
fn words(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// The name, kind and labels of each metric.
fn metrics() -> &'static BTreeSet<(String, String, Vec<String>)> {
    static METRICS: OnceLock<BTreeSet<(String, String, Vec<String>)>> = OnceLock::new();
    METRICS.get_or_init(|| {
        let rows = rows("`oauth_clients_");
        let metric = |row: &Vec<String>| {
            let labels = words(&row[2]).into_iter().map(str::to_owned);
            (
                words(&row[0])[0].to_owned(),
                row[1].clone(),
                labels.collect(),
            )
        };
        rows.iter().map(metric).collect()
    })
}

/// Asserts that there is a row for the metric with these labels, and for each label with this
/// value.
pub fn assert_documented(name: &str, kind: &str, labels: &[(&str, &str)]) {
    let names = labels
        .iter()
        .map(|(label, _)| (*label).to_owned())
        .collect();
    let metric = (name.to_owned(), kind.to_owned(), names);
    assert!(metrics().contains(&metric), "{metric:?}");
    for (label, word) in labels {
        let row = &rows(&format!("`{label}` |"))[0];
        let is_status = *label == "status" && word.len() == 3 && word.parse::<u16>().is_ok();
        assert!(is_status || words(&row[1]).contains(word), "{label}={word}");
    }
}

#[test]
fn the_guide_has_every_metric_and_no_other() {
    let mut recorded = BTreeSet::new();
    for kind in ["counter", "gauge", "histogram"] {
        for call in SOURCE.split(&format!("{kind}!(\"")).skip(1) {
            let name = call.split('"').next().unwrap();
            recorded.insert((name.to_owned(), kind.to_owned()));
        }
    }
    let documented = metrics().iter();
    let documented: BTreeSet<_> = documented
        .map(|(name, kind, _)| (name.clone(), kind.clone()))
        .collect();
    assert_eq!(recorded, documented);
    assert!(recorded.len() >= 12, "{recorded:?}");
    for (name, kind) in &recorded {
        assert_eq!(name.ends_with("_total"), kind == "counter", "{name}");
        assert_eq!(name.ends_with("_seconds"), kind == "histogram", "{name}");
    }
}
