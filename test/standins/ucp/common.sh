# Version, log lines and ends of the stand-in's commands.

major=${UCP_VERSION%%.*}
minor=${UCP_VERSION#*.}
minor=${minor%%.*}
patch=${UCP_VERSION##*.}
begun=$(date +%s)
json_log=

# at_least MAJOR MINOR [PATCH]: whether this image is of that version or a newer one.
at_least() {
  [ "$major" -gt "$1" ] && return 0
  [ "$major" -eq "$1" ] || return 1
  [ "$minor" -gt "$2" ] && return 0
  [ "$minor" -eq "$2" ] && [ "${patch%%-*}" -ge "${3:-0}" ]
}

# log LEVEL TEXT: one line on stderr, as logrus writes it.
log() {
  if [ -n "$json_log" ]; then
    jq -cn --arg level "$1" --arg msg "$2" --arg time "$(now)" '{level: $level, msg: $msg, time: $time}' >&2
  else
    printf 'time="%s" level=%s msg=%s\n' "$(now)" "$1" "$(quoted "$2")" >&2
  fi
}

info() { log info "$1"; }

# fatal TEXT: says why, and ends.
fatal() {
  fatal_line "$1"
  exit 1
}

# Up to 3.2 the coloured form is what people quote, later logs have the plain one.
fatal_line() {
  if [ -n "$json_log" ] || at_least 3 3; then
    log fatal "$1"
  else
    printf 'FATA[%04d] %s\n' $(($(date +%s) - begun)) "$1" >&2
  fi
}

now() { date -u +%Y-%m-%dT%H:%M:%SZ; }

quoted() { jq -n --arg text "$1" '$text'; }
