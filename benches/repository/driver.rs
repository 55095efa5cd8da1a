//! The database's own driver, which runs the same statements one after the other.

use super::sql::Value;

/// Every column of a client: texts and numbers.
pub type Row = (Vec<Option<String>>, Vec<Option<i64>>);

pub trait Driver: Send {
    /// Runs a statement without values: `BEGIN` or `COMMIT`.
    fn control(&mut self, sql: &'static str) -> impl Future<Output = ()> + Send;

    /// Returns the number of changed rows.
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

    /// Returns the first column.
    fn texts(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> impl Future<Output = Vec<String>> + Send;
}

/// Implements the operations of a driver such that each one takes a connection from a pool and
/// returns it. The statements run on the driver's own connection.
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
