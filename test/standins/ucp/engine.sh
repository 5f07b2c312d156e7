# The engine behind the mounted socket.

socket=/var/run/docker.sock

# api METHOD PATH [CURL OPTIONS…]: prints the answer; fails when the engine says no.
api() {
  method=$1
  path=$2
  shift 2
  curl --silent --fail --globoff --unix-socket "$socket" --request "$method" "$@" "http://engine$path"
}

# api_json METHOD PATH: sends the JSON on stdin.
api_json() {
  api "$1" "$2" --header 'Content-Type: application/json' --data-binary @-
}

need_socket() {
  [ -S "$socket" ] || fatal "unable to connect to the engine: $socket is not there; mount it with -v $socket:$socket"
  api GET /_ping >/dev/null || fatal "unable to connect to the engine at $socket"
}

# The id of the container this runs in; its host name may be another's.
own_id() { sed -n 's|.*/containers/\([0-9a-f]\{64\}\)/.*|\1|p' /proc/self/mountinfo | head -n 1; }

own_image() { api GET "/containers/$(own_id)/json" | jq -r .Config.Image; }

no_tty() {
  [ "$(api GET "/containers/$(own_id)/json" | jq -r .Config.Tty)" = false ] ||
    fatal "the input device is a TTY: run $command with -i alone, without -t"
}

cluster_id() { api GET /info | jq -r '.Swarm.Cluster.ID // ""'; }

# The version of the UCP that is installed here, nothing when none is.
installed_version() {
  api GET /containers/ucp-controller/json | jq -r '.Config.Labels["com.docker.ucp.version"] // ""'
}

# ucp_containers all|running: names of the product's containers; the one this runs in is called ucp.
ucp_containers() {
  all=false
  [ "$1" = all ] && all=true
  api GET "/containers/json?all=$all" | jq -r '.[].Names[0] | ltrimstr("/") | select(startswith("ucp-"))'
}

ucp_volumes() {
  api GET /volumes | jq -r '.Volumes[]?.Name | select(startswith("ucp-") and . != "ucp-stand-in")'
}

# The fault that is switched on by the label of the volume `ucp-stand-in`.
fault() { api GET /volumes/ucp-stand-in 2>/dev/null | jq -r '.Labels.fault // ""'; }

fault_seconds() { api GET /volumes/ucp-stand-in 2>/dev/null | jq -r '.Labels.seconds // ""'; }

for_ever() {
  while :; do sleep 3600; done
}

# check_id: compares --id with the swarm's; up to 3.1 a run that asks nobody needs it.
check_id() {
  id=${flag_id:-}
  cluster=$(cluster_id)
  if [ -z "$id" ]; then
    [ -n "${flag_interactive:-}" ] && return
    fatal "--id is required when not running interactively: the UCP instance ID is needed to confirm $1"
  fi
  [ "$id" = "$cluster" ] || fatal "the given instance ID \"$id\" does not match this UCP's, \"$cluster\""
}
