#!/bin/sh
# One would expect, of nginx as a store (`dav_methods PUT`): `If-None-Match: *` keeps what is there (RFC 9110, 13.1.2: the
# server must not perform the method), or is refused; and an ETag without `W/` stands for one content.
# What happens: conditions count for GET alone. PUT writes over, with status 204. The ETag is made of the second and the size:
# who asks with that of a content that another of its size replaced in the same second is answered 304.
# Why it matters: of two builders that write an entry of a cache each has its own, and a cache in between keeps either.
# Needs: nginx and curl.
set -eu
PATH=$PATH:/usr/sbin
command -v nginx >/dev/null || apt-get install -y -qq nginx-light >/dev/null
work=$(mktemp -d)
trap 'kill "$(cat "$work/pid")"; rm -rf "$work"' EXIT
cd "$work"
mkdir files parts
cat >nginx.conf <<NGINX
pid $work/pid;
error_log $work/errors;
events {}
http {
  access_log off;
  client_body_temp_path $work/parts;
  server {
    listen unix:$work/socket;
    root $work/files;
    dav_methods PUT;
  }
}
NGINX
[ "$(id -u)" != 0 ] || sed -i '1i user root;' nginx.conf
nginx -v 2>&1
nginx -p "$work" -c "$work/nginx.conf" 2>/dev/null
ask() { curl --silent --unix-socket socket "$@" http://localhost/entry; }
put() { printf %s "$1" >body && ask --write-out '%{http_code}' --upload-file body --header "$2"; }
tag() { ask --head | sed -n 's/^ETag: \(.*\)\r$/\1/p'; }
# Again where the second changed in between.
for attempt in 1 2 3; do
  put one 'X: none' >/dev/null
  first=$(tag)
  status=$(put two 'If-None-Match: *')
  second=$(tag)
  there=$(ask)
  now=$(ask --write-out '%{http_code}' --header "If-None-Match: $first")
  [ "$first" != "$second" ] || break
  echo "attempt $attempt: in two seconds"
done
echo "PUT of another content, If-None-Match: *: $status, then there is: $there; ETag before: $first, after: $second; GET with the first's: $now"
[ "$status $there $second $now" = "204 two $first 304" ] || { echo "changed"; exit 1; }
