//! Which test runs each case, and which cases wait for an operation that is not served yet. No case
//! is left out without a reason.

use http::Method;

use support::case::Case;
use support::{App, Store, request};

/// Every operation of the contract.
const CONTRACT: [(&str, &str); 15] = [
    ("POST", "/admin/oauth/clients"),
    ("GET", "/admin/oauth/clients"),
    ("GET", "/admin/oauth/clients/{client_id}"),
    ("PUT", "/admin/oauth/clients/{client_id}"),
    ("DELETE", "/admin/oauth/clients/{client_id}"),
    ("POST", "/admin/oauth/clients/{client_id}/clone"),
    ("POST", "/admin/oauth/clients/{client_id}/rotate-secret"),
    ("GET", "/admin/oauth/clients/{client_id}/secrets"),
    ("POST", "/admin/oauth/clients/{client_id}/secrets"),
    (
        "PUT",
        "/admin/oauth/clients/{client_id}/secrets/{secret_id}/deactivate",
    ),
    (
        "DELETE",
        "/admin/oauth/clients/{client_id}/secrets/{secret_id}",
    ),
    ("GET", "/admin/oauth/clients/{client_id}/audit-logs"),
    ("GET", "/admin/oauth/clients/{client_id}/stats"),
    ("GET", "/admin/oauth/clients/{client_id}/tokens"),
    ("DELETE", "/admin/oauth/clients/{client_id}/tokens"),
];

/// Groups of cases that are not about operations on clients.
const ELSEWHERE: [(&str, &str); 4] = [
    ("CA", "how clients authenticate"),
    ("DC", "dynamic client registration"),
    ("RM", "how redirect URIs are matched"),
    ("TM", "time and floods"),
];

/// Races between operations that are served.
pub const RACES: [&str; 4] = ["RC-008", "RC-010", "RC-012", "RC-016"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    Create,
    Update,
    Body,
    Token,
    Request,
    Socket,
    Race,
    /// The operation that the case needs is not served.
    NotServed(&'static str, &'static str),
    Excluded(&'static str),
}

/// The operations that are served, determined by requests.
#[derive(Clone, Debug)]
pub struct Routes(Vec<(&'static str, &'static str)>);

impl Routes {
    /// A request without a token gets a 401 for an existing operation, and for nothing else.
    pub async fn of(app: &App) -> Self {
        let mut served = Vec::new();
        for (method, path) in CONTRACT {
            let path_of_one = path
                .replace("{client_id}", "app-1")
                .replace("{secret_id}", "1");
            let asked = request("", method.parse().unwrap(), &path_of_one, None);
            match app.send(asked).await.status.as_u16() {
                401 => served.push((method, path)),
                404 | 405 => {}
                other => panic!("{method} {path}: {other}"),
            }
        }
        Self(served)
    }

    pub fn serve(&self, method: &str, path: &str) -> bool {
        self.0.contains(&(method, path))
    }

    /// The methods that are served on a path.
    pub fn methods(&self, path: &str) -> Vec<&'static str> {
        let served = self.0.iter().filter(|(_, template)| *template == path);
        served.map(|(method, _)| *method).collect()
    }

    pub fn plan(&self, case: &Case) -> Plan {
        let group = &case.id[..2];
        if let Some((_, reason)) = ELSEWHERE.iter().find(|(name, _)| *name == group) {
            return Plan::Excluded(reason);
        }
        if group == "RC" {
            let ours = RACES.contains(&case.id.as_str());
            return if ours {
                Plan::Race
            } else {
                Plan::Excluded("races of other operations")
            };
        }
        if let Some((method, path)) = needed(case).filter(|(m, p)| !self.serve(m, p)) {
            return Plan::NotServed(method, path);
        }
        match case.target.as_str() {
            _ if group == "PA" || case.kind == "raw" => Plan::Socket,
            "create" => Plan::Create,
            "update" => Plan::Update,
            "body" => Plan::Body,
            "token" => Plan::Token,
            "header" | "path" | "query" => Plan::Request,
            other => panic!("{}: nobody runs {other}", case.id),
        }
    }

    /// The cases with this plan.
    pub fn cases(&self, plan: Plan) -> Vec<&'static Case> {
        let cases: Vec<_> = Case::all()
            .iter()
            .filter(|case| self.plan(case) == plan)
            .collect();
        assert!(!cases.is_empty(), "{plan:?}: no case");
        cases
    }
}

/// The operation that a case with a method and a path calls, if it is part of the contract.
fn needed(case: &Case) -> Option<(&'static str, &'static str)> {
    let method: Method = case.text("method")?.parse().unwrap();
    let method = if method == Method::HEAD {
        Method::GET
    } else {
        method
    };
    let path = case.text("path")?;
    let operation = |(m, template): &(&str, &str)| method.as_str() == *m && fits(template, &path);
    CONTRACT.into_iter().find(operation)
}

fn fits(template: &str, path: &str) -> bool {
    let (template, path) = (template.split('/'), path.split('/'));
    let same = |(expected, segment): (&str, &str)| {
        if expected.starts_with('{') {
            !segment.is_empty()
        } else {
            segment == expected
        }
    };
    template.clone().count() == path.clone().count() && template.zip(path).all(same)
}

#[tokio::test]
async fn every_case_is_run_or_waits_for_an_operation_that_is_not_served() {
    let routes = Routes::of(&App::new(Store::Memory).await).await;
    let mut waiting = Vec::new();
    for case in Case::all() {
        match routes.plan(case) {
            Plan::NotServed(method, path) => {
                println!("{} waits for {method} {path}", case.id);
                assert!(!routes.serve(method, path), "{}", case.id);
                waiting.push(case.id.as_str());
            }
            Plan::Excluded(reason) => println!("{} is about {reason}", case.id),
            _ => {}
        }
    }
    let unserved = |case: &&Case| needed(case).is_some_and(|(m, p)| !routes.serve(m, p));
    let outside = |case: &&Case| matches!(routes.plan(case), Plan::Race | Plan::Excluded(_));
    let expected: Vec<_> = Case::all()
        .iter()
        .filter(|case| !outside(case) && unserved(case))
        .map(|case| case.id.as_str())
        .collect();
    assert_eq!(waiting, expected);
    // The waiting cases are about operations that are not served, and no others.
    for id in &waiting {
        assert!(["HD", "QU"].contains(&&id[..2]), "{id}");
    }
    for served in ["create", "get", "update", "clone"].into_iter().zip([
        ("POST", "/admin/oauth/clients"),
        ("GET", "/admin/oauth/clients/{client_id}"),
        ("PUT", "/admin/oauth/clients/{client_id}"),
        ("POST", "/admin/oauth/clients/{client_id}/clone"),
    ]) {
        let (name, (method, path)) = served;
        assert!(routes.serve(method, path), "{name}");
    }
}
