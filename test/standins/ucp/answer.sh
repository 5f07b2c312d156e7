#!/bin/sh
# Answers one request of the controller on stdin and stdout.
set -u
set -o pipefail
. /stand-in/common.sh
. /stand-in/engine.sh

answer() {
  printf 'HTTP/1.1 %s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s' "$1" ${#2} "$2"
}

ping() {
  if [ "$(fault)" = unhealthy ]; then
    seconds=$(fault_seconds)
    started=$(stat -c %Y /proc/1)
    if [ -z "$seconds" ] || [ $(($(date +%s) - started)) -lt "$seconds" ]; then
      answer '500 Internal Server Error' 'unhealthy: not all components of this manager answer'
      return
    fi
  fi
  answer '200 OK' OK
}

read -r method path _ || exit 0
while read -r line && [ -n "${line%?}" ]; do :; done
case "$method $path" in
  'GET /_ping' | 'HEAD /_ping') ping ;;
  'GET /ca') answer '200 OK' "$(cat /certs/ca.pem)" ;;
  *) answer '404 Not Found' 'not of this stand-in' ;;
esac
