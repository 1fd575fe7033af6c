#!/bin/sh
# Installs a .deb on a bare system and drives the app there, as package/check.rs says. It runs as root, in
# mount and process namespaces of its own: whatever it mounts or starts is gone when it ends.
set -eu

say() { echo "package: $*" >&2; }
inside() { chroot "$ROOT" "$@"; }
# What other packages recommend is left out: it may hide what ours ought to declare.
install() {
    inside env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 \
        apt-get install --yes --quiet=2 --no-install-recommends -o Dpkg::Use-Pty=0 "$@" >"$log" 2>&1 ||
        { cat "$log" >&2; exit 1; }
}
drive() {
    (cd ui/e2e && xvfb-run -a -s "$SCREEN" sh -c '
        mkdir -p "$ROOT/tmp/.X11-unix" && mount --bind /tmp/.X11-unix "$ROOT/tmp/.X11-unix" && exec node "$@"
    ' sh installed.mjs "$@")
}
log=$NURTUREHUB_THROWAWAY/apt.log

say "a bare system of its own"
cp -a --reflink=auto "$BARE/." "$ROOT"
cp /etc/resolv.conf /etc/hosts "$ROOT/etc/"
cp "$DEB" "$ROOT/package.deb"
mount -t proc proc "$ROOT/proc"
mount --rbind /dev "$ROOT/dev"
mkdir -p "$ROOT$NURTUREHUB_THROWAWAY"
mount --bind "$NURTUREHUB_THROWAWAY" "$ROOT$NURTUREHUB_THROWAWAY"
mount --bind "$ARCHIVES" "$ROOT/var/cache/apt/archives"

say "installing it with what it depends on, and nothing else"
inside apt-get update --quiet=2
install /package.deb
for program in nurturehub-connect nurturehub; do
    if inside ldd "/usr/bin/$program" | grep 'not found'; then
        say "/usr/bin/$program lacks these libraries: Depends must name the packages that have them"
        exit 1
    fi
done
[ -s "$ROOT/etc/ssl/certs/ca-certificates.crt" ] || { say "no CRM could be reached: no certificate authorities"; exit 1; }
inside nurturehub --version >&2
if inside sh -c 'command -v gnome-keyring-daemon' >&2; then
    say "a keyring has come with what it depends on: the app could not be tried without one"
    exit 1
fi

# What WebKitWebDriver starts. It waits for the very process, hence no shell between them.
export NURTUREHUB_APP="$NURTUREHUB_THROWAWAY/installed-app"
export NURTUREHUB_APP_PROCESS="$ROOT/usr/bin/nurturehub-connect"
cat >"$NURTUREHUB_APP" <<END
#!/bin/sh
exec chroot "$ROOT" /usr/bin/nurturehub-connect "\$@"
END
chmod +x "$NURTUREHUB_APP"

say "the app with what it depends on alone"
drive bare

recommended=$(inside dpkg-query --show --showformat '${Recommends}' nurture-hub-connect | tr ',' ' ')
say "installing what it recommends: $recommended"
# shellcheck disable=SC2086 # a list of names
install $recommended
DBUS_SESSION_BUS_ADDRESS=$(inside dbus-daemon --session --fork --print-address)
export DBUS_SESSION_BUS_ADDRESS
printf throw-away | inside gnome-keyring-daemon --unlock --components=secrets >"$log"

say "the app with what it recommends"
drive whole

[ -n "$FROM_RPM" ] || exit 0
say "what the .rpm unpacks to, in the place of what the .deb has installed"
inside dpkg --purge nurture-hub-connect >"$log"
if [ -e "$NURTUREHUB_APP_PROCESS" ]; then
    say "the .deb leaves its program behind"
    exit 1
fi
cp -a "$FROM_RPM/." "$ROOT/"
inside nurturehub --version >&2
drive unpacked
