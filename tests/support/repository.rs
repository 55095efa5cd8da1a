use diesel_async::AsyncConnection;
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, bb8, deadpool};
use tempfile::TempDir;
use tower_oauth_clients::ClientManager;
use tower_oauth_clients::adapters::tower::ClientCorsLayer;
use tower_oauth_clients::authentication::{ClientAuthenticator, ClientAuthenticatorBuilder};
use tower_oauth_clients::documents::{ClientResolver, ClientResolverBuilder, TrustPolicy};
use tower_oauth_clients::domain::{AuditEntry, ClientId, Page, SecretRecord};
use tower_oauth_clients::manager::ClientManagerBuilder;
use tower_oauth_clients::outbound::Fetch;
use tower_oauth_clients::registration::{Registrar, RegistrarBuilder};
use tower_oauth_clients::repository::{
    ClientRepository, MemoryRepository, MysqlRepository, PostgresRepository, Result,
    SqliteRepository,
};

use super::behind::tenant;
use super::place::Place;
use super::servers::Database;

/// A kind of repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    Memory,
    Sqlite,
    Postgres,
    Mysql,
}

impl Store {
    pub const ALL: Stores = Stores(&[Self::Memory, Self::Sqlite, Self::Postgres, Self::Mysql]);

    /// The repositories that use a database.
    pub const DATABASES: Stores = Stores(&[Self::Sqlite, Self::Postgres, Self::Mysql]);

    /// The repositories that use a database server.
    pub const SERVERS: Stores = Stores(&[Self::Postgres, Self::Mysql]);

    fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
        }
    }
}

/// The repositories that a test runs on. `TEST_STORES=memory,sqlite` restricts them.
#[derive(Clone, Copy, Debug)]
pub struct Stores(&'static [Store]);

impl IntoIterator for Stores {
    type Item = Store;
    type IntoIter = std::vec::IntoIter<Store>;

    fn into_iter(self) -> Self::IntoIter {
        let wanted = std::env::var("TEST_STORES").ok();
        let is_wanted = |store: &Store| {
            let names = wanted.as_deref();
            names.is_none_or(|names| names.split(',').any(|name| name == store.name()))
        };
        let stores: Vec<_> = self.0.iter().copied().filter(is_wanted).collect();
        stores.into_iter()
    }
}

/// The repository of a service.
#[derive(Clone, Debug)]
pub enum Repository {
    Memory(MemoryRepository),
    Sqlite(SqliteRepository),
    Postgres(PostgresRepository),
    Mysql(MysqlRepository),
}

/// Calls a method of the repository, whichever it is.
#[macro_export]
macro_rules! call {
    ($repository:expr, $method:ident($($argument:expr),*)) => {
        match &$repository {
            $crate::Repository::Memory(it) => it.$method($($argument),*).await,
            $crate::Repository::Sqlite(it) => it.$method($($argument),*).await,
            $crate::Repository::Postgres(it) => it.$method($($argument),*).await,
            $crate::Repository::Mysql(it) => it.$method($($argument),*).await,
        }
    };
}

/// A host's pool with default settings, which test a connection with a query before each use.
#[derive(Clone, Copy, Debug)]
pub enum DefaultPool {
    Bb8,
    Deadpool,
}

impl DefaultPool {
    pub const ALL: [Self; 2] = [Self::Bb8, Self::Deadpool];
}

impl Repository {
    /// Creates an empty repository of a server, on a host's pool.
    pub async fn open_on(pool: DefaultPool, store: Store) -> (Self, Place) {
        fn manager<C: AsyncConnection + 'static>(url: &str) -> AsyncDieselConnectionManager<C> {
            AsyncDieselConnectionManager::new(url)
        }
        let (_, place) = Self::open(store).await;
        let Place::Database(database) = &place else {
            panic!("no server: {place:?}");
        };
        let url = database.url();
        let repository = match (store, pool) {
            (Store::Postgres, DefaultPool::Bb8) => {
                let pool = bb8::Pool::builder().build(manager(url)).await;
                Self::Postgres(PostgresRepository::from_bb8(pool.unwrap()))
            }
            (Store::Postgres, DefaultPool::Deadpool) => {
                let pool = deadpool::Pool::builder(manager(url)).build();
                Self::Postgres(PostgresRepository::from_deadpool(pool.unwrap()))
            }
            (_, DefaultPool::Bb8) => {
                let pool = bb8::Pool::builder().build(manager(url)).await;
                Self::Mysql(MysqlRepository::from_bb8(pool.unwrap()))
            }
            (_, DefaultPool::Deadpool) => {
                let pool = deadpool::Pool::builder(manager(url)).build();
                Self::Mysql(MysqlRepository::from_deadpool(pool.unwrap()))
            }
        };
        (repository, place)
    }

    /// Creates an empty repository. Returns it and its place.
    pub async fn open(store: Store) -> (Self, Place) {
        match store {
            Store::Memory => (Self::Memory(MemoryRepository::new()), Place::Memory),
            Store::Sqlite => {
                let folder = TempDir::new().unwrap();
                let sqlite = SqliteRepository::open(folder.path().join("clients.db"));
                let sqlite = sqlite.await.unwrap();
                sqlite.migrate().await.unwrap();
                (Self::Sqlite(sqlite), Place::Folder(folder))
            }
            Store::Postgres => {
                let database = Database::postgres().await;
                let postgres = PostgresRepository::connect(database.url()).await.unwrap();
                postgres.migrate().await.unwrap();
                (Self::Postgres(postgres), Place::Database(database))
            }
            Store::Mysql => {
                let database = Database::mysql().await;
                let mysql = MysqlRepository::connect(database.url()).await.unwrap();
                mysql.migrate().await.unwrap();
                (Self::Mysql(mysql), Place::Database(database))
            }
        }
    }

    pub fn manager(&self) -> ClientManagerBuilder {
        match self.clone() {
            Self::Memory(memory) => ClientManager::builder(memory),
            Self::Sqlite(sqlite) => ClientManager::builder(sqlite),
            Self::Postgres(postgres) => ClientManager::builder(postgres),
            Self::Mysql(mysql) => ClientManager::builder(mysql),
        }
    }

    /// Migrates, like a host at its start; there is nothing to migrate in memory.
    pub async fn migrate(&self) -> Result<usize> {
        match self {
            Self::Memory(_) => Ok(0),
            Self::Sqlite(sqlite) => sqlite.migrate().await,
            Self::Postgres(postgres) => postgres.migrate().await,
            Self::Mysql(mysql) => mysql.migrate().await,
        }
    }

    pub fn authenticator(&self) -> ClientAuthenticatorBuilder {
        match self.clone() {
            Self::Memory(memory) => ClientAuthenticator::builder(memory),
            Self::Sqlite(sqlite) => ClientAuthenticator::builder(sqlite),
            Self::Postgres(postgres) => ClientAuthenticator::builder(postgres),
            Self::Mysql(mysql) => ClientAuthenticator::builder(mysql),
        }
    }

    pub fn registrar(&self, manager: ClientManager, endpoint: &str) -> RegistrarBuilder {
        match self.clone() {
            Self::Memory(memory) => Registrar::builder(manager, memory, endpoint),
            Self::Sqlite(sqlite) => Registrar::builder(manager, sqlite, endpoint),
            Self::Postgres(postgres) => Registrar::builder(manager, postgres, endpoint),
            Self::Mysql(mysql) => Registrar::builder(manager, mysql, endpoint),
        }
    }

    pub fn resolver(&self, fetch: impl Fetch, trust: impl TrustPolicy) -> ClientResolverBuilder {
        match self.clone() {
            Self::Memory(memory) => ClientResolver::builder(memory, fetch, trust),
            Self::Sqlite(sqlite) => ClientResolver::builder(sqlite, fetch, trust),
            Self::Postgres(postgres) => ClientResolver::builder(postgres, fetch, trust),
            Self::Mysql(mysql) => ClientResolver::builder(mysql, fetch, trust),
        }
    }

    pub fn cors_layer(&self) -> ClientCorsLayer {
        match self.clone() {
            Self::Memory(memory) => ClientCorsLayer::new(memory),
            Self::Sqlite(sqlite) => ClientCorsLayer::new(sqlite),
            Self::Postgres(postgres) => ClientCorsLayer::new(postgres),
            Self::Mysql(mysql) => ClientCorsLayer::new(mysql),
        }
    }

    /// The audit trail of a client of `tenant_a`, newest first.
    pub async fn audit(&self, client_id: &str) -> Vec<AuditEntry> {
        let (tenant, client_id) = (tenant("tenant_a"), ClientId::parse(client_id).unwrap());
        let page = Page::Number {
            number: 1,
            size: 100,
        };
        let entries = call!(self, audit_entries(&tenant, &client_id, page));
        entries.unwrap().items
    }

    /// The secrets of a client of `tenant_a`, newest first.
    pub async fn secrets(&self, client_id: &str) -> Vec<SecretRecord> {
        let (tenant, client_id) = (tenant("tenant_a"), ClientId::parse(client_id).unwrap());
        call!(self, secrets(&tenant, &client_id)).unwrap()
    }
}
