/// Schemes that run script, read local data or open another app: none returns a code to the client.
/// Schemes without a dot are refused by default; these stay refused if a host allows them.
///
/// From IANA's registry of URI schemes, the browsers' own, and those handled by Windows, Android
/// and Apple's systems.
const FORBIDDEN: [&str; 117] = [
    // Script, markup, and internal pages of browsers.
    "about",
    "applewebdata",
    "blob",
    "brave",
    "chrome",
    "data",
    "devtools",
    "edge",
    "feed",
    "hcp",
    "its",
    "jar",
    "javascript",
    "livescript",
    "mhtml",
    "mk",
    "mocha",
    "opera",
    "pcast",
    "res",
    "resource",
    "shell",
    "vbscript",
    "view-source",
    "vivaldi",
    "wyciwyg",
    // Data on the device and on its network.
    "afp",
    "assets-library",
    "cid",
    "content",
    "dav",
    "davs",
    "dict",
    "extension",
    "file",
    "filesystem",
    "ftp",
    "ftps",
    "gopher",
    "isolated-app",
    "jdbc",
    "ldap",
    "ldapi",
    "ldaps",
    "mid",
    "netdoc",
    "nfs",
    "ph",
    "phar",
    "photos-redirect",
    "php",
    "rtsp",
    "sftp",
    "smb",
    "tftp",
    "ws",
    "wss",
    // Another app, or a part of the system.
    "android-app",
    "app-settings",
    "bitcoin",
    "callto",
    "cmd",
    "conf",
    "facetime",
    "facetime-audio",
    "facetime-prompt",
    "fax",
    "geo",
    "git",
    "googlechrome",
    "googlechromes",
    "h323",
    "help",
    "im",
    "imap",
    "imessage",
    "intent",
    "irc",
    "irc6",
    "ircs",
    "itms",
    "macappstore",
    "magnet",
    "mailto",
    "maps",
    "market",
    "message",
    "microsoft-edge",
    "mms",
    "mmsto",
    "modem",
    "msteams",
    "news",
    "nntp",
    "onenote",
    "osascript",
    "pop",
    "prefs",
    "rdp",
    "search",
    "search-ms",
    "sip",
    "sips",
    "skype",
    "sms",
    "smsto",
    "snews",
    "ssh",
    "steam",
    "svn",
    "tel",
    "telnet",
    "vnc",
    "wais",
    "webcal",
    "windowsdefender",
    "xmpp",
];

/// Prefixes of families of schemes: browser extensions, Microsoft's apps, Apple's stores.
const FORBIDDEN_FAMILIES: [&str; 8] = [
    "chrome-", "itms-", "moz-", "ms-", "safari-", "svn+", "x-apple", "web+",
];

pub(in crate::domain) fn is_forbidden(scheme: &str) -> bool {
    let mut families = FORBIDDEN_FAMILIES.iter();
    FORBIDDEN.contains(&scheme) || families.any(|family| scheme.starts_with(family))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_returns_no_code_is_forbidden() {
        for bad in [
            "javascript",
            "chrome-extension",
            "moz-extension",
            "safari-web-extension",
            "ms-msdt",
            "ms-appx",
            "ms-appx-web",
            "ms-officecmd",
            "ms-word",
            "search-ms",
            "smsto",
            "market",
            "facetime",
            "mhtml",
            "res",
            "itms-services",
        ] {
            assert!(is_forbidden(bad), "{bad}");
        }
        for good in ["myapp", "msal", "com.example.app", "chromebook", "research"] {
            assert!(!is_forbidden(good), "{good}");
        }
        assert!(FORBIDDEN.iter().all(|scheme| !scheme.contains('.')));
    }
}
