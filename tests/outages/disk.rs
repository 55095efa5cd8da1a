//! The disk is full.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::KINDS;
use crate::hosts::behind::{assert_whole, dump};
use crate::hosts::{Host, assert_unavailable};
use crate::servers::Server;

/// As big as it has to be for what a server makes at its start.
const MEGABYTES: u32 = 200;

/// Fills a disk up to its last byte.
fn fill(folder: &Path) -> PathBuf {
    let path = folder.join("ballast");
    let mut file: File = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .unwrap();
    let mut size = 1024 * 1024;
    while size > 0 {
        if file.write_all(&vec![0; size]).is_err() {
            size /= 2;
        }
    }
    path
}

#[tokio::test]
async fn writes_are_refused_until_there_is_space() {
    for kind in KINDS {
        let place = format!("{kind:?}");
        let own = Server::of(kind).with_disk(MEGABYTES);
        let Some(server) = own.try_start().await else {
            eprintln!("not run: a disk of a test's own takes root");
            return;
        };
        let url = server.url();
        let host = Host::connect(&url).await;
        let client_id = host.client().await;
        let ballast = fill(server.folder());

        // There is still some space in the tables.
        let mut answer = host.create().await;
        for _ in 0..20_000 {
            if !answer.status.is_success() {
                break;
            }
            answer = host.create().await;
        }
        assert_unavailable(&answer, &place);
        let before = dump(&url).await;
        assert_unavailable(&host.create().await, &place);
        assert_eq!(dump(&url).await, before, "{place}");
        assert_whole(&url, &place).await;
        assert_eq!(host.get(&client_id).await.status, 200, "{place}");

        std::fs::remove_file(ballast).unwrap();
        let created = host.create().await;
        assert_eq!(created.status, 201, "{place}: {created:?}");
        assert_eq!(
            host.rename(&client_id, "Renamed").await.status,
            200,
            "{place}"
        );
        assert_whole(&url, &place).await;
    }
}
