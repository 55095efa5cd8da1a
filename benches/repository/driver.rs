//! A database's own driver: what it takes to run the statements, one after the other.

use super::sql::Value;

/// Every column of a client: texts and numbers.
pub type Row = (Vec<Option<String>>, Vec<Option<i64>>);

pub trait Driver: Send {
    /// Runs what has no values: `BEGIN` and `COMMIT`.
    fn control(&mut self, sql: &'static str) -> impl Future<Output = ()> + Send;

    /// Returns how many rows it changed.
    fn execute(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> impl Future<Output = u64> + Send;

    fn clients(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> impl Future<Output = Vec<Row>> + Send;

    /// The first column.
    fn texts(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> impl Future<Output = Vec<String>> + Send;
}

/// Operations of a driver, for each of which a connection of a pool is taken and given back. What
/// they run on is the driver's own.
macro_rules! leased {
    ($name:ident) => {
        impl Operations for $name {
            async fn create(&mut self, sample: &Sample) {
                let _lease = self.1.get().await.unwrap();
                self.0.create(sample).await;
            }

            async fn get(&mut self, client: &Client) {
                let _lease = self.1.get().await.unwrap();
                self.0.get(client).await;
            }

            async fn page(&mut self) {
                let _lease = self.1.get().await.unwrap();
                self.0.page().await;
            }

            async fn update(&mut self, update: &ClientUpdate, write: &Write) {
                let _lease = self.1.get().await.unwrap();
                self.0.update(update, write).await;
            }

            async fn rotate(&mut self, client: &Client, rotation: &SecretRotation, write: &Write) {
                let _lease = self.1.get().await.unwrap();
                self.0.rotate(client, rotation, write).await;
            }
        }
    };
}
