use super::Error;
use super::reply::Reply;
use super::request::Call;
use crate::manager::ClientManager;
use crate::wire::{
    CreateSecretResponse, RotateSecretResponse, SecretItem, SecretList, read_rotation,
    read_secret_options,
};

pub(super) async fn rotate(manager: &ClientManager, call: Call<'_>) -> Result<Reply, Error> {
    let client_id = call.client_id()?;
    let options = read_rotation(&call.body)?;
    let issued = manager
        .rotate_secret_with(&call.operator, &client_id, options)
        .await?;
    let data = RotateSecretResponse::new(&client_id, &issued.record, &issued.plaintext);
    Reply::success(data, manager.now())
}

pub(super) async fn create(manager: &ClientManager, call: Call<'_>) -> Result<Reply, Error> {
    let client_id = call.client_id()?;
    let options = read_secret_options(&call.body)?;
    let issued = manager
        .create_secret_with(&call.operator, &client_id, options)
        .await?;
    let data = CreateSecretResponse::new(&issued.record, &issued.plaintext);
    Reply::success(data, manager.now())
}

pub(super) async fn list(manager: &ClientManager, call: Call<'_>) -> Result<Reply, Error> {
    let records = manager.secrets(&call.operator, &call.client_id()?).await?;
    let now = manager.now();
    let secrets = records
        .iter()
        .map(|record| SecretItem::at(now, record))
        .collect();
    Reply::success(SecretList { secrets }, now)
}

pub(super) async fn deactivate(manager: &ClientManager, call: Call<'_>) -> Result<Reply, Error> {
    let (client_id, secret_id) = (call.client_id()?, call.secret_id()?);
    let record = manager
        .deactivate_secret(&call.operator, &client_id, secret_id)
        .await?;
    let now = manager.now();
    Reply::success(SecretItem::at(now, &record), now)
}

pub(super) async fn delete(manager: &ClientManager, call: Call<'_>) -> Result<Reply, Error> {
    let (client_id, secret_id) = (call.client_id()?, call.secret_id()?);
    manager
        .delete_secret(&call.operator, &client_id, secret_id)
        .await?;
    Ok(Reply::empty())
}
