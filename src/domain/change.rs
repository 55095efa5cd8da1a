//! Validation of updates.

use super::fields::Fields;
use super::rules;
use super::validate::Checked;
use super::violation::Violations;
use super::{Client, ClientMetadata, ClientStatus, Patch, Policy, Violation};

impl Patch {
    /// Validates the state that a change of `current` asks for.
    ///
    /// A client may be older than today's rules, so a violation that it already had in an unchanged
    /// field does not make the change fail. Otherwise a client could not be suspended before it is
    /// repaired. Changed fields follow the same rules as those of a new client.
    pub(crate) fn validate(
        &self,
        current: &Client,
        policy: &Policy,
    ) -> Result<(ClientMetadata, ClientStatus), Violations> {
        let asked = || self.0.clone().over(current);
        let (mut checked, faults) = asked().check(policy);
        if faults.iter().next().is_some() {
            let (asked, stored) = (asked(), Fields::default().over(current));
            let (mut before, mut known) = stored.clone().check(policy);
            before.between(&current.metadata, &mut known);
            let is_known = |fault: &Violation| {
                known.iter().any(|known| known == fault) && !asked.differs(&stored, fault.field())
            };
            faults.without(is_known).into_result()?;
            // A field that a rule could not read is taken from what is stored.
            let mut between = Violations::default();
            checked.between(&current.metadata, &mut between);
            between.without(is_known).into_result()?;
        }
        let outcome = checked.into_metadata(Some(current));
        outcome.ok_or_else(Violations::default)
    }
}

impl Checked {
    /// Checks the rules between fields, where some unchanged fields are themselves invalid.
    fn between(&mut self, stored: &ClientMetadata, faults: &mut Violations) {
        // Of an import, while the policy asks for at least one.
        if stored.redirect_uris.is_empty() {
            self.redirect_uris.get_or_insert_default();
        }
        let grant_types = || stored.grant_types.clone();
        let methods = || stored.client_auth_methods.clone();
        self.grant_types.get_or_insert_with(grant_types);
        self.client_auth_methods.get_or_insert_with(methods);
        let profile = || stored.fapi_profile.clone();
        self.fapi_profile.get_or_insert_with(profile);
        rules::check(self, faults);
    }
}
