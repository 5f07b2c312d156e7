# uninstall-ucp: removes the product from this engine; the swarm stays.

flags='debug:bool jsonlog:bool interactive:bool id:text pull:text registry-username:text registry-password:text'
at_least 3 1 && flags="$flags purge-config:bool"
at_least 3 5 4 && flags="$flags no-purge-secret:bool"
at_least 3 3 && flags="$flags unmanaged-cni:bool"
parse_flags "$flags" "$@"
case ${flag_pull:-missing} in
  always | missing | never) ;;
  *) misuse "invalid value \"$flag_pull\" for -pull: always, missing or never" ;;
esac
need_socket
no_tty
[ "$(api GET /info | jq -r .Swarm.ControlAvailable)" = true ] || fatal 'this engine is not a manager of a swarm'
check_id 'the uninstallation'

agent_service() {
  jq -n --arg image "$(own_image)" '{
    Name: "ucp-uninstall-agent", Mode: {Global: {}},
    TaskTemplate: {ContainerSpec: {Image: $image, Args: ["stand-in-idle"]}}
  }' | api_json POST /services/create >/dev/null
}

wrong=$(fault)
info "Uninstalling UCP $UCP_VERSION from this swarm"
case $wrong in
  uninstallNeverEnds)
    agent_service
    info 'Waiting for ucp-uninstall-agent on every node'
    for_ever
    ;;
  uninstallTooLong)
    agent_service
    log warning 'Waiting for ucp-uninstall-agent on every node'
    fatal 'Uninstalling UCP took too long, and some of its parts may still be there'
    ;;
esac
for name in $(ucp_containers all); do
  api DELETE "/containers/$name?force=true&v=false" >/dev/null || fatal "unable to remove the container $name"
done
for name in $(ucp_volumes); do
  api DELETE "/volumes/$name" >/dev/null || fatal "unable to remove the volume $name"
done
info 'UCP has been removed from this node'
