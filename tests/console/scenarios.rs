//! The scenarios of `features/console.feature` are those that the scripts click through.

use std::collections::BTreeSet;
use std::fs;

use super::root;

#[test]
fn each_scenario_has_a_test_of_its_name() {
    let feature = fs::read_to_string(root().join("features/console.feature")).unwrap();
    let scenarios = feature
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Scenario: "))
        .map(str::to_lowercase);
    let scenarios: BTreeSet<_> = scenarios.collect();
    assert!(scenarios.len() > 15, "{scenarios:?}");
    let mut tests = BTreeSet::new();
    for file in fs::read_dir(root().join("tests/console")).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|end| end == "mjs") {
            let source = fs::read_to_string(path).unwrap();
            // The name of a test is quoted, after `async ` or in `tests[…]`.
            for start in ["async '", "tests['"] {
                let names = source.split(start).skip(1);
                let names = names.filter_map(|rest| rest.split('\'').next());
                tests.extend(names.map(str::to_lowercase));
            }
        }
    }
    let missing: Vec<_> = scenarios.difference(&tests).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
