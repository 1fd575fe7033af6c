//! What the workspace needs of a machine beside the Rust toolchain, as data.

/// What the machine is to be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum For {
    /// Building and running the command line.
    Running,
    /// Building and running the desktop app.
    Window,
    /// Every check of CI.
    Testing,
    /// Measuring other tools beside ours.
    Peers,
    /// Counting instructions.
    Counting,
}

impl For {
    /// Whether it needs all that another purpose needs.
    pub(crate) fn includes(self, other: Self) -> bool {
        match other {
            Self::Running => true,
            Self::Window => matches!(self, Self::Window | Self::Testing),
            Self::Testing | Self::Peers | Self::Counting => self == other,
        }
    }
}

/// A way to see that something is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Probe {
    /// A program on the path.
    OnPath(&'static str),
    /// A program that does this without complaint.
    Does(&'static str, &'static [&'static str]),
    /// A file or folder.
    File(&'static str),
    /// A variable by which a person says where it is.
    Variable(&'static str),
}

/// Something that is needed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Need {
    /// What, in plain words.
    pub(crate) what: &'static str,
    /// What for.
    pub(crate) why: &'static str,
    /// Debian's package of it.
    pub(crate) package: &'static str,
    /// Any of these shows that it is there.
    pub(crate) probes: &'static [Probe],
    /// For which purpose.
    pub(crate) purpose: For,
    /// Needed on Linux alone; other systems bring it or do without.
    pub(crate) linux_only: bool,
}

/// All of it. SQLCipher is compiled from source against the system's libcrypto on every system but
/// macOS, which has its own; nothing else needs more than a C compiler.
pub(crate) const NEEDS: &[Need] = &[
    Need {
        what: "a C compiler",
        why: "SQLCipher and ring are compiled from source",
        package: "gcc",
        probes: &[
            Probe::OnPath("cc"),
            Probe::OnPath("cl.exe"),
            Probe::Variable("CC"),
        ],
        purpose: For::Running,
        linux_only: false,
    },
    Need {
        what: "the C library's headers",
        why: "SQLCipher and ring are compiled from source",
        package: "libc6-dev",
        probes: &[Probe::File("/usr/include/stdio.h")],
        purpose: For::Running,
        linux_only: true,
    },
    Need {
        what: "OpenSSL's headers",
        why: "SQLCipher encrypts the local database with libcrypto",
        package: "libssl-dev",
        probes: &[
            Probe::File("/usr/include/openssl/evp.h"),
            Probe::File("/usr/local/include/openssl/evp.h"),
            Probe::Variable("OPENSSL_DIR"),
            Probe::Variable("OPENSSL_INCLUDE_DIR"),
        ],
        purpose: For::Running,
        linux_only: true,
    },
    Need {
        what: "certificate authorities",
        why: "CRMs are reached over TLS",
        package: "ca-certificates",
        probes: &[
            Probe::File("/etc/ssl/certs/ca-certificates.crt"),
            Probe::File("/etc/pki/tls/certs/ca-bundle.crt"),
            Probe::File("/etc/ssl/cert.pem"),
            Probe::Variable("SSL_CERT_FILE"),
        ],
        purpose: For::Running,
        linux_only: true,
    },
    Need {
        what: "WebKitGTK's headers",
        why: "the desktop app's window is a web view",
        package: "libwebkit2gtk-4.1-dev",
        probes: &[
            Probe::File("/usr/lib/x86_64-linux-gnu/pkgconfig/webkit2gtk-4.1.pc"),
            Probe::File("/usr/lib/aarch64-linux-gnu/pkgconfig/webkit2gtk-4.1.pc"),
            Probe::File("/usr/lib64/pkgconfig/webkit2gtk-4.1.pc"),
        ],
        purpose: For::Window,
        linux_only: true,
    },
    Need {
        what: "the library of tray icons",
        why: "the desktop app shows the worst state in the tray",
        package: "libayatana-appindicator3-1",
        probes: &[
            Probe::File("/usr/lib/x86_64-linux-gnu/libayatana-appindicator3.so.1"),
            Probe::File("/usr/lib/aarch64-linux-gnu/libayatana-appindicator3.so.1"),
            Probe::File("/usr/lib64/libayatana-appindicator3.so.1"),
        ],
        purpose: For::Window,
        linux_only: true,
    },
    Need {
        what: "node",
        why: "the desktop app's window is built with it, and a real OAuth server is tested against",
        package: "nodejs",
        probes: &[Probe::OnPath("node"), Probe::OnPath("node.exe")],
        purpose: For::Window,
        linux_only: false,
    },
    Need {
        what: "npm",
        why: "it installs what the window is built of",
        package: "npm",
        probes: &[Probe::OnPath("npm"), Probe::OnPath("npm.cmd")],
        purpose: For::Window,
        linux_only: false,
    },
    Need {
        what: "Xvfb",
        why: "the desktop app is tested in a real window",
        package: "xvfb",
        probes: &[Probe::OnPath("Xvfb")],
        purpose: For::Testing,
        linux_only: true,
    },
    Need {
        what: "xvfb-run",
        why: "it starts that display",
        package: "xauth",
        probes: &[Probe::OnPath("xauth")],
        purpose: For::Testing,
        linux_only: true,
    },
    Need {
        what: "WebKitWebDriver",
        why: "it drives that window",
        package: "webkit2gtk-driver",
        probes: &[Probe::OnPath("WebKitWebDriver")],
        purpose: For::Testing,
        linux_only: true,
    },
    Need {
        what: "xdotool",
        why: "it types into the system's file dialogs, which the driver does not reach",
        package: "xdotool",
        probes: &[Probe::OnPath("xdotool")],
        purpose: For::Testing,
        linux_only: true,
    },
    Need {
        what: "a tray",
        why: "the display that the app is tested on has none",
        package: "ayatana-indicator-application",
        probes: &[
            Probe::File(
                "/usr/libexec/ayatana-indicator-application/\
                 ayatana-indicator-application-service",
            ),
            Probe::File(
                "/usr/lib/x86_64-linux-gnu/ayatana-indicator-application/\
                 ayatana-indicator-application-service",
            ),
            Probe::File(
                "/usr/lib/aarch64-linux-gnu/ayatana-indicator-application/\
                 ayatana-indicator-application-service",
            ),
        ],
        purpose: For::Testing,
        linux_only: true,
    },
    Need {
        what: "gdbus",
        why: "the tests ask the tray what it was told",
        package: "libglib2.0-bin",
        probes: &[Probe::OnPath("gdbus")],
        purpose: For::Testing,
        linux_only: true,
    },
    Need {
        what: "dbus-run-session",
        why: "the keychain is tested on a private D-Bus",
        package: "dbus",
        probes: &[Probe::OnPath("dbus-run-session")],
        purpose: For::Testing,
        linux_only: true,
    },
    Need {
        what: "gnome-keyring-daemon",
        why: "the keychain is tested against a real one",
        package: "gnome-keyring",
        probes: &[Probe::OnPath("gnome-keyring-daemon")],
        purpose: For::Testing,
        linux_only: true,
    },
    Need {
        what: "debootstrap",
        why: "the package is installed on a bare system, which it makes",
        package: "debootstrap",
        probes: &[
            Probe::OnPath("debootstrap"),
            Probe::File("/usr/sbin/debootstrap"),
        ],
        purpose: For::Testing,
        linux_only: true,
    },
    Need {
        what: "rpm",
        why: "the .rpm is read with it",
        package: "rpm",
        probes: &[Probe::OnPath("rpm2cpio")],
        purpose: For::Testing,
        linux_only: true,
    },
    Need {
        what: "cpio",
        why: "the files of the .rpm are unpacked with it",
        package: "cpio",
        probes: &[Probe::OnPath("cpio")],
        purpose: For::Testing,
        linux_only: true,
    },
    Need {
        what: "python3",
        why: "the tools that ours is measured beside are written in it",
        package: "python3",
        probes: &[Probe::OnPath("python3")],
        purpose: For::Peers,
        linux_only: false,
    },
    Need {
        what: "Python's virtual environments",
        why: "those tools are installed into folders of their own",
        package: "python3-venv",
        probes: &[Probe::Does("python3", &["-c", "import ensurepip, venv"])],
        purpose: For::Peers,
        linux_only: false,
    },
    Need {
        what: "valgrind",
        why: "it counts instructions, which are the same on a busy machine",
        package: "valgrind",
        probes: &[Probe::OnPath("valgrind")],
        purpose: For::Counting,
        linux_only: false,
    },
];

/// What this purpose needs on this system (as [`std::env::consts::OS`] names it) and is not there.
pub(crate) fn missing(
    purpose: For,
    system: &str,
    has: impl Fn(&Probe) -> bool,
) -> Vec<&'static Need> {
    NEEDS
        .iter()
        .filter(|need| purpose.includes(need.purpose))
        .filter(|need| system == "linux" || !need.linux_only)
        .filter(|need| !need.probes.iter().any(&has))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packages(needs: &[&Need]) -> Vec<&'static str> {
        needs.iter().map(|need| need.package).collect()
    }

    #[test]
    fn a_bare_linux_needs_everything_and_running_asks_for_less_than_testing() {
        let running = packages(&missing(For::Running, "linux", |_| false));
        let testing = packages(&missing(For::Testing, "linux", |_| false));
        assert_eq!(
            running,
            ["gcc", "libc6-dev", "libssl-dev", "ca-certificates"],
            "running must not pull in a keyring"
        );
        assert!(
            testing.starts_with(&running) && testing.contains(&"gnome-keyring"),
            "testing needs what running needs, and the keyring: {testing:?}"
        );
    }

    #[test]
    fn measuring_needs_its_own_tools_and_no_window() {
        let peers = packages(&missing(For::Peers, "linux", |_| false));
        assert!(
            peers.ends_with(&["python3", "python3-venv"]) && !peers.contains(&"xvfb"),
            "Python beside what running needs, and no display: {peers:?}"
        );
        let counting = packages(&missing(For::Counting, "linux", |_| false));
        assert!(
            counting.ends_with(&["valgrind"]) && !counting.contains(&"python3"),
            "valgrind beside what running needs: {counting:?}"
        );
        let testing = packages(&missing(For::Testing, "linux", |_| false));
        assert!(
            !testing.contains(&"valgrind") && !testing.contains(&"python3-venv"),
            "CI measures nothing: {testing:?}"
        );
    }

    #[test]
    fn one_probe_of_several_is_enough() {
        let found = missing(
            For::Running,
            "linux",
            |probe| !matches!(probe, Probe::File(path) if path.contains("openssl")),
        );
        assert!(
            found.is_empty(),
            "OPENSSL_DIR alone says that OpenSSL is there: {found:?}"
        );
    }

    #[test]
    fn other_systems_are_asked_for_what_is_not_linuxs_own() {
        assert_eq!(
            packages(&missing(For::Testing, "macos", |_| false)),
            ["gcc", "nodejs", "npm"],
            "what Linux alone needs means nothing there"
        );
    }
}
