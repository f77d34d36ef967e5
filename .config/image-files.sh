#!/bin/sh
# Puts into FOLDER, for the image: baresip with the modules that Offhook loads, tini, Node.js, and the libraries of all that the
# base image does not have. Run in the base image with Node.js in /usr/local/bin, as root.
#
#   image-files.sh FOLDER
set -eu

out=$1
# The list is tested against the source: src/baresip/start/image-modules.test.ts
modules='account aubridge auconv aufile auresamp contact ctrl_tcp dtls_srtp g711 g722 ice l16 menu mwi opus sndfile srtp stun turn'

find / -xdev -type f ! -path '/usr/local/bin/*' > /before
apt-get update
apt-get install -y --no-install-recommends baresip-core binutils tini
folder=$(dirname "$(find /usr/lib -path '*/baresip/modules/menu.so')")

# A module that this version of baresip does not have is no loss: Offhook asks for it only of versions that do.
wanted="/usr/bin/baresip /usr/bin/tini /usr/local/bin/node"
for module in $modules; do
  [ ! -e "$folder/$module.so" ] || wanted="$wanted $folder/$module.so"
done
libraries=$(ldd $wanted | sed -n 's/.* => \(\/[^ ]*\) .*/\1/p' | sort -u)

for file in $wanted $libraries; do
  real=$(readlink -f "$file")
  ! grep -qxF "$real" /before || continue
  # The name that is asked for may be a link to the file, and its folder one to another folder, as /lib is.
  target=$out$(readlink -f "$(dirname "$file")")
  mkdir -p "$target"
  cp "$real" "$target/$(basename "$file")"
done

# names of functions for debuggers, an eighth of the program
strip "$out/usr/local/bin/node"
