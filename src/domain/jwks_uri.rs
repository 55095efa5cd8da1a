use super::Policy;
use super::public_host::is_public;
use super::uri::StrictUri;
use super::violation::Fault;

/// Checks a `jwks_uri` (RFC 7591 §2): an https URL on a public host.
///
/// It is fetched later, to verify assertions, from inside the host's network, so it must not lead
/// back into that network. It is not fetched at registration, and names are not resolved: the
/// fetcher must check the address that it connects to.
pub(super) fn check(text: &str, policy: &Policy) -> Result<(), Fault> {
    let uri = StrictUri::parse(text, policy.url_length)?;
    if uri.scheme() != "https" {
        return Err("must use https".into());
    }
    if uri.has_fragment() {
        return Err("must not contain a fragment".into());
    }
    let host = uri.host();
    let public = host.is_some_and(|host| is_public(&host, policy.private_jwks_hosts));
    if public {
        Ok(())
    } else {
        Err("must name a host on the public internet".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_hosts_only() {
        let policy = Policy::default();
        for good in [
            "https://app.example.com/jwks.json",
            "https://app.example.com/keys?v=2",
            "https://8.8.8.8/jwks",
            "https://[2606:4700::1111]/jwks",
            "https://default.example.com/jwks",
            "https://app.xn--p1ai/jwks",
            "https://app_1.example.com/jwks",
        ] {
            assert!(check(good, &policy).is_ok(), "{good}");
        }
        for bad in [
            "http://app.example.com/jwks",
            "file:///etc/passwd",
            "https://u:p@app.example.com/jwks",
            "https://app.example.com/jwks#k",
            "https://127.0.0.1:5432/jwks",
            "https://localhost/jwks",
            "https://a.localhost/jwks",
            "https://localhost.localdomain/jwks",
            "https://keys.corp/jwks",
            "https://keys.corp./jwks",
            "https://localhost./jwks",
            "https://keys.default.svc/jwks",
            "https://keys.cluster/jwks",
            "https://keys.service.consul/jwks",
            "https://kubernetes/jwks",
            "https://kubernetes.default/jwks",
            "https://keys.default/jwks",
            "https://kube-dns.kube-system/jwks",
            "https://keys.team1/jwks",
            "https://keys.app_network/jwks",
            "https://10-1-2-3.default.pod/jwks",
            "https://keys.marathon.mesos/jwks",
            "https://keys.dns.podman/jwks",
            "https://vm.lxd/jwks",
            "https://vm.novalocal/jwks",
            "https://vm.abc.bx.internal.cloudapp.net/jwks",
            "https://app.flycast/jwks",
            "https://host.docker.internal/jwks",
            "https://metadata.goog/jwks",
            "https://metadata.tencentyun.com/jwks",
            "https://168.63.129.16/jwks",
            "https://[::ffff:168.63.129.16]/jwks",
            "https://100.100.100.200/jwks",
            "https://[fd00:ec2::254]/jwks",
            "https://printer.local/jwks",
            "https://metadata.google.internal/jwks",
            "https://169.254.169.254/latest",
            "https://10.1.2.3/jwks",
            "https://172.31.0.1/jwks",
            "https://192.168.1.1/jwks",
            "https://100.64.0.1/jwks",
            "https://0.0.0.0/jwks",
            "https://255.255.255.255/jwks",
            "https://0x7f000001/jwks",
            "https://[::1]/jwks",
            "https://[::ffff:10.0.0.1]/jwks",
            "https://[::ffff:a00:1]/jwks",
            "https://[fe80::1]/jwks",
            "https://[fd00::1]/jwks",
            "https://[64:ff9b::a00:1]/jwks",
            "https://[2002:a00:1::]/jwks",
            "https://[2001:db8::1]/jwks",
        ] {
            assert!(check(bad, &policy).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_host_may_open_its_private_network_but_never_loopback() {
        let policy = Policy::default().with_insecure_private_jwks_hosts();
        for good in [
            "https://10.1.2.3/jwks",
            "https://kubernetes/jwks",
            "https://kubernetes.default/jwks",
            "https://keys.team-1/jwks",
            "https://keys.default.svc/jwks",
            "https://[fd00::1]/jwks",
        ] {
            assert!(check(good, &policy).is_ok(), "{good}");
        }
        for bad in [
            "https://127.0.0.1/jwks",
            "https://localhost/jwks",
            "https://169.254.169.254/x",
            "https://168.63.129.16/x",
            "https://100.100.100.200/x",
            "https://[fd00:ec2::254]/x",
            "https://[fd20:ce::254]/x",
            "https://metadata.google.internal/x",
            "https://instance-data.ec2.internal/x",
        ] {
            assert!(check(bad, &policy).is_err(), "{bad}");
        }
    }
}
