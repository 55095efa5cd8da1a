//! The format of values in the tables of the features.

use std::collections::HashMap;

use serde_json::Value;

/// | Cell | Value |
/// |---|---|
/// | any JSON | that value |
/// | `the text …` | the rest of the cell, as a string |
/// | `the key set "NAME"` | the text of a key set that the scenario defined |
/// | `"n" 129 times` | the string repeated this many times |
/// | `60 seconds from now` | that time, as a string (`scene.rs`) |
/// | `["a#"] 33 times` | a list of this length, with 1, 2, 3 … in place of `#` |
pub fn value(cell: &str, key_sets: &HashMap<String, String>) -> Value {
    if let Some(text) = cell.strip_prefix("the text ") {
        return text.into();
    }
    if let Some(name) = cell.strip_prefix("the key set ") {
        return key_sets[name.trim_matches('"')].as_str().into();
    }
    if let Some((one, times)) = cell
        .strip_suffix(" times")
        .and_then(|cell| cell.rsplit_once(' '))
    {
        return repeat(json(one), times.parse().unwrap());
    }
    json(cell)
}

fn json(cell: &str) -> Value {
    serde_json::from_str(cell).unwrap_or_else(|error| panic!("{cell} is not JSON: {error}"))
}

fn repeat(one: Value, times: usize) -> Value {
    match one {
        Value::String(text) => text.repeat(times).into(),
        Value::Array(items) => {
            let template = items[0].as_str().unwrap();
            let item = |number: usize| Value::from(template.replace('#', &number.to_string()));
            (1..=times).map(item).collect()
        }
        other => panic!("{other} can't be repeated"),
    }
}
