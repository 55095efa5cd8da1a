use std::env;
use std::fmt;

use tower_oauth_clients::domain::TenantId;
use tower_oauth_clients::registration::RegistrationMode;

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
    pub issuer: Option<String>,
}

impl Settings {
    /// Reads the variables that the program's documentation lists.
    ///
    /// # Errors
    ///
    /// If one of them can't be read.
    pub fn from_env() -> Result<Self, String> {
        let get = |name: &str, default: &str| env::var(name).unwrap_or_else(|_| default.to_owned());
        let url = get("DATABASE_URL", "sqlite://mcp_host.db");
        let path = url
            .strip_prefix("sqlite://")
            .filter(|path| !path.is_empty());
        let tenant = TenantId::parse(&get("TENANT", "demo"));
        let registration = match &*get("REGISTRATION", "open") {
            "open" => RegistrationMode::Open,
            "protected" => RegistrationMode::Protected,
            "approval" => RegistrationMode::Approval,
            "off" => RegistrationMode::Off,
            _ => return Err("REGISTRATION must be open, protected, approval or off.".into()),
        };
        Ok(Self {
            address: get("ADDR", "127.0.0.1:3000"),
            database: path
                .ok_or("DATABASE_URL must look like sqlite://PATH.")?
                .to_owned(),
            admin_secret: admin_secret()?,
            tenant: tenant.ok_or("TENANT must have 1 to 128 visible ASCII characters.")?,
            registration,
            issuer: env::var("ISSUER").ok(),
        })
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
            .finish_non_exhaustive()
    }
}

/// The key that signs the admin tokens; a real host uses an identity provider.
fn admin_secret() -> Result<Vec<u8>, String> {
    match env::var("ADMIN_JWT_SECRET") {
        Ok(secret) if secret.len() >= 32 => Ok(secret.into_bytes()),
        Ok(_) => Err("ADMIN_JWT_SECRET must be at least 32 bytes long.".into()),
        Err(_) => Ok(rand::random::<[u8; 32]>().to_vec()),
    }
}
