# The controller: HTTPS on port 443 of the engine's own address, with the certificate of its volume.
exec socat \
  "OPENSSL-LISTEN:443,reuseaddr,fork,verify=0,cert=/certs/cert.pem,key=/certs/key.pem" \
  EXEC:"/bin/sh $here/answer.sh"
