#!/bin/sh
# A stand-in of the image docker/ucp and mirantis/ucp: it keeps the documented contract of their command line as far
# as backups are concerned, and is not the product. Run by busybox; UCP_VERSION stands in the image's environment.
set -u
set -o pipefail
here=/stand-in
. "$here/common.sh"
. "$here/flags.sh"
. "$here/engine.sh"
. "$here/volumes.sh"

command=${1:-}
[ $# -gt 0 ] && shift

case $command in
  backup | restore | uninstall-ucp | id | stand-in-install | stand-in-controller | stand-in-idle)
    . "$here/$command.sh"
    ;;
  --version | -v) printf 'ucp version %s (stand-in)\n' "$UCP_VERSION" ;;
  *)
    printf 'Docker Universal Control Plane stand-in, %s\n\n' "$UCP_VERSION" >&2
    printf 'Commands: backup, restore, uninstall-ucp, id, stand-in-install\n' >&2
    [ -z "$command" ] || { printf "No help topic for '%s'\n" "$command" >&2; exit 3; }
    ;;
esac
