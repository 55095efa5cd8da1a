use diesel::prelude::*;

use super::{moment, read, read_id};
use crate::domain::{
    BlockTarget, ClientId, DocumentBlock, MetadataHash, SeenDocument, TenantId, Timestamp,
};
use crate::repository::diesel::error::Result;
use crate::repository::diesel::schema::{oauth_client_document_blocks, oauth_client_documents};

#[derive(Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = oauth_client_documents)]
#[diesel(treat_none_as_default_value = false)]
pub(in super::super) struct DocumentRow {
    pub(in super::super) tenant_id: String,
    pub(in super::super) client_id: String,
    pub(in super::super) host: String,
    pub(in super::super) client_name: String,
    pub(in super::super) metadata_hash: String,
    pub(in super::super) read_at: i64,
    first_used_at: i64,
    pub(in super::super) last_used_at: i64,
    changed_at: Option<i64>,
}

impl DocumentRow {
    pub(in super::super) fn new(tenant: &TenantId, seen: &SeenDocument) -> Self {
        Self {
            tenant_id: tenant.as_str().to_owned(),
            client_id: seen.client_id.as_str().to_owned(),
            host: seen.host.clone(),
            client_name: seen.client_name.clone(),
            metadata_hash: seen.metadata_hash.to_string(),
            read_at: seen.read_at.as_micros(),
            first_used_at: seen.first_used_at.as_micros(),
            last_used_at: seen.last_used_at.as_micros(),
            changed_at: seen.changed_at.map(Timestamp::as_micros),
        }
    }

    pub(in super::super) fn into_document(self) -> Result<SeenDocument> {
        Ok(SeenDocument {
            tenant_id: read("tenant_id", TenantId::parse(&self.tenant_id))?,
            client_id: read("client_id", ClientId::parse(&self.client_id))?,
            host: self.host,
            client_name: self.client_name,
            metadata_hash: read_hash(&self.metadata_hash)?,
            read_at: Timestamp::from_micros(self.read_at),
            first_used_at: Timestamp::from_micros(self.first_used_at),
            last_used_at: Timestamp::from_micros(self.last_used_at),
            changed_at: moment(self.changed_at),
        })
    }
}

pub(in super::super) fn read_hash(text: &str) -> Result<MetadataHash> {
    read("metadata_hash", MetadataHash::parse(text))
}

pub(in super::super) fn read_target(text: &str) -> Result<BlockTarget> {
    read("target", BlockTarget::stored(text))
}

#[derive(Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = oauth_client_document_blocks)]
#[diesel(treat_none_as_default_value = false)]
pub(in super::super) struct BlockRow {
    id: String,
    pub(in super::super) tenant_id: String,
    target: String,
    reason: Option<String>,
    created_by: String,
    created_at: i64,
}

impl BlockRow {
    pub(in super::super) fn new(tenant: &TenantId, block: &DocumentBlock) -> Self {
        Self {
            id: block.id.to_string(),
            tenant_id: tenant.as_str().to_owned(),
            target: block.target.as_str().to_owned(),
            reason: block.reason.clone(),
            created_by: block.created_by.clone(),
            created_at: block.created_at.as_micros(),
        }
    }

    pub(in super::super) fn into_block(self) -> Result<DocumentBlock> {
        Ok(DocumentBlock {
            id: read_id("id", &self.id)?,
            tenant_id: read("tenant_id", TenantId::parse(&self.tenant_id))?,
            target: read_target(&self.target)?,
            reason: self.reason,
            created_by: self.created_by,
            created_at: Timestamp::from_micros(self.created_at),
        })
    }
}
