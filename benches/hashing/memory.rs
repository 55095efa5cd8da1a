//! The memory that hashing takes: the peak of a process that does nothing else.

use std::fs::read_to_string;
use std::process::Command;

use super::Outcome;
use super::engine::{Engine, Work};

/// The environment variable with the arguments of [`of`], the engine's name last.
const CHILD: &str = "HASHING_MEMORY_OF";

/// The additional MiB that a process needs for this many hashes on this many threads.
pub(super) fn of(
    engine: Engine,
    (memory, iterations): (u32, u32),
    threads: u32,
    hashes: u32,
) -> Outcome<Option<f64>> {
    let name = engine.name();
    let child = format!("{memory} {iterations} {threads} {hashes} {name}");
    let output = Command::new(std::env::current_exe()?)
        .env(CHILD, child)
        .output()?;
    if !output.status.success() {
        return Err(format!("{name}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(String::from_utf8(output.stdout)?.trim().parse().ok())
}

/// Does the work and returns `true` if [`of`] started this process.
pub(super) fn is_child() -> Outcome<bool> {
    let Ok(child) = std::env::var(CHILD) else {
        return Ok(false);
    };
    let [memory, iterations, threads, hashes, name] = child.splitn(5, ' ').collect::<Vec<_>>()[..]
    else {
        return Err("a child without its numbers".into());
    };
    let mut engines = Engine::ALL.iter();
    let engine = engines
        .find(|engine| engine.name() == name)
        .ok_or("no such engine")?;
    let before = peak();
    let cost = (memory.parse()?, iterations.parse()?);
    Work::new(*engine, cost, threads.parse()?, hashes.parse()?)?.run()?;
    if let (Some(before), Some(after)) = (before, peak()) {
        println!("{:.1}", (after - before) / 1024.0);
    }
    Ok(true)
}

/// The peak resident size of this process so far, in KiB.
fn peak() -> Option<f64> {
    let status = read_to_string("/proc/self/status").ok()?;
    let mut lines = status.lines();
    let peak = lines.find_map(|line| line.strip_prefix("VmHWM:"))?;
    peak.trim().strip_suffix(" kB")?.parse().ok()
}
