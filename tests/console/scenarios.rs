//! The scenarios of `features/console.feature` are those that the scripts click through.

use std::collections::BTreeSet;
use std::fs;

use super::root;

/// The sources of the scripts, each with its name.
fn scripts() -> Vec<(String, String)> {
    let files = fs::read_dir(root().join("tests/console")).unwrap();
    let paths = files.map(|file| file.unwrap().path());
    let scripts = paths.filter(|path| path.extension().is_some_and(|end| end == "mjs"));
    let named = scripts.map(|path| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (name, fs::read_to_string(path).unwrap())
    });
    named.collect()
}

#[test]
fn each_scenario_has_a_test_of_its_name_and_each_test_a_scenario() {
    let feature = fs::read_to_string(root().join("features/console.feature")).unwrap();
    let lines = feature.lines().map(str::trim);
    let scenarios = lines.filter_map(|line| line.strip_prefix("Scenario: "));
    let scenarios: BTreeSet<_> = scenarios.map(str::to_lowercase).collect();
    assert!(scenarios.len() > 30, "{scenarios:?}");
    let mut tests = BTreeSet::new();
    for (_, source) in scripts() {
        // The name of a test is quoted, after `async ` or in `tests[…]`.
        for start in ["async '", "tests['"] {
            let names = source.split(start).skip(1);
            let names = names.filter_map(|rest| rest.split('\'').next());
            tests.extend(names.map(str::to_lowercase));
        }
    }
    let without_test: Vec<_> = scenarios.difference(&tests).collect();
    let without_scenario: Vec<_> = tests.difference(&scenarios).collect();
    assert!(without_test.is_empty(), "{without_test:?}");
    assert!(without_scenario.is_empty(), "{without_scenario:?}");
}

#[test]
fn each_script_is_run() {
    for (name, source) in scripts() {
        if source.contains("await run(") {
            let is_run = include_str!("main.rs").contains(&format!("\"{name}\""));
            assert!(is_run, "{name}");
        }
    }
}
