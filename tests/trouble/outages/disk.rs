//! The disk is full.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use tower_oauth_clients::ClientManager;
use tower_oauth_clients::domain::Draft;
use tower_oauth_clients::repository::SqliteRepository;

use super::KINDS;
use super::told::{assert_told, operator};
use support::cheap_pool;
use support::hosts::behind::{assert_whole, dump};
use support::hosts::{Host, assert_unavailable};
use support::servers::{Folder, Kind, Server};

/// Enough for the files that a server creates at its start.
const MEGABYTES: u32 = 200;

/// Its tables are in one file, which would grow by 64 MB at once: more than is written here.
const SMALL_STEPS: [&str; 1] = ["--innodb-autoextend-increment=1"];

/// Fills a disk completely.
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
        let own = match kind {
            Kind::Postgres => Server::postgres().with_arguments(&["-c", "lc_messages=C.UTF-8"]),
            Kind::Mysql => Server::mysql().with_arguments(&SMALL_STEPS),
        };
        let own = own.with_disk(MEGABYTES);
        let Some(server) = own.try_start().await else {
            eprintln!("not run: a disk of a test's own takes root");
            return;
        };
        let url = server.url();
        let host = Host::connect(&url).await;
        let client_id = host.client().await;
        let ballast = fill(server.folder());

        // There is free space within the tables, and what a migration has replaced is given back
        // later: so the disk is filled until nothing more comes back.
        let mut refused = 0;
        for number in 1..20_000 {
            match host.create().await.status.is_success() {
                true => refused = 0,
                false => refused += 1,
            }
            if refused == 20 {
                break;
            }
            if refused > 0 || number % 100 == 0 {
                fill(server.folder());
            }
        }
        assert_eq!(refused, 20, "{place}");
        let before = dump(&url).await;
        assert_unavailable(&host.create().await, &place);
        let text = match kind {
            Kind::Postgres => "sqlstate 53100",
            Kind::Mysql => "is full",
        };
        let draft = Draft::new("One", ["https://app.example.com/callback"]);
        let created = host.manager.create(&operator(), draft).await;
        assert_told(created.map(drop), text);
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

#[tokio::test]
async fn sqlite_does_the_same() {
    let Some(folder) = Folder::new(Some(8)) else {
        eprintln!("not run: a disk of a test's own takes root");
        return;
    };
    let path = folder.path().join("clients.db");
    let repository = SqliteRepository::open(&path).await.unwrap();
    repository.migrate().await.unwrap();
    let manager = ClientManager::builder(repository.clone());
    let manager = manager.with_hash_pool(cheap_pool()).build().unwrap();
    let create = || {
        let draft = Draft::new("One", ["https://app.example.com/callback"]);
        let manager = manager.clone();
        async move { manager.create(&operator(), draft).await }
    };
    let first = create().await.unwrap().client;
    let ballast = fill(folder.path());
    let mut created = create().await;
    for _ in 0..20_000 {
        if created.is_err() {
            break;
        }
        created = create().await;
    }
    assert_told(created.map(drop), "is full");
    manager.get(&operator(), &first.client_id).await.unwrap();
    std::fs::remove_file(ballast).unwrap();
    create().await.unwrap();
}
