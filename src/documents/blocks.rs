//! Which documents a tenant blocks, read from the storage every few seconds.

use std::collections::HashSet;
use std::iter::successors;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use quick_cache::sync::Cache;
use tokio::runtime::Handle;
use tokio::sync::Mutex;

use crate::domain::{BlockTarget, Clock, TenantId, Timestamp};
use crate::manager::to_its_end;
use crate::repository::{DocumentSource, ErrorKind, Result};

/// How long what was read will do.
const FRESH: Duration = Duration::from_secs(5);

/// Of how many tenants the blocks are kept.
const TENANTS: usize = 1_000;

pub(super) struct Blocks {
    source: DocumentSource,
    clock: Arc<dyn Clock>,
    tenants: Arc<Cache<TenantId, Arc<Entry>>>,
}

/// The blocks of a tenant.
#[derive(Default)]
struct Entry {
    last: RwLock<Option<Known>>,
    /// Who reads them.
    turn: Mutex<()>,
    /// How many reads have ended.
    ended: AtomicU64,
    has_failed: AtomicBool,
    /// How often they were changed here.
    generation: AtomicU64,
}

#[derive(Clone)]
struct Known {
    targets: Arc<Targets>,
    asked_at: Timestamp,
    generation: u64,
}

#[derive(Default)]
struct Targets {
    urls: HashSet<String>,
    domains: HashSet<String>,
}

/// Has the tenant's blocks read again by whoever asks next. On drop, so that it happens however the
/// change ends, which may be long after whoever wanted it went away.
struct Change(Arc<Cache<TenantId, Arc<Entry>>>, TenantId);

impl Drop for Change {
    fn drop(&mut self) {
        let entry = entry(&self.0, &self.1);
        entry.generation.fetch_add(1, Ordering::SeqCst);
    }
}

impl Blocks {
    pub(super) fn new(source: DocumentSource, clock: Arc<dyn Clock>) -> Self {
        Self {
            source,
            clock,
            tenants: Arc::new(Cache::new(TENANTS)),
        }
    }

    /// Whether the tenant blocks the document at `url`, which is on `host`.
    ///
    /// # Errors
    ///
    /// If the blocks can't be read and what was read last is too old: then nobody knows.
    pub(super) async fn cover(&self, tenant: &TenantId, host: &str, url: &str) -> Result<bool> {
        let entry = self.entry(tenant);
        let targets = match entry.fresh(self.clock.now()) {
            Some(targets) => targets,
            None => self.read(tenant, &entry).await?,
        };
        Ok(targets.cover(host, url))
    }

    /// Changes the tenant's blocks, in a task of its own: a caller who goes away during the commit
    /// would leave what was read before it in use.
    ///
    /// # Errors
    ///
    /// Those of the change.
    pub(super) async fn change<T: Send + 'static>(
        &self,
        tenant: &TenantId,
        change: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        let held = Change(Arc::clone(&self.tenants), tenant.clone());
        let work = async move {
            let outcome = change.await;
            drop(held);
            outcome
        };
        match Handle::try_current() {
            Ok(runtime) => to_its_end(&runtime, work)
                .await
                .unwrap_or_else(|| Err(ErrorKind::Unavailable.into())),
            Err(_) => work.await,
        }
    }

    fn entry(&self, tenant: &TenantId) -> Arc<Entry> {
        entry(&self.tenants, tenant)
    }

    /// Reads them, unless another request has meanwhile. All who wait for a read that fails fail
    /// with it: one after the other, they would wait for each other.
    async fn read(&self, tenant: &TenantId, entry: &Entry) -> Result<Arc<Targets>> {
        let ended = entry.ended.load(Ordering::SeqCst);
        let _turn = entry.turn.lock().await;
        if let Some(targets) = entry.fresh(self.clock.now()) {
            return Ok(targets);
        }
        let is_over = entry.ended.load(Ordering::SeqCst) != ended;
        if is_over && entry.has_failed.load(Ordering::SeqCst) {
            return Err(ErrorKind::Unavailable.into());
        }
        let generation = entry.generation.load(Ordering::SeqCst);
        let asked_at = self.clock.now();
        let read = self.source.blocked_documents(tenant).await;
        entry.has_failed.store(read.is_err(), Ordering::SeqCst);
        entry.ended.fetch_add(1, Ordering::SeqCst);
        let targets = Arc::new(Targets::from_iter(read?));
        let known = Known {
            targets: Arc::clone(&targets),
            asked_at,
            generation,
        };
        let last = entry.last.write();
        *last.unwrap_or_else(PoisonError::into_inner) = Some(known);
        Ok(targets)
    }
}

fn entry(tenants: &Cache<TenantId, Arc<Entry>>, tenant: &TenantId) -> Arc<Entry> {
    let new = || Ok::<_, std::convert::Infallible>(Arc::default());
    let Ok(entry) = tenants.get_or_insert_with(tenant, new);
    entry
}

impl Entry {
    fn fresh(&self, now: Timestamp) -> Option<Arc<Targets>> {
        let last = self.last.read().unwrap_or_else(PoisonError::into_inner);
        let known = last.as_ref()?;
        let is_latest = known.generation == self.generation.load(Ordering::SeqCst);
        // What is from the future was read by a wrong clock.
        let is_young = known.asked_at <= now && now < known.asked_at + FRESH;
        (is_latest && is_young).then(|| Arc::clone(&known.targets))
    }
}

impl FromIterator<BlockTarget> for Targets {
    fn from_iter<I: IntoIterator<Item = BlockTarget>>(targets: I) -> Self {
        let mut all = Self::default();
        for target in targets {
            match target {
                BlockTarget::Url(url) => all.urls.insert(url.as_str().to_owned()),
                BlockTarget::Domain(domain) => all.domains.insert(domain),
            };
        }
        all
    }
}

impl Targets {
    /// Like [`BlockTarget::blocks`] for each, without a look at each.
    fn cover(&self, host: &str, url: &str) -> bool {
        let mut domains = successors(Some(host), |host| Some(host.split_once('.')?.1));
        self.urls.contains(url)
            || (!self.domains.is_empty() && domains.any(|domain| self.domains.contains(domain)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_targets_cover_what_one_of_them_blocks() {
        let texts = ["example.net", "a.example.org", "com", "https://a.test/m"];
        let targets: Vec<_> = texts.into_iter().filter_map(BlockTarget::stored).collect();
        let all: Targets = targets.iter().cloned().collect();
        for (host, path) in [
            ("example.net", "/m"),
            ("a.example.net", "/m"),
            ("evil-example.net", "/m"),
            ("example.net.test", "/m"),
            ("example.org", "/m"),
            ("b.a.example.org", "/m"),
            ("com", "/m"),
            ("a.com", "/m"),
            ("a.test", "/m"),
            ("a.test", "/M"),
            ("", "/m"),
        ] {
            let url = format!("https://{host}{path}");
            let one = targets.iter().any(|target| target.blocks(&url, host));
            assert_eq!(all.cover(host, &url), one, "{url}");
        }
    }
}
