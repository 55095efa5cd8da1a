//! Which hosts are on the public internet: the rule for what is fetched from inside the network of
//! a host, so that it never leads back there.

#[cfg(feature = "cimd")]
use std::net::IpAddr;
use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};
use url::Host;

/// Whether a host is public, as far as its name or address tells. Names are not resolved.
pub(super) fn is_public(host: &Host<&str>, private_too: bool) -> bool {
    match host {
        Host::Domain(name) => is_public_name(name, private_too),
        Host::Ipv4(address) => is_public_ipv4(*address, private_too),
        Host::Ipv6(address) => is_public_ipv6(*address, private_too),
    }
}

/// Whether an address that a name resolved to is public.
#[cfg(feature = "cimd")]
pub(crate) fn is_public_address(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_ipv4(address, false),
        IpAddr::V6(address) => is_public_ipv6(address, false),
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

fn is_public_name(name: &str, private_too: bool) -> bool {
    let is_below = |parents: &[&str]| {
        parents.iter().any(|parent| {
            name.strip_suffix(parent)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
    };
    // A single label is completed by the resolver's search domain.
    let last = name.trim_end_matches('.').rsplit_once('.');
    let private = is_below(&PRIVATE_NAMES) || !last.is_some_and(|(_, last)| is_top_level(last));
    !is_below(&SPECIAL_NAMES) && (private_too || !private)
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

fn is_public_ipv4(address: Ipv4Addr, private_too: bool) -> bool {
    let within = |nets: &[Ipv4Net]| nets.iter().any(|net| net.contains(&address));
    let special = within(&SPECIAL_IPV4) || CLOUD_IPV4.contains(&address);
    !special && (private_too || !within(&PRIVATE_IPV4))
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

fn is_public_ipv6(address: Ipv6Addr, private_too: bool) -> bool {
    let special = SPECIAL_IPV6.iter().any(|net| net.contains(&address));
    (GLOBAL_IPV6.contains(&address) && !special)
        || (private_too && PRIVATE_IPV6.contains(&address) && !CLOUD_IPV6.contains(&address))
}

#[cfg(all(test, feature = "cimd"))]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_are_not_public() {
        for bad in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "168.63.129.16",
            "::",
            "::1",
            "::10.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:93.184.216.34",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001:0:1::1",
            "2001:db8::1",
            "2002:a00:1::",
            "3fff::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public_address(bad.parse().unwrap()), "{bad}");
        }
        for good in [
            "93.184.216.34",
            "8.8.8.8",
            "2606:4700::1111",
            "2a00:1450::1",
        ] {
            assert!(is_public_address(good.parse().unwrap()), "{good}");
        }
    }
}
