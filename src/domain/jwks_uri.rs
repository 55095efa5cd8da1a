use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};
use url::Host;

use super::Policy;
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
    let public = match uri.host() {
        Some(Host::Domain(name)) => is_public_name(name, policy),
        Some(Host::Ipv4(address)) => is_public_ipv4(address, policy),
        Some(Host::Ipv6(address)) => is_public_ipv6(address, policy),
        None => false,
    };
    if public {
        Ok(())
    } else {
        Err("must name a host on the public internet".into())
    }
}

/// Names that resolve to the local host or to nothing: RFC 6761, RFC 7686, RFC 9476, common names
/// of loopback, and the metadata services of Amazon's, Google's, Microsoft's and Tencent's clouds,
/// which hand out credentials.
const SPECIAL_NAMES: [&str; 10] = [
    "alt",
    "instance-data.ec2.internal",
    "invalid",
    "localdomain",
    "localhost",
    "metadata.azure.internal",
    "metadata.goog",
    "metadata.google.internal",
    "metadata.tencentyun.com",
    "onion",
];

/// Names of private networks: RFC 6762 with its appendix G, RFC 8375, ICANN's `internal`; the names
/// that Kubernetes (its `default` namespace, `pod` and `svc`), Consul, Mesos, Podman, LXD and Incus
/// give to services and containers; and those that OpenStack, Azure and Fly.io give to hosts.
///
/// Kubernetes completes `<service>.<namespace>` by its search list (DNS-Based Service Discovery).
/// Other namespaces can't be distinguished from public names, except by [`is_top_level`].
const PRIVATE_NAMES: [&str; 23] = [
    "cluster",
    "consul",
    "corp",
    "default",
    "docker",
    "flycast",
    "home",
    "home.arpa",
    "incus",
    "internal",
    "internal.cloudapp.net",
    "intranet",
    "lan",
    "local",
    "lxd",
    "mesos",
    "novalocal",
    "openstacklocal",
    "pod",
    "podman",
    "private",
    "rancher",
    "svc",
];

fn is_public_name(name: &str, policy: &Policy) -> bool {
    let is_below = |parents: &[&str]| {
        parents.iter().any(|parent| {
            name.strip_suffix(parent)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
    };
    // A single label is completed by the resolver's search domain.
    let last = name.trim_end_matches('.').rsplit_once('.');
    let private = is_below(&PRIVATE_NAMES) || !last.is_some_and(|(_, last)| is_top_level(last));
    !is_below(&SPECIAL_NAMES) && (policy.private_jwks_hosts || !private)
}

/// Whether it may be a public top-level domain: letters (RFC 1123 §2.1) or Punycode, which excludes
/// `kube-system` and `app_network`.
fn is_top_level(label: &str) -> bool {
    label.starts_with("xn--") || label.bytes().all(|byte| byte.is_ascii_lowercase())
}

const fn v4(a: u8, b: u8, c: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, 0), prefix)
}

const fn v6(a: u16, b: u16, prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0), prefix)
}

/// RFC 1918 and RFC 6598.
const PRIVATE_IPV4: [Ipv4Net; 4] = [
    v4(10, 0, 0, 8),
    v4(172, 16, 0, 12),
    v4(192, 168, 0, 16),
    v4(100, 64, 0, 10),
];

/// The other blocks that the IANA registry (RFC 6890) does not list as globally reachable.
const SPECIAL_IPV4: [Ipv4Net; 10] = [
    v4(0, 0, 0, 8),
    v4(127, 0, 0, 8),
    v4(169, 254, 0, 16),
    v4(192, 0, 0, 24),
    v4(192, 0, 2, 24),
    v4(192, 88, 99, 24),
    v4(198, 18, 0, 15),
    v4(198, 51, 100, 24),
    v4(203, 0, 113, 24),
    v4(224, 0, 0, 3),
];

/// Addresses that clouds serve to their own hosts only: Azure's `WireServer`, and the metadata
/// services in otherwise private networks of Alibaba and, over IPv6, of Amazon, Google and
/// Scaleway.
const CLOUD_IPV4: [Ipv4Addr; 2] = [
    Ipv4Addr::new(168, 63, 129, 16),
    Ipv4Addr::new(100, 100, 100, 200),
];
const CLOUD_IPV6: [Ipv6Addr; 3] = [
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42),
];

fn is_public_ipv4(address: Ipv4Addr, policy: &Policy) -> bool {
    let within = |nets: &[Ipv4Net]| nets.iter().any(|net| net.contains(&address));
    let special = within(&SPECIAL_IPV4) || CLOUD_IPV4.contains(&address);
    !special && (policy.private_jwks_hosts || !within(&PRIVATE_IPV4))
}

const GLOBAL_IPV6: Ipv6Net = v6(0x2000, 0, 3);

/// Parts of the global block that are not public: protocol assignments and Teredo, documentation
/// (RFC 3849, RFC 9637), and 6to4, which carries an IPv4 address.
const SPECIAL_IPV6: [Ipv6Net; 4] = [
    v6(0x2001, 0, 23),
    v6(0x2001, 0xdb8, 32),
    v6(0x3fff, 0, 20),
    v6(0x2002, 0, 16),
];

/// RFC 4193.
const PRIVATE_IPV6: Ipv6Net = v6(0xfc00, 0, 7);

fn is_public_ipv6(address: Ipv6Addr, policy: &Policy) -> bool {
    let special = SPECIAL_IPV6.iter().any(|net| net.contains(&address));
    (GLOBAL_IPV6.contains(&address) && !special)
        || (policy.private_jwks_hosts
            && PRIVATE_IPV6.contains(&address)
            && !CLOUD_IPV6.contains(&address))
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
