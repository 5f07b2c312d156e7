# Options, read as a Go command line reads them: -name, --name, --name=value, --name value.

# parse_flags KNOWN ARGS…: KNOWN lists `name:bool`, `name:text` and `name:list`; sets flag_name (dashes as underscores).
parse_flags() {
  known=" $1 "
  shift
  while [ $# -gt 0 ]; do
    given=$1
    shift
    case $given in
      --) break ;;
      --?*) name=${given#--} ;;
      -?*) name=${given#-} ;;
      *) misuse "unexpected argument: $given" ;;
    esac
    value=
    has_value=
    case $name in
      *=*)
        value=${name#*=}
        name=${name%%=*}
        has_value=yes
        ;;
    esac
    case $name in D) name=debug ;; i) name=interactive ;; esac
    case $name in *[!a-z-]*) misuse "flag provided but not defined: -$name" ;; esac
    variable=flag_$(printf %s "$name" | tr - _)
    case $known in
      *" $name:bool "*)
        [ -n "$has_value" ] || value=true
        case $value in
          true | 1 | t | TRUE | True | T) value=true ;;
          false | 0 | f | FALSE | False | F) value= ;;
          *) misuse "invalid boolean value \"$value\" for -$name: parse error" ;;
        esac
        ;;
      *" $name:text "* | *" $name:list "*)
        if [ -z "$has_value" ]; then
          [ $# -gt 0 ] || misuse "flag needs an argument: -$name"
          value=$1
          shift
        fi
        ;;
      *) misuse "flag provided but not defined: -$name" ;;
    esac
    case $known in
      *" $name:list "*) eval "$variable=\"\${$variable:+\$$variable }\$value\"" ;;
      *) eval "$variable=\$value" ;;
    esac
  done
  [ $# -eq 0 ] || misuse "unexpected argument: $1"
  json_log=${flag_jsonlog:-}
}

misuse() {
  printf 'Incorrect Usage: %s\n\n' "$1" >&2
  printf 'ucp %s: see the reference of version %s.%s for its options.\n' "$command" "$major" "$minor" >&2
  exit 1
}
