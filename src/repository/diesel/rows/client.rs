use diesel::prelude::*;

use super::column::Column;
use super::{moment, read, read_id};
use crate::domain::{
    Client, ClientId, ClientMetadata, ClientStatus, TenantId, Timestamp, Version, fields,
};
use crate::repository::diesel::error::Result;
use crate::repository::diesel::folded::folded;
use crate::repository::diesel::schema::oauth_clients;
#[cfg(feature = "registration")]
use crate::{domain::Id, repository::diesel::schema::PURGED};

/// A client to insert.
#[derive(Debug, Insertable)]
#[diesel(table_name = oauth_clients)]
#[diesel(treat_none_as_default_value = false)]
pub(in super::super) struct NewClientRow {
    client_id: String,
    tenant_id: String,
    id: String,
    #[diesel(embed)]
    metadata: MetadataRow,
    origin: String,
    secret_last_four: Option<String>,
    version: i64,
    /// How many clients were cloned from this one. Incrementing it locks the row while a clone is
    /// written, on every database and without a new version.
    clones: i64,
    created_at: i64,
    updated_at: i64,
    last_used_at: Option<i64>,
    deleted_at: Option<i64>,
}

/// A stored client, without the columns that only queries use.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = oauth_clients)]
pub(in super::super) struct ClientRow {
    client_id: String,
    tenant_id: String,
    id: String,
    #[diesel(embed)]
    metadata: StoredMetadata,
    origin: String,
    secret_last_four: Option<String>,
    version: i64,
    created_at: i64,
    updated_at: i64,
    last_used_at: Option<i64>,
    deleted_at: Option<i64>,
}

macro_rules! columns {
    ($($(#[$file:meta])* $name:ident: $type:ty => $schema:expr;)+) => {
        /// The columns that an update replaces.
        #[derive(Debug, AsChangeset, Insertable)]
        #[diesel(table_name = oauth_clients)]
        #[diesel(treat_none_as_default_value = false)]
        #[diesel(treat_none_as_null = true)]
        pub(in super::super) struct MetadataRow {
            $($name: <$type as Column>::Stored,)+
            name_folded: String,
            status: String,
        }

        /// The same as they are read.
        #[derive(Debug, Queryable, Selectable)]
        #[diesel(table_name = oauth_clients)]
        pub(in super::super) struct StoredMetadata {
            $($name: <$type as Column>::Read,)+
            status: String,
        }

        impl MetadataRow {
            pub(in super::super) fn new(
                metadata: &ClientMetadata,
                status: &ClientStatus,
            ) -> Result<Self> {
                Ok(Self {
                    $($name: metadata.$name.write(stringify!($name))?,)+
                    name_folded: folded(&metadata.name),
                    status: status.write("status")?,
                })
            }

            /// The total length of its texts, in bytes.
            #[cfg(feature = "diesel-sqlite")]
            pub(in super::super) fn len(&self) -> usize {
                let lengths = [$(<$type as Column>::len(&self.$name),)+];
                lengths.iter().sum::<usize>() + self.name_folded.len() + self.status.len()
            }
        }

        impl StoredMetadata {
            fn into_metadata(self) -> Result<(ClientMetadata, ClientStatus)> {
                let metadata = ClientMetadata {
                    $($name: Column::read(stringify!($name), self.$name)?,)+
                };
                Ok((metadata, Column::read("status", self.status)?))
            }
        }
    };
}

fields!(columns);

impl NewClientRow {
    pub(in super::super) fn new(tenant: &TenantId, client: &Client) -> Result<Self> {
        Ok(Self {
            client_id: client.client_id.as_str().to_owned(),
            tenant_id: tenant.as_str().to_owned(),
            id: client.id.to_string(),
            metadata: MetadataRow::new(&client.metadata, &client.status)?,
            origin: client.origin.as_str().to_owned(),
            secret_last_four: client.secret_last_four.clone(),
            version: client.version.as_i64(),
            clones: 0,
            created_at: client.created_at.as_micros(),
            updated_at: client.updated_at.as_micros(),
            last_used_at: client.last_used_at.map(Timestamp::as_micros),
            deleted_at: client.deleted_at.map(Timestamp::as_micros),
        })
    }

    /// A row that looks like that of a purged client: only its ids mean anything, which are taken.
    #[cfg(feature = "registration")]
    pub(in super::super) fn purged(
        tenant: &TenantId,
        client_id: ClientId,
        id: Id,
        at: Timestamp,
    ) -> Result<Self> {
        let nothing = ClientMetadata::new("", [""; 0]);
        let mut client = Client::new(id, tenant.clone(), client_id, nothing, at);
        client.status = ClientStatus::Inactive;
        Ok(Self {
            deleted_at: Some(PURGED),
            ..Self::new(tenant, &client)?
        })
    }

    pub(in super::super) fn client_id(&self) -> &str {
        &self.client_id
    }

    #[cfg(feature = "registration")]
    pub(in super::super) fn id(&self) -> &str {
        &self.id
    }

    #[cfg(feature = "registration")]
    pub(in super::super) fn tenant_id(&self) -> &str {
        &self.tenant_id
    }

    #[cfg(feature = "diesel-sqlite")]
    pub(in super::super) fn metadata(&self) -> &MetadataRow {
        &self.metadata
    }
}

impl ClientRow {
    pub(in super::super) fn into_client(self) -> Result<Client> {
        let (metadata, status) = self.metadata.into_metadata()?;
        Ok(Client {
            id: read_id("id", &self.id)?,
            tenant_id: read("tenant_id", TenantId::parse(&self.tenant_id))?,
            client_id: read("client_id", ClientId::parse(&self.client_id))?,
            metadata,
            status,
            origin: Column::read("origin", self.origin)?,
            secret_last_four: self.secret_last_four,
            version: Version::from_i64(self.version),
            created_at: Timestamp::from_micros(self.created_at),
            updated_at: Timestamp::from_micros(self.updated_at),
            last_used_at: moment(self.last_used_at),
            deleted_at: moment(self.deleted_at),
        })
    }
}
