# Prints the instance id, which is the swarm's.

parse_flags 'debug:bool jsonlog:bool' "$@"
need_socket
[ -n "$(installed_version)" ] || fatal 'UCP is not installed on this engine'
cluster_id
