use std::fmt;
use std::net::SocketAddr;

use tower_oauth_clients::domain::TenantId;
use tower_oauth_clients::registration::RegistrationMode;

use crate::Issuer;
use crate::issuer::is_origin;
use crate::variables::{sqlite_path, variable};

/// What the environment says.
pub struct Settings {
    /// The address to listen on.
    pub address: String,
    /// The path of the SQLite file.
    pub database: String,
    /// The HS256 key of the admin tokens.
    pub admin_secret: Vec<u8>,
    /// The tenant of all clients.
    pub tenant: TenantId,
    /// Who may register.
    pub registration: RegistrationMode,
    /// The issuer identifier, if it is not that of the address.
    pub issuer: Option<Issuer>,
    /// The origins of pages that may call the MCP server, besides its own and those of the device.
    pub origins: Vec<String>,
}

impl Settings {
    /// Reads the variables that the program's documentation lists.
    ///
    /// # Errors
    ///
    /// If one of them can't be read.
    pub fn from_env() -> Result<Self, String> {
        let get = |name: &str, default: &str| {
            variable(name).map(|value| value.unwrap_or_else(|| default.to_owned()))
        };
        let tenant = TenantId::parse(&get("TENANT", "demo")?);
        let registration = match &*get("REGISTRATION", "open")? {
            "open" => RegistrationMode::Open,
            "protected" => RegistrationMode::Protected,
            "approval" => RegistrationMode::Approval,
            "off" => RegistrationMode::Off,
            _ => return Err("REGISTRATION must be open, protected, approval or off.".into()),
        };
        Ok(Self {
            address: get("ADDR", "127.0.0.1:3000")?,
            database: sqlite_path(&get("DATABASE_URL", "sqlite://mcp_host.db")?)?,
            admin_secret: admin_secret()?,
            tenant: tenant.ok_or("TENANT must have 1 to 128 visible ASCII characters.")?,
            registration,
            issuer: variable("ISSUER")?
                .map(|issuer| Issuer::parse(&issuer))
                .transpose()?,
            origins: origins(&get("ALLOWED_ORIGINS", "")?)?,
        })
    }

    /// The issuer identifier of a server that listens on this address.
    pub fn issuer(&self, address: SocketAddr) -> Issuer {
        let issuer = self.issuer.clone();
        issuer.unwrap_or_else(|| Issuer::of_address(address))
    }
}

/// Without the key.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("address", &self.address)
            .field("database", &self.database)
            .field("tenant", &self.tenant)
            .field("registration", &self.registration)
            .field("issuer", &self.issuer)
            .field("origins", &self.origins)
            .finish_non_exhaustive()
    }
}

fn origins(list: &str) -> Result<Vec<String>, String> {
    let origins = list.split(',').map(str::trim);
    let origins: Vec<_> = origins.filter(|origin| !origin.is_empty()).collect();
    match origins.iter().all(|origin| is_origin(origin)) {
        true => Ok(origins.into_iter().map(str::to_owned).collect()),
        false => Err(
            "ALLOWED_ORIGINS must be origins such as https://app.example.com, apart by commas."
                .into(),
        ),
    }
}

/// The key that signs the admin tokens; a real host uses an identity provider.
fn admin_secret() -> Result<Vec<u8>, String> {
    match variable("ADMIN_JWT_SECRET")? {
        Some(secret) if secret.len() >= 32 => Ok(secret.into_bytes()),
        Some(_) => Err("ADMIN_JWT_SECRET must be at least 32 bytes long.".into()),
        None => Ok(rand::random::<[u8; 32]>().to_vec()),
    }
}
